//! A mail to a supplier about a file that is missing, held, or wanted again.

use super::advice::reason_alone;
use super::calendar::long_deadline;
use super::{moment, period_in_full};
use crate::calendar::deadline::Deadline;
use crate::messages::{ask as say, escape};
use crate::model::decision::Reason;
use crate::model::delivery::State;
use crate::model::ledger::{AskedAbout, Delivery};
use crate::model::run_report::FileReport;
use crate::period::Period;

/// How wide the letter's lines are, in characters.
const WIDTH: usize = 72;

/// What a supplier is asked about.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// No file came. The newest file of the series that KP got is named as an example.
    Missing(Option<&'a Delivery>),
    /// These files are held.
    Held(&'a [&'a FileReport]),
    /// A file was rejected; its path.
    Rejected(&'a str),
    /// A file is wanted again that KP got, or that it never got.
    Again(&'a Delivery),
}

impl About<'_> {
    /// As the ledger calls it.
    #[must_use]
    pub fn kind(self) -> AskedAbout {
        match self {
            About::Missing(_) => AskedAbout::Missing,
            About::Held(_) => AskedAbout::Held,
            About::Rejected(_) | About::Again(_) => AskedAbout::Again,
        }
    }
}

/// Everything else that a letter is made of.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The series.
    pub series: &'a str,
    /// The period, where it is about one.
    pub period: Option<Period>,
    /// When the file is due, and whether that is over.
    pub deadline: Option<(Deadline, bool)>,
    /// The recipient's name, where it is known.
    pub recipient: Option<&'a str>,
    /// Who signs.
    pub sender: &'a str,
}

/// A letter: its subject in a line, and its body in lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The body, which ends with a line end.
    pub body: String,
}

/// The letter, in the language that is spoken. It names files and no content.
#[must_use]
pub fn letter(about: About, of: Context) -> Letter {
    let series = escape(of.series);
    let period = of.period.map_or_else(|| "–".to_owned(), period_in_full);
    let subject = match about.kind() {
        AskedAbout::Missing => say::subject_missing(&series, &period),
        AskedAbout::Held => say::subject_held(&series, &period),
        AskedAbout::Again => say::subject_again(&series, &period),
    };
    let mut paragraphs = vec![of.recipient.map_or_else(say::hello, |name| say::dear(&escape(name)))];
    match about {
        About::Missing(last) => {
            let due = match of.deadline {
                None => say::no_deadline(),
                Some((deadline, false)) => say::due(&long_deadline(deadline)),
                Some((deadline, true)) => say::was_due(&long_deadline(deadline)),
            };
            paragraphs.push(format!("{} {due}", say::missing(&series, &period)));
            let example = last.and_then(|last| {
                Some(say::last_file(&escape(&last.path), &period_in_full(last.key.slot.period?)))
            });
            paragraphs
                .push(example.into_iter().chain([say::no_file_this_month()]).collect::<Vec<_>>().join(" "));
        }
        About::Held(files) => {
            paragraphs.extend(files.iter().map(|file| held(file)));
            let open = of.deadline.filter(|(_, is_over)| !is_over);
            let by = open.map(|(deadline, _)| say::by_then(&long_deadline(deadline)));
            paragraphs.push([say::held_until()].into_iter().chain(by).collect::<Vec<_>>().join(" "));
        }
        About::Rejected(path) => {
            paragraphs.push(say::was_rejected(&escape(path)));
            paragraphs.push(say::new_one(&period));
        }
        About::Again(delivery) if delivery.state == State::NotDelivered => {
            paragraphs.push(say::never_came(&escape(&delivery.path)));
            paragraphs.push(say::new_one(&period));
        }
        About::Again(delivery) => {
            let at = delivery.delivered_at.as_deref().unwrap_or(&delivery.changed_at);
            paragraphs.push(say::was_delivered(&escape(&delivery.path), &moment(at)));
            paragraphs.push(say::wanted_again(&period));
        }
    }
    paragraphs.push(say::nothing_private());
    let text: Vec<String> = paragraphs.iter().map(|paragraph| wrapped(paragraph)).collect();
    let body = format!("{}\n\n{}\n{}\n", text.join("\n\n"), say::regards(), escape(of.sender));
    Letter { subject, body }
}

fn held(file: &FileReport) -> String {
    let path = escape(&file.path);
    let reasons: Vec<String> = file.reasons.iter().map(|reason| why(*reason)).collect();
    let why = reasons.join("; ");
    // A question ends in its own mark.
    let said = match file.period {
        Some(period) => say::held(&path, &period_in_full(period), &why),
        None => say::held_without_period(&path, &why),
    };
    if file.reasons.last().is_some_and(|reason| is_question(*reason)) {
        said.trim_end_matches('.').to_owned() + "?"
    } else {
        said
    }
}

/// A reason as a supplier understands it, without the mark at its end.
fn why(reason: Reason) -> String {
    match reason {
        Reason::Empty => say::why_empty(),
        Reason::UnsafeFile => say::why_unsafe(),
        Reason::SlotTaken | Reason::RemoteNameTaken | Reason::AlreadyOnServer => say::why_slot_taken(),
        Reason::SameContentOtherSlot => say::why_same_content(),
        Reason::ConflictInRun => say::why_conflict(),
        Reason::UnknownPeriod => say::why_no_period(),
        Reason::OldPeriod => say::why_old(),
        Reason::FuturePeriod => say::why_early(),
        Reason::OtherRoute => say::why_other_route(),
        Reason::Rejected => say::why_rejected(),
        other => reason_alone(other),
    }
}

fn is_question(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::SlotTaken
            | Reason::RemoteNameTaken
            | Reason::AlreadyOnServer
            | Reason::SameContentOtherSlot
            | Reason::ConflictInRun
            | Reason::OldPeriod
            | Reason::FuturePeriod
            | Reason::OtherRoute
            | Reason::Rejected
    )
}

fn wrapped(text: &str) -> String {
    let options = textwrap::Options::new(WIDTH).break_words(false);
    textwrap::fill(text, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
}
