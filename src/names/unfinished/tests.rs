#![allow(clippy::unwrap_used)]

use globset::GlobSet;

use super::*;

/// The patterns as the configuration compiles them.
fn set(patterns: &[String]) -> GlobSet {
    let globs = patterns.iter().map(|pattern| crate::config::glob::glob(pattern).unwrap());
    GlobSet::new(globs.collect::<Vec<_>>()).unwrap()
}

/// What programs append to a finished name.
const ENDINGS: &[&str] = &[
    ".crdownload",
    ".part",
    ".partial",
    ".download",
    ".opdownload",
    ".wkdownload",
    ".filepart",
    ".tmp",
    ".temp",
    ".aria2",
    ".lftp",
    ".lftp-pget-status",
    ".camelLock",
    ".inprogress",
    ".swp",
    ".swo",
    ".swn",
    ".bak",
    ".orig",
    ".save",
    ".lock",
    ".nextcloud",
    ".incomplete",
    ".ocTransferId1234.part",
    ".kate-swp",
    ".!sync",
    ".ffs_tmp",
    ".gstmp",
    ".crswap",
    ".!ut",
    ".!qB",
    ".bc!",
    ".xltd",
    ".fdmdownload",
    ".dtapart",
    ".uploading",
    ".downloading",
    ".copying",
    ".writing",
    ".processing",
    ".in_progress",
    ".BTS-WIP",
    ".icloud",
    ".$$$",
];

#[test]
fn unfinished_and_spare_files_are_known() {
    let exclude = set(&unfinished_files());
    let excluded = |name: &str| assert!(exclude.is_match(name), "{name}");
    for ending in ENDINGS {
        for number in ["", "1", "2", "12", "123", ".3", "-4", "_5", ".12", " (1)", "(2)", " (13)", "[1]"] {
            for name in ["mad_202304.txt", "Måltid april 2023", "vask.202304.csv"] {
                excluded(&format!("{name}{ending}{number}"));
                excluded(&format!("{name}{ending}{number}").to_uppercase());
            }
        }
    }
    let names = [
        "Ikke-bekræftet 12345.crdownload",
        ".mad_202304.txt.X3bQ9a",
        ".in.mad_202304.txt",
        ".in.mad_202304.txt.",
        ".~lock.mad_202304.csv#",
        ".mad_202304.txt.~1a2b",
        ".sync_0123456789ab.db",
        ".syncthing.mad_202304.txt.tmp",
        "~syncthing~mad_202304.txt.tmp",
        ".unison.mad_202304.txt.0a1b.unison.tmp",
        ".goutputstream-ABC123",
        ".nfs000000000001",
        ".fuse_hidden000001",
        ".smbdeleteAAA1",
        "._mad_202304.txt",
        ".DS_Store",
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "mad_202304.txt:Zone.Identifier",
        "~$mad_202304.xlsx",
        "~WRL0001.tmp",
        "~WRD0003.doc",
        "mad_202304.txt~",
        "mad_202304.txt.~1~",
        "mad_202304.txt~2",
        "mad_202304.lftp~20260813154311~",
        "#mad_202304.txt#",
        "4913",
        "mad_202304.txt.sb-1a2b3c4d-AbCdEf",
        "mad_202304.txt___jb_tmp___",
        "mad_202304.txt.tmp.drivedownload",
        "sync.ffs_db",
        "~uTorrentPartFile_1A2B3C.dat",
    ];
    for name in names {
        excluded(name);
    }
}

#[test]
fn finished_files_are_not_taken_for_others() {
    let exclude = set(&unfinished_files());
    let extensions = [
        "",
        ".txt",
        ".TXT",
        ".csv",
        ".xml",
        ".dat",
        ".001",
        ".1",
        ".asc",
        ".json",
        ".xls",
        ".xlsx",
        ".fil",
        ".edi",
        ".zip",
        ".gz",
        ".pgp",
        ".gpg",
        ".sha256",
        ".prn",
        ".in",
        ".out",
        ".old",
        ".202304",
        ".db",
        ".ini",
        ".log",
        ".part1.txt",
        ".tmp.txt",
        ".bak.csv",
        ".uploaded",
        ".copy",
        ".processed",
        ".send",
        ".ut",
        ".$$",
        ".process",
        ".td",
    ];
    let stems = [
        "mad_202304",
        "MAD_202304",
        "Måltid - april 2023 (2)",
        "vask_202304_1",
        "Kopi af mad_202304",
        "mad_202304_v2",
        "202304",
        "partial_202304",
        "download_202304",
        "tmp_202304",
        "temp",
        "bak",
        "lock_202304",
        "#1 mad",
        "mad #2",
        "~mad_202304",
        "MADKOR~1",
        "$mad_202304",
        "4913_202304",
        "49130",
        "mad (conflicted copy 2023-04-03 120000)",
        "mad.sync-conflict-20230403-120000-ABCDEFG",
        "mad_conflict-20230403-120000",
        "thumbs_202304",
        "desktop_202304",
        "original",
        "save_202304",
        "mad.part_nord",
        "a",
    ];
    for extension in extensions {
        for stem in stems {
            let name = format!("{stem}{extension}");
            assert!(!exclude.is_match(&name), "{name}");
        }
    }
}

#[test]
fn bins_and_snapshots_are_known() {
    let never = set(&never_entered());
    let folders = [
        ".recycle",
        ".deleted",
        "#recycle",
        "#snapshot",
        "@eaDir",
        "@Recycle",
        "@Recently-Snapshot",
        ".snapshot",
        "~snapshot",
        ".zfs",
        "$RECYCLE.BIN",
        "$Recycle.Bin",
        "System Volume Information",
        "RECYCLER",
        "Recycled",
        ".Trash",
        ".Trash-1000",
        "lost+found",
        "LOST+FOUND",
        ".Trashes",
        ".fseventsd",
        ".Spotlight-V100",
        "@GMT-2023.04.01-06.00.00",
        "FOUND.000",
        ".snapshots",
        ".stversions",
        ".camel",
        "Network Trash Folder",
        "__MACOSX",
        "network.recycle",
        "Network Recycle Bin",
        "RecycleBin",
        "DfsrPrivate",
        "NTFRS_CMD_FILE_MOVE",
        "Papirkurv",
    ];
    for folder in folders {
        assert!(never.is_match(folder), "{folder}");
    }
    let others = [
        "2023",
        "april",
        "mad",
        "recycle",
        "snapshot",
        "trash",
        "Papirkurve til vask",
        "MACOSX",
        "Dfsr",
        "found",
        "lost",
        "lost+found2",
        "mad@eaDir",
        "#mad",
        "@mad",
        "System",
        "$mad",
        "FOUND.ABC",
        "2023-04.snapshot",
        "zfs",
        "genbrug",
    ];
    for folder in others {
        assert!(!never.is_match(folder), "{folder}");
    }
}
