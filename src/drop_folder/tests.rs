#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;

fn read(place: &Path, limits: Limits) -> Result<FileSnapshot, NotRead> {
    read_one(&place.into(), limits, false, None, &mut vec![0; READ_SIZE])
}

#[test]
fn a_file_whose_content_lies_elsewhere_is_never_sent() {
    let error = io::Error::other(ContentElsewhere);
    assert_eq!(unreadable(error), Blocked::Unsafe(Unsafe::ContentElsewhere));
    let gone = io::Error::from(io::ErrorKind::NotFound);
    assert_eq!(unreadable(gone), Blocked::Unsettled(Unsettled::WentAway));
}

#[test]
fn a_file_written_after_the_run_began_has_not_settled() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("mad_202304.txt");
    fs::write(&place, "halv").unwrap();
    let began = fs::metadata(&place).unwrap().modified().unwrap() - Duration::from_secs(1);
    let settle = Duration::from_secs(10);
    let at = |settle, now| read(&place, Limits { settle, now, ..Limits::NONE });
    assert!(matches!(at(settle, began), Err(NotRead::Blocked(Blocked::Unsettled(_)))));
    assert!(at(settle, began + Duration::from_secs(12)).is_ok());
    assert!(at(Duration::ZERO, began).is_ok(), "it was watched instead");
}

/// `cp -p`, `rsync -t`, `robocopy /COPY:T`: the content bears an old time from its first byte on.
#[test]
#[cfg_attr(windows, ignore = "wine tells the time of change for that of creation")]
fn a_copy_that_keeps_an_old_time_has_not_settled() {
    let folder = tempfile::tempdir().unwrap();
    let settle = Duration::from_secs(10);
    for old in [SystemTime::UNIX_EPOCH, SystemTime::now() - Duration::from_secs(3600)] {
        let place = folder.path().join("mad_202304.txt");
        fs::write(&place, "halv").unwrap();
        fs::File::options().write(true).open(&place).unwrap().set_modified(old).unwrap();
        let now = SystemTime::now() + Duration::from_secs(1);
        let young = read(&place, Limits { settle, now, ..Limits::NONE });
        assert!(matches!(young, Err(NotRead::Blocked(Blocked::Unsettled(Unsettled::ChangedJustNow)))));
        let later = now + settle;
        assert!(read(&place, Limits { settle, now: later, ..Limits::NONE }).is_ok());
    }
}

#[test]
fn a_large_file_is_not_read_and_one_of_middle_size_comes_later() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("mad_202304.txt");
    fs::write(&place, "0123456789").unwrap();
    let limits = |at_once, largest| Limits { largest, at_once, ..Limits::NONE };
    assert!(read(&place, limits(10, 10)).is_ok());
    assert!(matches!(read(&place, limits(9, 10)), Err(NotRead::Later(10))));
    let too_large = Blocked::Unsafe(Unsafe::TooLarge { largest: 9 });
    assert!(matches!(read(&place, limits(1, 9)), Err(NotRead::Blocked(blocked)) if blocked == too_large));
}
