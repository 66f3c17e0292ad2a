//! What a person is told of after a run: what is open in the overview, and what could not be delivered.

use std::collections::HashSet;

use super::Notice;
use crate::messages::{content as say, escape};
use crate::model::attention::{AttentionItem, AttentionKind, Overview, SlotStatus};
use crate::model::decision::Reason;
use crate::model::run_report::ObservedReport;
use crate::period::Period;
use crate::wording::cause::by_cause;

/// At most so many files of one cause are named.
const MOST_NAMED: usize = 20;

/// The notices about all that is open after a run, from the items of its report.
#[must_use]
pub fn after(attention: &[AttentionItem]) -> Vec<Notice> {
    let of = |kind| attention.iter().filter(move |item| item.kind == kind);
    let failed = by_cause(of(AttentionKind::Failed).chain(of(AttentionKind::Warning)));
    let failed = failed.iter().map(|cause| Notice {
        keys: cause.paths.iter().map(|path| format!("failed:{path}")).collect(),
        message: cause.text(MOST_NAMED),
        commands: Vec::new(),
        named: cause.paths.len().min(MOST_NAMED),
        mail: None,
    });
    let in_doubt: HashSet<Option<i64>> = of(AttentionKind::InDoubt).map(|item| item.delivery_id).collect();
    // A file that is held because of a delivery in doubt is left out where that delivery is told of.
    let is_told =
        |item: &&AttentionItem| item.reason == Some(Reason::InDoubt) && in_doubt.contains(&item.delivery_id);
    let held = of(AttentionKind::Held).filter(|item| !is_told(item));
    let first = [AttentionKind::InDoubt, AttentionKind::Overdue, AttentionKind::DueSoon];
    let doubts = first.into_iter().flat_map(of);
    let rest = [
        AttentionKind::Unsettled,
        AttentionKind::OriginalChanged,
        AttentionKind::NotPickedUp,
        AttentionKind::CalendarEnded,
    ];
    let others = doubts.chain(held).chain(rest.into_iter().flat_map(of)).map(|item| Notice {
        keys: vec![item.key.clone()],
        message: item.message.clone(),
        commands: item.commands.clone(),
        named: 1,
        mail: item.mail.clone(),
    });
    failed.chain(others).collect()
}

/// The notices about files that went although a policy of `observe` saw something; none of them needs a person.
#[must_use]
pub fn observed(observed: &[ObservedReport]) -> Vec<Notice> {
    let notice = |of: &ObservedReport| {
        let about = of.delivery_id.map_or_else(|| of.path.clone(), |id| id.to_string());
        let said = say::observed_line(&escape(&of.path), of.reason.name(), &of.text);
        Notice {
            keys: vec![format!("observed:{about}:{}", of.reason.name())],
            message: format!("{said}."),
            commands: Vec::new(),
            named: 1,
            mail: None,
        }
    };
    observed.iter().map(notice).collect()
}

/// Which of this month and the one before is complete: a file is expected of at least one series, and every one that
/// is expected has been delivered.
#[must_use]
pub fn complete(overview: &Overview, this_month: Period) -> Vec<Period> {
    let had = |standing: SlotStatus| matches!(standing, SlotStatus::Delivered | SlotStatus::Adopted);
    let months = overview.months.iter().filter(|month| (0..=1).contains(&this_month.months_after(**month)));
    months
        .copied()
        .filter(|month| {
            let mut expected = overview
                .series
                .iter()
                .flat_map(|row| &row.cells)
                .filter(|cell| cell.period == *month && cell.due.is_some())
                .peekable();
            expected.peek().is_some() && expected.all(|cell| cell.marks.iter().any(|mark| had(mark.standing)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::ExitCode;

    fn item(kind: AttentionKind, key: &str, path: &str, message: &str) -> AttentionItem {
        AttentionItem {
            key: key.to_owned(),
            kind,
            series: None,
            period: None,
            path: Some(path.to_owned()),
            hold_id: None,
            delivery_id: None,
            reason: None,
            reasons: Vec::new(),
            since: None,
            message: message.to_owned(),
            cause: Some(message.to_owned()),
            commands: Vec::new(),
            mail: None,
        }
    }

    fn keys(attention: &[AttentionItem]) -> Vec<Vec<String>> {
        after(attention).into_iter().map(|notice| notice.keys).collect()
    }

    fn exit(attention: &[AttentionItem]) -> ExitCode {
        attention.iter().map(|item| item.kind.exit()).fold(ExitCode::Ok, ExitCode::or)
    }

    #[test]
    fn a_file_that_a_delivery_in_doubt_holds_is_told_of_once() {
        let because = |delivery| AttentionItem {
            reason: Some(Reason::InDoubt),
            reasons: vec![Reason::InDoubt],
            delivery_id: Some(delivery),
            ..item(AttentionKind::Held, &format!("held:{delivery}"), "mad.txt", "tilbageholdt")
        };
        let doubt = AttentionItem {
            delivery_id: Some(7),
            ..item(AttentionKind::InDoubt, "in_doubt:7", "mad.txt", "uafklaret")
        };
        let attention = [because(7), because(8), doubt];
        assert_eq!(keys(&attention), [["in_doubt:7"], ["held:8"]]);
        assert_eq!(exit(&attention), ExitCode::Attention);
    }

    #[test]
    fn what_failed_comes_first_each_cause_once() {
        let attention = [
            item(AttentionKind::Held, "held:1", "a.txt", "tilbageholdt"),
            item(AttentionKind::Failed, "failed:b.txt", "b.txt", "serveren er væk"),
            item(AttentionKind::Warning, "failed:d.txt", "d.txt", "serveren er væk"),
        ];
        assert_eq!(keys(&attention), [vec!["failed:b.txt", "failed:d.txt"], vec!["held:1"]]);
        assert_eq!(after(&attention)[0].message, "b.txt, d.txt: serveren er væk");
        assert_eq!(exit(&attention), ExitCode::Incomplete);
    }
}
