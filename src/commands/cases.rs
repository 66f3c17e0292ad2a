//! `cases`: goes through what needs a person, one by one, in questions and answers.
//!
//! The ledger is not open while a question waits for its answer, so that a run can start meanwhile. Each answer is then
//! given as `approve`, `reject` or `resolve` would, and only about the file that was shown: see [`Shown`].

use std::io::{IsTerminal, stdin, stdout};

use serde::Serialize;

use self::dialogue::{Choice, choose, complain, print, reason};
use super::context::{now, open_reader};
use super::decisions::{Asked, Shown, approve_named, at_kp, reject_named};
use super::resolve::{Word, settle};
use crate::cli::Global;
use crate::config::Config;
use crate::exit::{ExitCode, UserError};
use crate::messages::{case as say, mail as say_mail, overview as said};
use crate::model::attention::{AttentionItem, AttentionKind, Overview};
use crate::model::delivery::{Slot, State};
use crate::model::run_report::FileReport;
use crate::output::answer;
use crate::overview;
use crate::report::case::{self, AtKp};
use crate::report::text::{item, sentence, width};
use crate::run::preview::Preview;

mod dialogue;

/// One matter, with the file it is about and what KP has.
#[derive(Serialize)]
struct Case {
    #[serde(flatten)]
    item: AttentionItem,
    #[serde(skip)]
    file: Option<FileReport>,
    /// Whether one approval alone does not let it go.
    #[serde(skip)]
    takes_two: bool,
    at_kp: Vec<AtKp>,
}

/// What a person can answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reply {
    Approve,
    Reject,
    Delivered,
    NotDelivered,
    Mail,
    Later,
}

/// What came of one matter.
enum End {
    /// It was decided, in a sentence.
    Decided(String),
    /// It waits still.
    Open,
    /// Nothing more is answered.
    Stopped,
}

pub(super) fn cases(config: &Config, global: &Global) -> anyhow::Result<ExitCode> {
    let can_ask = stdin().is_terminal() && stdout().is_terminal();
    if !global.json && !can_ask {
        return Err(UserError::usage(say::no_terminal()).into());
    }
    let (overview, cases) = gather(config)?;
    if global.json {
        #[derive(Serialize)]
        struct Answer<'a> {
            cases: &'a [Case],
            /// The same, without what KP has, as every command tells what keeps it from 0.
            matters: &'a [AttentionItem],
            exit_code: u8,
        }
        let exit = overview.exit();
        let json = Answer { cases: &cases, matters: &overview.matters, exit_code: exit.code() };
        answer(global, &json, String::new)?;
        return Ok(exit);
    }
    if cases.is_empty() {
        print(&sentence(&said::nothing_needs_you()))?;
        return Ok(ExitCode::Ok);
    }
    print(&sentence(&say::so_many(cases.len())))?;
    let decided = walk(config, &cases)?;
    let open = cases.len() - decided.len();
    print(&account(&decided, open))?;
    Ok(if open > 0 { ExitCode::Attention } else { ExitCode::Ok })
}

/// Everything that needs a person now, with the files as the next run would judge them.
fn gather(config: &Config) -> Result<(Overview, Vec<Case>), UserError> {
    config.check_folders()?;
    let now = now();
    let preview = Preview::of(config, &|| open_reader(config, true), now)?;
    let files = preview.files(config)?;
    let altered = overview::altered_lately(config, &preview.ledger, now)?;
    let overview = overview::of(config, &preview.ledger, &files, &altered, now)?;
    let cases = overview.matters.iter().map(|item| {
        let of_file = matches!(item.kind, AttentionKind::Held);
        let file = files.iter().find(|file| of_file && item.path.as_deref() == Some(file.path.as_str()));
        let file = file.map(|file| FileReport { hold_id: item.hold_id, ..file.clone() });
        let at_kp = match &file {
            Some(file) => at_kp(&preview.ledger, file)?,
            None => Vec::new(),
        };
        let takes_two = config.policy.two_persons
            && item.reasons.iter().any(|reason| reason.can_take_two())
            && file.as_ref().is_some_and(|file| file.approved_by.is_none());
        Ok(Case { item: item.clone(), file, takes_two, at_kp })
    });
    let cases = cases.collect::<Result<Vec<Case>, UserError>>()?;
    Ok((overview, cases))
}

/// Asks about each; answers what was decided, in sentences.
fn walk(config: &Config, cases: &[Case]) -> Result<Vec<String>, UserError> {
    let mut decided = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        print(&format!("\n{}", case.text(cases.len() - at - 1)))?;
        match case.ask(config)? {
            End::Decided(said) => {
                print(&sentence(&format!("  → {said}")))?;
                decided.push(said);
            }
            End::Open => {}
            End::Stopped => break,
        }
    }
    Ok(decided)
}

/// What was decided and what waits still.
fn account(decided: &[String], open: usize) -> String {
    let mut out = "\n".to_owned();
    if decided.is_empty() {
        out += &sentence(&say::nothing_decided());
    } else {
        out += &sentence(&say::decided());
        let wide = usize::from(width().min(100));
        out.extend(decided.iter().map(|said| item("  • ", said, &[], wide)));
    }
    if open > 0 {
        out += &sentence(&say::still_open(open));
    }
    out
}

impl Case {
    /// What it is, and what KP has.
    fn text(&self, after: usize) -> String {
        let bold = anstyle::Style::new().bold();
        let left = if after > 0 { say::left(after) } else { say::last_one() };
        let facts = self.file.as_ref().map(|file| case::facts(file, &self.at_kp)).unwrap_or_default();
        let wide = usize::from(width().min(100));
        let commands = if self.choices().is_empty() { &self.item.commands[..] } else { &[] };
        format!("{bold}{left}{bold:#}\n{facts}{}", item("  ", &self.item.message, commands, wide))
    }

    /// What can be answered, the answer that changes nothing last; none where nothing can.
    fn choices(&self) -> Vec<Choice<Reply>> {
        let offers = |command: &str| self.item.commands.iter().any(|one| one.contains(command));
        let choice = |means, letter, word, does| Choice { means, letter, word, does };
        let mut all = Vec::new();
        if self.file.is_some() && offers(" approve ") {
            let (letter, word) = (say::approve_letter(), say::approve_word());
            all.push(choice(Reply::Approve, letter, word, self.approve_does()));
        }
        if self.file.is_some() && offers(" reject ") {
            let (letter, word) = (say::reject_letter(), say::reject_word());
            all.push(choice(Reply::Reject, letter, word, say::reject_does()));
        }
        if self.item.kind == AttentionKind::InDoubt {
            all.push(choice(Reply::Delivered, say::has_letter(), say::has_word(), say::has_does()));
            let (letter, word) = (say::has_not_letter(), say::has_not_word());
            all.push(choice(Reply::NotDelivered, letter, word, say::has_not_does()));
            all.push(choice(Reply::Mail, say::mail_letter(), say::mail_word(), say::mail_does()));
        }
        if !all.is_empty() {
            all.push(choice(Reply::Later, say::later_letter(), say::later_word(), say::later_does()));
        }
        all
    }

    /// What approving this file leads to.
    fn approve_does(&self) -> String {
        let file = self.file.as_ref();
        let slot = file.and_then(FileReport::slot);
        let into_it = |one: &AtKp| {
            let its = Slot { series: one.series.clone(), period: one.period };
            (one.state.is_delivered() || one.state.is_unclear())
                && its.period.is_some()
                && slot.as_ref() == Some(&its)
        };
        if self.takes_two {
            say::approve_does_for_two()
        } else if self.at_kp.iter().any(into_it) || file.is_some_and(|file| file.look_alike.is_some()) {
            say::approve_does_on_top()
        } else {
            say::approve_does()
        }
    }

    /// Asks, and does what is answered.
    fn ask(&self, config: &Config) -> Result<End, UserError> {
        let choices = self.choices();
        if choices.is_empty() {
            print(&sentence(&format!("  {}", say::cannot_be_settled_here())))?;
            return Ok(End::Open);
        }
        loop {
            match choose(&choices)? {
                None => return Ok(End::Stopped),
                Some(Reply::Later) => return Ok(End::Open),
                Some(Reply::Mail) => self.show_mail()?,
                Some(reply) => {
                    let Some(reason) = reason()? else { return Ok(End::Open) };
                    match self.settle(config, reply, &reason) {
                        Ok(said) => return Ok(End::Decided(said)),
                        Err(error) => complain(&format!("{error:#}"))?,
                    }
                    return Ok(End::Open);
                }
            }
        }
    }

    fn show_mail(&self) -> Result<(), UserError> {
        let mail = self.item.mail.iter().flat_map(|mail| mail.lines());
        let mail: String = mail.map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect();
        print(&format!("{}\n{mail}\n", sentence(&format!("  {}", say_mail::shown_below()))))
    }

    /// Records the answer; answers what came of it, in a sentence.
    fn settle(&self, config: &Config, reply: Reply, reason: &str) -> anyhow::Result<String> {
        if let (Reply::Delivered | Reply::NotDelivered, Some(delivery)) = (reply, self.item.delivery_id) {
            let (delivered, shown) = (reply == Reply::Delivered, Some(State::InDoubt));
            let settled = settle(config, &Word { delivery, delivered, reason, shown })?;
            return Ok(settled.said.trim_end().replace('\n', " "));
        }
        let Some(file) = &self.file else { return Ok(String::new()) };
        let name = file.hold_id.map_or_else(|| file.path.clone(), |hold| hold.to_string());
        let shown = Shown {
            path: &file.path,
            digest: file.sha256,
            reasons: &file.reasons,
            delivered_records: file.delivered_records,
        };
        let asked = Asked { files: &[name], reason, shown: Some(shown) };
        let judged = match reply {
            Reply::Approve => approve_named(config, &asked, |_| Ok(()))?,
            _ => reject_named(config, &asked)?,
        };
        Ok(judged.into_iter().map(|one| one.said).collect::<Vec<_>>().join(" "))
    }
}
