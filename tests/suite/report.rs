//! `report`: a page that needs no other file, checked in a real browser and in print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::approvals::in_doubt;
use crate::support::output::{Output, Running};
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

const FILE: &str = "overblik.html";

/// Two series of which one is late, a duplicate that was refused, a file that is held, and one that was rejected.
fn town() -> Town {
    let town = Town::new();
    town.series("name = 'mad'\nfiles = ['mad_*']\ndue_day = 20");
    town.series(
        "name = 'vask'\nfiles = ['vask_*']\ndue_day = 12\ndue_from = '2023-04'\ncontact = 'Vaskeriet'",
    );
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(3);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(3);
    town.file(MAD, MAD_MAY);
    town.run(["run"]).exit(3);
    town.run(["reject", MAD, "--reason", "forkert <b>fil</b> & \"mere\""]).exit(0);
    town.file(MAD, "endnu en april");
    town.run(["run"]).exit(3);
    town
}

fn report(town: &Town, language: &str, exit: i32) -> String {
    town.run(["report", "-o", FILE, "--language", language]).exit(exit).plain();
    fs::read_to_string(town.path(FILE)).unwrap()
}

#[test]
fn it_shows_what_status_shows_and_the_history_in_both_languages() {
    let town = town();
    town.set("name", "Korsbæk & Omegn");
    let before = (town.server.connections(), fs::read(town.path("ledger.db")).unwrap());
    let danish = [
        "<html lang=\"da\">",
        "Overblik over trækfiler",
        "leveret 14.",
        "dublet, lagt væk 14.",
        "tilbageholdt 14.",
        "overskredet, senest 12.",
        "<br><small>Vaskeriet</small>",
        "april 2023",
        "<p class=\"town\">Korsbæk &amp; Omegn</p>",
        "Året på et blik",
        "KP har filen",
        "data-copy=\"Kopiér\"",
        "forkert &lt;b&gt;fil&lt;/b&gt; &amp; &quot;mere&quot;",
        "Antal filer",
    ];
    let english = [
        "<html lang=\"en\">",
        "Overview of trækfiler",
        "delivered 14",
        "duplicate, put away 14",
        "held 14",
        "overdue, by 12",
        "<br><small>Vaskeriet</small>",
        "April 2023",
        "<p class=\"town\">Korsbæk &amp; Omegn</p>",
        "The year at a glance",
        "KP has the file",
        "data-copy=\"Copy\"",
        "forkert &lt;b&gt;fil&lt;/b&gt; &amp; &quot;mere&quot;",
        "Number of files",
    ];
    for (language, words) in [("da", danish), ("en", english)] {
        let page = report(&town, language, 3);
        for word in words {
            assert!(page.contains(word), "{word} in {page}");
        }
        let status = town.run(["status", "--json", "--language", language]).exit(3).json();
        let matters = status["matters"].as_array().unwrap();
        assert_eq!(matters.len(), 2);
        for matter in matters {
            let texts = matter["commands"].as_array().unwrap().iter().chain([&matter["message"]]);
            for text in texts {
                let shown = text.as_str().unwrap().replace('"', "&quot;");
                assert!(page.contains(&shown), "{shown} in {page}");
            }
        }
    }
    assert_eq!((town.server.connections(), fs::read(town.path("ledger.db")).unwrap()), before);
}

#[test]
fn it_needs_nothing_from_elsewhere_and_allows_only_its_own_style_and_script() {
    let page = report(&town(), "da", 3);
    for elsewhere in ["http:", "https:", "//", "src=", "href=", "url(", "@import", "<link", "<img", "<iframe"]
    {
        let without_script = page.replace(between(&page, "<script>", "</script>"), "");
        assert!(!without_script.contains(elsewhere), "{elsewhere} in {page}");
    }
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let digest = Sha256::digest(between(&page, open, close).as_bytes());
        let allowed = format!("'sha256-{}'", openssl::base64::encode_block(&digest));
        assert!(policy.contains(&allowed), "{allowed} in {policy}");
        assert_eq!(page.matches(open).count(), 1);
    }
    assert!(!page.contains(" style=") && !page.contains(" on"), "what the policy would refuse");
    for secret in ["412,50", "000000-0000"] {
        assert!(!page.contains(secret), "no file's content");
    }
}

/// The text between two marks.
fn between<'a>(page: &'a str, open: &str, close: &str) -> &'a str {
    page.split_once(open).unwrap().1.split_once(close).unwrap().0
}

#[test]
fn names_never_become_markup() {
    let town = Town::new();
    let mut names = vec!["a\u{202e}b&'_202304.txt", "c & d_202304.txt"];
    if cfg!(unix) {
        names.extend(["<img src=x onerror=alert(1)>_202304.txt", "\"><script>alert(1)<_script>_202304.txt"]);
    }
    for name in &names {
        town.file(name, format!("indhold af {name}"));
    }
    town.run(["run"]).exit(3);
    let page = report(&town, "da", 3);
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(!page.contains("<img") && !page.contains('\u{202e}'), "{page}");
    assert!(page.contains(r"a\u{202e}b&amp;'_202304.txt") && page.contains("c &amp; d_202304.txt"), "{page}");
}

#[cfg(unix)]
#[test]
fn a_link_that_was_rejected_unread_stands_among_the_decisions() {
    let town = Town::new();
    std::os::unix::fs::symlink(town.path("config.toml"), town.path("drop").join(MAD)).unwrap();
    town.run(["run"]).exit(3);
    town.run(["reject", MAD, "--reason", "en genvej"]).exit(0);
    let page = report(&town, "da", 0);
    assert!(page.contains("en genvej") && page.contains(MAD) && page.contains("afvist"), "{page}");
}

#[test]
fn what_is_in_doubt_has_both_answers_and_nothing_open_is_said_too() {
    let (town, id) = in_doubt();
    let page = report(&town, "da", 3);
    assert!(
        page.contains("uafklaret") && page.contains(&format!("traekfil resolve {id} --delivered")),
        "{page}"
    );
    town.run(["resolve", &id, "--delivered", "--reason", "KP har kvitteret"]).exit(0);
    assert!(report(&town, "da", 0).contains("Intet kræver handling."));
}

#[test]
fn a_report_replaces_a_report_and_nothing_else() {
    let town = town();
    report(&town, "da", 3);
    let json = town.run(["report", "-o", FILE, "--json"]).exit(3).json();
    assert_eq!((&json["file"], &json["exit_code"], &json["error"]), (&json!(FILE), &json!(3), &json!(null)));
    assert_eq!(json["matters"].as_array().unwrap().len(), 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(town.path(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::write(town.path("regnskab.html"), "<html>noget andet</html>").unwrap();
    let before = town.snapshot();
    for (place, says) in [
        ("regnskab.html", "er ikke en rapport"),
        ("config.toml", "er ikke en rapport"),
        ("drop/overblik.html", "mappen med trækfiler"),
        ("ingen/overblik.html", "kan ikke gemmes"),
        ("archive", "er ikke en rapport"),
    ] {
        town.run(["report", "-o", place, "--language", "da"]).exit(2).says(says).says("Intet er ændret");
    }
    assert_eq!(town.snapshot(), before);
    town.run(["report", "-o", "-", "--json"]).exit(2).says("--json");
    let printed = town.run(["report", "-o", "-", "--language", "da"]).exit(3).out();
    assert!(printed.starts_with("<!DOCTYPE html>") && printed.ends_with("</html>"), "{printed}");
    town.run(["report"]).exit(2).says("--output");
}

#[test]
fn the_first_day_has_a_page_too() {
    let town = Town::new();
    let page = report(&town, "en", 0);
    assert!(page.contains("There are no series yet.") && !page.contains("<svg"), "{page}");
}

/// The Chromium that is installed; none, with a printed line, if there is none.
fn browser() -> Option<&'static str> {
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
        let mut asked = Command::new(name);
        asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    });
    if found.is_none() {
        eprintln!("skipped: no chromium");
    }
    found
}

/// Runs the browser without a window, on a profile of its own.
fn browse(browser: &str, folder: &Path, words: &[&str], page: &Path) -> Output {
    let mut command = Command::new(browser);
    let offline =
        ["--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]).args(offline).args(words);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    command.arg(format!("file://{}", page.display()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::start(&mut command).finish().exit(0)
}

/// Loads the page into a frame of this width, and answers the result of a script, which gets the page's document as `d`.
fn in_a_frame(town: &Town, browser: &str, page: &str, width: u32, script: &str) -> Value {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    let wrapper = format!(
        "<!DOCTYPE html><meta charset=utf-8><body><iframe id=f style='border:0;width:{width}px;height:900px' srcdoc=\"{page}\">\
         </iframe><pre id=out></pre><script>onload = () => {{ const d = f.contentDocument, w = f.contentWindow; \
         out.textContent = JSON.stringify((() => {{ {script} }})()); }}</script>"
    );
    let file: PathBuf = town.path("wrapper.html");
    fs::write(&file, wrapper).unwrap();
    let shown = browse(browser, &town.path(""), &["--window-size=1400,1000", "--dump-dom"], &file).out();
    serde_json::from_str(between(&shown, "<pre id=\"out\">", "</pre>")).unwrap_or_else(|_| panic!("{shown}"))
}

#[test]
#[cfg_attr(windows, ignore = "there is no browser in wine; the page is the same everywhere")]
fn in_a_browser_it_fits_a_phone_and_a_desk_and_its_history_can_be_searched() {
    let Some(browser) = browser() else { return };
    let town = town();
    town.set("policy.unknown_series", "send");
    town.file(VASK, VASK_APRIL);
    town.file(format!("{}_202304.txt", "et_meget_langt_navn_uden_mellemrum".repeat(4)), "langt");
    town.run(["run"]).exit(3);
    let page = report(&town, "da", 3);
    for width in [320, 360, 768, 1280] {
        let script = "const e = d.documentElement; return [e.scrollWidth, e.clientWidth];";
        let widths = in_a_frame(&town, browser, &page, width, script);
        let [needs, has] = [0, 1].map(|at| widths[at].as_u64().unwrap());
        // The scroll bar takes a part of the width.
        assert!(
            needs <= has && (u64::from(width) - 20..=u64::from(width)).contains(&has),
            "{widths} at {width}"
        );
    }
    let script = "const field = d.querySelector('input[type=search]'), rows = [...d.querySelectorAll('table.history tbody tr')];
        const shown = () => rows.filter(row => w.getComputedStyle(row).display !== 'none').length;
        const look = text => { field.value = text; field.dispatchEvent(new w.Event('input')); return shown(); };
        return [rows.length, look('VASK'), d.querySelector('output').textContent, look('afvist forkert'), look('findes ikke'), look('')];";
    let copies = "const buttons = [...d.querySelectorAll('.cases button')]; buttons[0].click();
        return [buttons.length === d.querySelectorAll('.cases pre').length, buttons[0].textContent.startsWith('Kopi')];";
    assert_eq!(in_a_frame(&town, browser, &page, 1280, copies), json!([true, true]));
    for width in [360, 1280] {
        let found = in_a_frame(&town, browser, &page, width, script);
        assert_eq!(found, json!([4, 1, "1 række vist", 1, 0, 4]), "at {width}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "there is no browser in wine; the page is the same everywhere")]
fn without_scripts_nothing_is_missing_but_the_search() {
    let Some(browser) = browser() else { return };
    let town = town();
    let page = report(&town, "da", 3);
    let script_less = page.replace(between(&page, "<script>", "</script>"), "");
    let script =
        "return [d.querySelectorAll('table.history tbody tr').length, d.querySelectorAll('input').length,
        w.getComputedStyle(d.getElementById('search')).display, d.querySelectorAll('svg rect').length];";
    assert_eq!(in_a_frame(&town, browser, &script_less, 1280, script), json!([2, 0, "none", 2]));
}

#[test]
#[cfg_attr(windows, ignore = "there is no browser in wine; the page is the same everywhere")]
fn its_colours_can_be_read_in_both_schemes() {
    let Some(browser) = browser() else { return };
    let town = town();
    let page = report(&town, "da", 3);
    // The contrast of WCAG 2: every text against what lies behind it, at least 4.5 to 1.
    let script = "const parse = c => c.match(/[\\d.]+/g).map(Number);
        const light = c => { const [r, g, b] = parse(c).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const behind = e => { for (; e; e = e.parentElement) { const c = w.getComputedStyle(e).backgroundColor;
            if ((parse(c)[3] ?? 1) > 0) return c; } return 'rgb(255, 255, 255)'; };
        const poor = [...d.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .filter(e => { const a = light(e instanceof w.SVGElement ? w.getComputedStyle(e).fill : w.getComputedStyle(e).color), b = light(behind(e));
                return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5; });
        return [light(behind(d.body)) > 0.5, poor.map(e => e.outerHTML)];";
    let dark = page.replace("@media (prefers-color-scheme: dark)", "@media all");
    assert_ne!(dark, page);
    // Another style sheet has another digest.
    let old = between(&page, "style-src '", "'").to_owned();
    let digest = Sha256::digest(between(&dark, "<style>", "</style>").as_bytes());
    let dark = dark.replace(&old, &format!("sha256-{}", openssl::base64::encode_block(&digest)));
    for (page, light) in [(page, true), (dark, false)] {
        assert_eq!(in_a_frame(&town, browser, &page, 1280, script), json!([light, []]));
    }
}

#[test]
#[cfg_attr(windows, ignore = "there is no browser in wine; the page is the same everywhere")]
fn it_prints_on_a4() {
    let Some(browser) = browser() else { return };
    let town = town();
    report(&town, "da", 3);
    let pdf = town.path("overblik.pdf");
    let print = format!("--print-to-pdf={}", pdf.display());
    browse(browser, &town.path(""), &[&print, "--no-pdf-header-footer"], &town.path(FILE));
    let pdf = fs::read(pdf).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    let boxes: Vec<&str> = text.match_indices("/MediaBox").map(|(at, _)| &text[at..at + 40]).collect();
    assert!(!boxes.is_empty() && boxes.len() <= 3, "{boxes:?}");
    // 210 by 297 mm, in points.
    assert!(boxes.iter().all(|size| size.contains("594.") && size.contains("841.")), "{boxes:?}");
}
