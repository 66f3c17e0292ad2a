//! What a run that was cut off leaves under names of the program's own is cleared by the next one, and never is a file
//! lost by it that KP lacks.

use std::fs;

use crate::halted::{halt, kill_at};
use crate::proxy::{Cut, Fault, Proxy};
use crate::support::output::entry;
use crate::support::town::{Town, names_in};
use crate::{MAD, MAD_APRIL, MAD_CHANGED};

fn hidden(what: &str) -> String {
    format!(".{MAD}.4711.{what}.tmp")
}

/// A town that has delivered April and put it away, or deleted it.
fn delivered(disposal: &str) -> Town {
    let town = Town::new();
    town.set("originals.delivered", disposal);
    town.file(MAD, MAD_APRIL);
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received().len(), 1);
    town
}

#[test]
fn killed_between_setting_aside_and_deleting() {
    for disposal in ["delivered", "duplicates"] {
        let town = if disposal == "delivered" { Town::new() } else { delivered("archive") };
        town.set(&format!("originals.{disposal}"), "delete");
        town.file(MAD, MAD_APRIL);
        assert!(kill_at(&town, &["run"], "set_aside"));
        assert!(town.dropped()[0].ends_with(".deleting.tmp"), "{:?}", town.dropped());
        town.run(["run"]).exit(0);
        assert_eq!(town.dropped(), [""; 0], "{disposal}");
        assert_eq!(town.server.received().len(), 1);
        assert_eq!(town.deliver(0)["files"], serde_json::json!([]));
    }
}

/// Left by any earlier run, and the ledger has long said that the file is put away.
#[test]
fn an_old_leftover_of_what_kp_has_is_deleted() {
    let town = delivered("delete");
    town.file(hidden("deleting"), MAD_APRIL);
    town.run(["run"]).exit(0);
    assert_eq!(town.dropped(), [""; 0]);
    assert_eq!(town.server.received().len(), 1);
}

#[test]
fn a_leftover_that_kp_lacks_gets_its_name_back_and_is_judged() {
    // Nothing was delivered: it goes.
    let town = Town::new();
    town.set("originals.delivered", "delete");
    town.file(hidden("deleting"), MAD_APRIL);
    town.run(["run"]).exit(0);
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), MAD_APRIL.into())]);
    assert_eq!(town.dropped(), [""; 0]);
    // Another content of the same month: it is held. Where its name is taken, a person is told: by another name it might be
    // judged otherwise.
    town.file(hidden("deleting"), MAD_CHANGED);
    assert_eq!(entry(&town.deliver(3), MAD)["reason"], "slot_taken");
    assert_eq!(town.dropped(), [MAD]);
    town.file(hidden("deleting"), "MAD;2023-04\nnoget tredje\n");
    town.run(["run"]).exit(1).stdout_has("has that name now");
    assert_eq!(town.dropped(), [hidden("deleting").as_str(), MAD]);
    assert_eq!(town.server.received().len(), 1);
}

/// Where what KP has is kept, the bytes are deleted here only when the archive has them.
#[test]
fn a_leftover_goes_where_the_archive_keeps_a_copy() {
    let town = delivered("archive");
    let before = town.archived();
    town.file(hidden("deleting"), MAD_APRIL);
    town.run(["run"]).exit(0);
    assert_eq!((town.dropped().len(), town.archived()), (0, before));

    fs::remove_file(town.path("archive/2023-04").join(MAD)).unwrap();
    town.file(hidden("deleting"), MAD_APRIL);
    town.run(["run"]).exit(0);
    assert_eq!(town.dropped(), [""; 0]);
    assert_eq!(town.archived(), [format!("2023-04/duplicates/{MAD}")], "kept, as the archive had none");
}

#[test]
fn what_only_looks_like_a_leftover_stays() {
    let town = delivered("delete");
    for name in [".x.deleting.tmp", ".4711.deleting.tmp", ".mad.txt.4711.tmp", ".mad.txt.a.deleting.tmp"] {
        town.file(name, MAD_APRIL);
    }
    town.run(["run"]).exit(0);
    assert_eq!(town.dropped().len(), 4);
}

/// An archive on another file system; none where the machine has no second one.
#[cfg(target_os = "linux")]
fn with_archive_elsewhere(town: &Town) -> Option<tempfile::TempDir> {
    use std::os::unix::fs::MetadataExt;
    let other = tempfile::Builder::new().prefix("traekfil-archive-").tempdir_in("/dev/shm").ok()?;
    let device = |path: std::path::PathBuf| fs::metadata(path).unwrap().dev();
    if device(other.path().into()) == device(town.path("drop")) {
        eprintln!("skipped: no second file system here");
        return None;
    }
    town.set("folders.archive", other.path().to_str().unwrap());
    Some(other)
}

#[cfg(target_os = "linux")]
#[test]
fn killed_while_copying_to_another_file_system() {
    for point in ["copied", "set_aside"] {
        let town = Town::new();
        let Some(archive) = with_archive_elsewhere(&town) else { return };
        town.file(MAD, MAD_APRIL);
        assert!(kill_at(&town, &["run"], point), "{point}");
        let folder = archive.path().join("2023-04");
        let left = [names_in(&folder), town.dropped()].concat();
        assert!(left.iter().any(|name| name.ends_with("ing.tmp")), "{left:?}");
        town.run(["run"]).exit(0);
        assert_eq!((names_in(&folder), town.dropped()), (vec![MAD.into()], vec![]), "{point}");
        assert_eq!(fs::read_to_string(folder.join(MAD)).unwrap(), MAD_APRIL);
        assert_eq!(town.server.received().len(), 1);
    }
}

/// A copy that is whole and known, and the only one, is what a disk may have kept of a file: it is not thrown away.
#[test]
fn an_old_copy_goes_unless_it_is_the_only_one() {
    let town = delivered("archive");
    let folder = town.path("archive/2023-04");
    let other = format!(".andet_{MAD}.4711.copying.tmp");
    fs::write(folder.join(&other), "halv").unwrap();
    fs::rename(folder.join(MAD), folder.join(hidden("copying"))).unwrap();
    // The first run of a month looks everywhere.
    town.at("2023-05-14T06:00:00+02:00");
    town.run(["run"]).exit(0);
    assert_eq!(names_in(&folder), [MAD]);
    fs::copy(folder.join(MAD), folder.join(hidden("copying"))).unwrap();
    town.at("2023-06-14T06:00:00+02:00");
    town.run(["run"]).exit(0);
    assert_eq!(names_in(&folder), [MAD]);
}

#[test]
fn a_trial_file_of_a_check_that_was_killed() {
    for next in [&["check"][..], &["run"]] {
        let town = Town::new();
        town.run(["run"]).exit(0);
        assert!(kill_at(&town, &["check"], "tried"));
        let server = town.server.as_embedded();
        server.all_gone();
        assert_eq!(server.leftovers().len(), 2);
        town.run(next).exit(0);
        assert_eq!(server.leftovers(), [""; 0], "{next:?}");
        assert!(!town.path("ledger.db.check").exists());
    }
}

/// Every so many bytes the line to a check ends: what it made is removed by itself on another line, or by the next run.
#[test]
fn a_trial_file_of_a_check_whose_line_was_cut() {
    let mut cut_off = 0;
    for at in (2_400..4_600).step_by(40) {
        let town = Town::new();
        let cut = Cut { to_server: true, at, fault: Fault::Close, connections: 1 };
        let proxy = Proxy::before(town.server.port(), Some(cut));
        town.set("sftp.port", proxy.port());
        let ran = town.run(["check"]).exit_in(&[0, 4]);
        drop(proxy);
        let server = town.server.as_embedded();
        server.all_gone();
        cut_off += usize::from(ran == 4);
        town.set("sftp.port", town.server.port());
        town.run(["run"]).exit(0);
        assert_eq!(server.leftovers(), [""; 0], "cut at {at}");
        assert!(!town.path("ledger.db.check").exists());
        if ran == 0 {
            break;
        }
    }
    assert!(cut_off > 0);
}

/// Looked for in the folder and in the archive, and told of when neither has it.
#[test]
fn an_original_that_is_nowhere_is_told_of() {
    let lost = |act: &dyn Fn(&Town)| {
        let town = Town::new();
        town.file(MAD, MAD_APRIL);
        let halted = halt(&town, &["run"], "delivered").ok().unwrap();
        act(&town);
        halted.go_on()
    };
    let place = |town: &Town| town.path("drop").join(MAD);
    let told = lost(&|town| fs::remove_file(place(town)).unwrap());
    told.exit(1).stdout_has(MAD).stdout_has("disappeared");
    // Renamed by its supplier, it is a duplicate for the next run.
    lost(&|town| fs::rename(place(town), town.path("drop/mad_andet_navn.txt")).unwrap()).exit(0);
    // Put into the archive by hand.
    lost(&|town| {
        fs::create_dir_all(town.path("archive/2023-04")).unwrap();
        fs::rename(place(town), town.path("archive/2023-04").join(MAD)).unwrap();
    })
    .exit(0);
    let deleted = lost(&|town| {
        fs::create_dir_all(town.path("archive/2023-04")).unwrap();
        fs::write(town.path("archive/2023-04").join(MAD), "et andet indhold").unwrap();
        fs::remove_file(place(town)).unwrap();
    });
    deleted.exit(1).stdout_has("disappeared");
}
