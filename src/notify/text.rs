//! What a notice says.

use super::Notice;
use crate::messages::{
    command, configuration, content as say_content, escape, from_anywhere, mail as say_mail, notify as say,
    town,
};
use crate::model::ledger::ChainPosition;
use crate::names::without_cpr_numbers;
use crate::period::Period;

/// How wide the body's lines are, in characters.
const WIDTH: usize = 76;
/// At most so many files and months are named in one message; the rest is counted.
const MOST_NAMED: usize = 200;

/// A message, in the form that every way of sending takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// Plain text, with line breaks.
    pub body: String,
    /// What stands below the body: where the ledger's chain ended. Empty where that is not known.
    pub seal: String,
    /// How many items that need a person the message is about.
    pub items: usize,
}

impl Message {
    /// The whole text below the subject.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.body, self.seal)
    }
}

/// The message about the notices that are due, and about months whose expected files have all been delivered. `others`
/// counts notices that are open as well but were told of earlier today; `observed` are no matters; `head` is where the ledger's
/// chain ends.
///
/// Each notice is masked by itself, before its lines are broken: a line break inside a number hides nothing, and the dates
/// and counts of the message itself are no one's number.
#[must_use]
pub fn compose(
    due: &[&Notice],
    others: usize,
    complete: &[Period],
    observed: &[&Notice],
    head: Option<ChainPosition>,
) -> Message {
    let host = place();
    let months = complete.iter().map(Period::to_string).collect::<Vec<_>>().join(", ");
    let subject = match (due.is_empty(), complete.is_empty()) {
        (false, _) => say::subject_matters(due.len(), &host),
        (true, false) => say::subject_complete(&months, &host),
        (true, true) => say::subject_observed(observed.len(), &host),
    };
    let mut body = String::new();
    if !due.is_empty() {
        body += &wrapped(&say::matters(due.len(), &host), "", "");
        body.push('\n');
    }
    let told = within_limit(due);
    for notice in told {
        body += &wrapped(&without_cpr_numbers(&notice.message), "- ", "  ");
        for command in &notice.commands {
            body.extend(["     ", &without_cpr_numbers(&from_anywhere(command)), "\n"]);
        }
        if let Some(mail) = &notice.mail {
            body.push('\n');
            body += &wrapped(&say_mail::shown_below(), "  ", "  ");
            body.extend(
                without_cpr_numbers(mail)
                    .lines()
                    .map(|line| format!("  > {line}").trim_end().to_owned() + "\n"),
            );
        }
        body.push('\n');
    }
    if due.len() > told.len() {
        body += &wrapped(&say::not_named(due.len() - told.len()), "", "");
        body.push('\n');
    }
    if !observed.is_empty() {
        body += &wrapped(&say_content::observed_head(observed.len()), "", "");
        for notice in within_limit(observed) {
            body += &wrapped(&without_cpr_numbers(&notice.message), "- ", "  ");
        }
        body.push('\n');
    }
    if !complete.is_empty() {
        body += &wrapped(&say::complete(&months, &host), "", "");
        body.push('\n');
    }
    if others > 0 {
        body += &wrapped(&say::others(others), "", "");
        body.push('\n');
    }
    body += &wrapped(&say::see_all(), "", "");
    body.extend(["     ", &without_cpr_numbers(&from_anywhere(&command("status"))), "\n"]);
    if let Some(file) = configuration() {
        body += &wrapped(&without_cpr_numbers(&say::of_configuration(file)), "", "");
    }
    Message { subject, body, seal: head.map(seal).unwrap_or_default(), items: due.len() }
}

/// The first notices that name no more than [`MOST_NAMED`] files and months together; the first one always.
fn within_limit<'a, 'b>(due: &'a [&'b Notice]) -> &'a [&'b Notice] {
    let mut named = 0;
    let fits = due.iter().take_while(|notice| {
        named += notice.named;
        named <= MOST_NAMED
    });
    &due[..fits.count().max(1).min(due.len())]
}

/// Where the ledger's chain ends, as the command that holds it against the ledger later.
fn seal(head: ChainPosition) -> String {
    // Only the configuration's path comes from outside: a hash may well look like somebody's number.
    let head = head.to_string();
    let verify = from_anywhere(&command("ledger verify --head HEAD"));
    let verify = without_cpr_numbers(&verify).replacen("HEAD", &head, 1);
    format!("\n{}     {verify}\n", wrapped(&say::chain_ends(), "", ""))
}

/// What `check --send-test-mail` sends.
#[must_use]
pub fn trial() -> Message {
    let host = place();
    Message {
        subject: say::subject_trial(&host),
        body: wrapped(&say::trial(&host), "", ""),
        seal: String::new(),
        items: 0,
    }
}

/// The town, where the configuration names it, and this machine.
fn place() -> String {
    town().map_or_else(host, |town| format!("{}, {}", without_cpr_numbers(town), host()))
}

/// This machine's name.
#[must_use]
pub fn host() -> String {
    whoami::hostname().map_or_else(|_| "localhost".to_owned(), |name| without_cpr_numbers(&escape(&name)))
}

fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(rest);
    textwrap::fill(text, options.break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation))
        + "\n"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::digest::Digest;

    fn notice(message: &str, named: usize) -> Notice {
        Notice {
            keys: vec![message.to_owned()],
            message: message.to_owned(),
            commands: Vec::new(),
            named,
            mail: None,
        }
    }

    #[test]
    fn no_more_than_two_hundred_are_named_and_the_rest_is_counted() {
        let all: Vec<Notice> = (0..100_000).map(|n| notice(&format!("fil_{n}_x.txt"), 1)).collect();
        let all: Vec<&Notice> = all.iter().collect();
        let message = compose(&all, 0, &[], &[], None);
        assert_eq!(message.body.matches("fil_").count(), 200);
        assert_eq!(message.items, 100_000);
        assert!(message.subject.contains("100000") && message.body.contains("99800"), "{}", message.subject);
        let few = compose(&all[..200], 0, &[], &[], None);
        assert_eq!(few.body.matches("fil_").count(), 200);
        assert!(!few.body.contains(&say::not_named(1)), "{}", few.body);

        let causes = [notice("a", 20), notice("b", 180), notice("c", 1)];
        assert_eq!(within_limit(&causes.iter().collect::<Vec<_>>()).len(), 2);
        assert_eq!(within_limit(&[&notice("a", 1000)]).len(), 1);
        assert!(within_limit(&[]).is_empty());
    }

    #[test]
    fn a_number_is_masked_before_its_line_is_broken_and_our_own_dates_stay() {
        let long = "et meget langt navn som fylder næsten hele linjen og så kommer der: 010190 0000 .txt";
        let two = [notice(long, 1), notice("tilbageholdt 2023-12-11 10:09 (os error 2147942405)", 1)];
        let months = ["2023-04".parse().unwrap(), "2023-05".parse().unwrap(), "2023-06".parse().unwrap()];
        let head = ChainPosition { seq: 101_900_000, hash: Digest::from_bytes([0x10; 32]) };
        let message = compose(&two.iter().collect::<Vec<_>>(), 0, &months, &[], Some(head));
        let text = message.text();
        assert!(!text.contains("010190") && text.contains("******"), "{text}");
        assert!(text.contains("2023-12-11 10:09 (os error 2147942405)"), "{text}");
        assert!(text.contains("2023-04, 2023-05, 2023-06"), "{text}");
        assert!(text.ends_with(&format!("ledger verify --head 101900000:{}\n", "10".repeat(32))), "{text}");
    }
}
