//! `history`: which entries of the ledger are shown, and in what form.

use clap::{Args, ValueEnum};

use super::ExportFormat;
use crate::model::delivery::State;
use crate::period::Period;

/// `history`.
#[derive(Debug, Args)]
pub struct History {
    /// Only this series
    #[arg(long)]
    pub series: Option<String>,
    /// Only this period
    #[arg(long, value_name = "YYYY-MM")]
    pub period: Option<Period>,
    /// Only this state, by its name here or its Danish one
    #[arg(long, value_enum, ignore_case = true)]
    pub state: Option<HistoryState>,
    /// At most so many, the newest first
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// The form; without it text
    #[arg(long, value_enum)]
    pub format: Option<ExportFormat>,
}

/// What `history --state` takes: the states of deliveries, and what `status` calls the files that were not sent. Each has the
/// Danish words for it as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum HistoryState {
    /// [`State::Uploading`].
    #[value(alias = "under overførsel")]
    Uploading,
    /// [`State::Publishing`].
    #[value(alias = "under navngivning")]
    Publishing,
    /// [`State::Delivered`] and [`State::Archived`]: whether the original is put away yet is nothing that a clerk asks.
    #[value(alias = "leveret")]
    Delivered,
    /// [`State::Archived`].
    #[value(aliases = ["arkiveret", "leveret og arkiveret"])]
    Archived,
    /// [`State::Abandoned`].
    #[value(alias = "opgivet")]
    Abandoned,
    /// [`State::InDoubt`].
    #[value(aliases = ["uafklaret", "in doubt"])]
    InDoubt,
    /// [`State::NotDelivered`].
    #[value(aliases = ["ikke modtaget", "ikke_modtaget", "ikke leveret", "not delivered"])]
    NotDelivered,
    /// [`State::Adopted`].
    #[value(aliases = ["indskrevet", "leveret før", "leveret før regnskabet"])]
    Adopted,
    /// Files that wait for a person.
    #[value(alias = "tilbageholdt")]
    Held,
    /// Approvals.
    #[value(alias = "godkendt")]
    Approved,
    /// Rejections.
    #[value(alias = "afvist")]
    Rejected,
}

impl HistoryState {
    /// The state of a delivery; none where it is about files that were not sent.
    #[must_use]
    pub fn of_delivery(self) -> Option<State> {
        match self {
            HistoryState::Uploading => Some(State::Uploading),
            HistoryState::Publishing => Some(State::Publishing),
            HistoryState::Delivered => Some(State::Delivered),
            HistoryState::Archived => Some(State::Archived),
            HistoryState::Abandoned => Some(State::Abandoned),
            HistoryState::InDoubt => Some(State::InDoubt),
            HistoryState::NotDelivered => Some(State::NotDelivered),
            HistoryState::Adopted => Some(State::Adopted),
            HistoryState::Held | HistoryState::Approved | HistoryState::Rejected => None,
        }
    }
}
