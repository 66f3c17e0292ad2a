//! Citizens stand in their file and nowhere else: not in what any command says or writes.

use std::fs;

use super::samples::{Record, record, records, with_trailer};
use super::{APRIL, MAY, town};

/// Texts that could tell who a citizen of the samples is.
fn canaries(records: &[Record]) -> Vec<String> {
    let forms = |record: &Record| {
        let citizen = &record.citizen;
        [
            citizen.clone(),
            format!("{}-{}", &citizen[..6], &citizen[6..]),
            citizen.trim_start_matches('0').to_owned(),
        ]
    };
    records.iter().flat_map(forms).collect()
}

#[test]
fn no_command_log_notice_or_file_beside_the_original_has_a_citizen() {
    let town = town("unusual = \"50%\"\nlargest_amount = \"2000.00\"");
    let (out, script) = (town.path("besked.txt"), town.path("tell"));
    fs::write(&script, format!("#!/bin/sh\ncat >> {}\n", out.display())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
        town.set("notify.command", vec![script.display().to_string()]);
    }
    let everyone = records(60);
    let mut april = everyone[..40].to_vec();
    town.file(APRIL, with_trailer(&april, "202304"));
    let mut said = vec![town.run(["run", "--json"]).exit(3)];
    town.set("policy.amount_over", "observe");
    said.push(town.run(["run", "-v"]).exit(0));
    april.extend(everyone[40..].iter().cloned());
    april.push(record(3));
    let text = with_trailer(&april, "202304").replacen("  000080000", "  0000800x0", 1);
    town.file("mad_korsbaek_202304_ny.txt", &text);
    town.file(MAY, with_trailer(&april, "202304"));
    town.file("mad_korsbaek_202306.txt", &text[..text.len() / 2 + 7]);
    for command in [
        &["run", "--dry-run", "-v"][..],
        &["run", "-v"],
        &["run", "--json"],
        &["status", "-v"],
        &["status", "--json"],
        &["history", "-v"],
        &["history", "--json"],
        &["compare", MAY, "-v"],
        &["compare", MAY, "--json"],
        &["compare", "mad_korsbaek_202304_ny.txt", "-v"],
        &["format", "guess", "drop/mad_korsbaek_202305.txt"],
        &["format", "guess", "drop/mad_korsbaek_202305.txt", "--json"],
        &["format", "test", MAY, "-v"],
        &["format", "test", "mad_korsbaek_202304_ny.txt", "--json"],
        &["report", "-o", "overblik.html"],
        &["approve", MAY, "--reason", "prøve"],
        &["run", "--json"],
        &["reject", "mad_korsbaek_202304_ny.txt", "--reason", "prøve"],
        &["ledger", "export", "--format", "json"],
        &["ledger", "verify"],
        &["ledger", "backup", "kopi.db"],
    ] {
        said.push(town.run(command));
    }
    let mut told = said.iter().map(|output| output.out() + &output.err()).collect::<Vec<String>>();
    let files = walkdir::WalkDir::new(town.path("")).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    let originals = |name: &str| name.starts_with("mad_korsbaek_");
    let mut read = 0;
    for file in files.filter(|entry| !originals(&entry.file_name().to_string_lossy())) {
        told.push(String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned());
        read += 1;
    }
    assert!(read >= 6 && told.iter().any(|text| text.contains("records_repeat")), "all was looked at");
    if cfg!(unix) {
        assert!(out.exists(), "a notice was sent");
    }
    for canary in canaries(&april) {
        for text in &told {
            assert!(!text.contains(&canary), "{canary} stands in:\n{text}");
        }
    }
}
