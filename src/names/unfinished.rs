//! What programs call a file that is not finished, or one that they keep beside another.
//!
//! Patterns on whole names, whatever the case, as `scan.exclude` takes them. None fits a name that a supplier
//! gives a finished file. Programs that write under the final name from the first byte on have no line here,
//! since no name tells their unfinished files: FileZilla, curl, wget, psftp, pscp, sftp, Robocopy, Windows' Explorer.
//! Nor have copies that a synchronizer makes where two versions met: these hold data, so a person must see them.

/// What programs append to the name of an unfinished or spare file, as patterns.
///
/// A number may follow, as browsers and editors append one: `.part1`, `.filepart.3`, `.crdownload (1)`.
const ENDINGS: &[&str] = &[
    // Windows, Office (`~WRL0001.tmp`), OneDrive, and most others
    "tmp",
    "temp",
    // Firefox, KDE, JDownloader, Nextcloud's server (`mad.txt.ocTransferId1234.part`), callers of lftp and wget
    "part",
    // Chrome, Edge, Opera, Vivaldi and Brave: `Ikke-bekræftet 12345.crdownload`
    "crdownload",
    // Edge and Internet Explorer before Chromium; rclone
    "partial",
    // Safari
    "download",
    // programs that write through Chrome's access to files
    "crswap",
    // µTorrent and BitTorrent, qBittorrent, BitComet, FlashGet, Thunder
    "!ut",
    "!bt",
    "!qb",
    "bc!",
    "jc!",
    "xltd",
    // Free Download Manager, DownThemAll, GetRight, DC++
    "fdmdownload",
    "dtapart",
    "getright",
    "dctmp",
    // Opera
    "opdownload",
    // GNOME Web
    "wkdownload",
    // WinSCP, and servers that took the name over
    "filepart",
    // Cyberduck
    "cyberducksegment",
    // ExaVault's server
    "incomplete",
    // lftp: the name that its users usually set for unfinished files, and its note beside a file fetched in pieces
    "lftp",
    "lftp-pget-status",
    // aria2: its note beside the file
    "aria2",
    "aria2__temp",
    // Apache Camel: its mark beside a file that it reads, and a file that it writes
    "camelLock",
    "inprogress",
    "in-progress",
    "in_progress",
    // Spring Integration: a file that it writes; BizTalk: one that it reads
    "writing",
    "bts-wip",
    // what senders and receivers commonly call a file while they work on it
    "uploading",
    "downloading",
    "copying",
    "receiving",
    "sending",
    "transferring",
    "processing",
    "unfinished",
    "uncompleted",
    // marks of other programs beside a file in use
    "lock",
    "lck",
    // programs from the time of DOS, many of which still run
    "$$$",
    // Microsoft Office: automatic and spare copies, Access' locks
    "asd",
    "wbk",
    "xlk",
    "laccdb",
    // Vim: swap files
    "sw[a-px]",
    // nano
    "save",
    // Kate
    "kate-swp",
    // UltraEdit, Notepad++, TextPad, Total Commander and many more
    "bak",
    // patch, Git, Mercurial
    "orig",
    "rej",
    // Nextcloud, ownCloud: a stand-in for a file that has not been fetched
    "nextcloud",
    "owncloud",
    // iCloud: the same
    "icloud",
    // Resilio Sync
    "!sync",
    // Google Drive
    "drivedownload",
    "driveupload",
    // FreeFileSync
    "ffs_tmp",
    "ffs_lock",
    "ffs_db",
    // GoodSync, Google's tools for its storage
    "gstmp",
];

/// How numbers of one to three digits are appended to a name, as the alternatives of a pattern.
const NUMBERS: &str = "{[0-9],[0-9][0-9],[0-9][0-9][0-9],[._-][0-9],[._-][0-9][0-9],[._-][0-9][0-9][0-9],\
                       ([0-9]),([0-9][0-9]), ([0-9]), ([0-9][0-9]),[[][0-9][]]}";

/// Patterns on the whole name of an unfinished or spare file.
const NAMES: &[&str] = &[
    // Hidden names. rsync: `.mad.txt.X3bQ9a`; lftp: `.in.mad.txt`; ProFTPD: `.in.mad.txt.`; Pure-FTPd: `.pureftpd-upload.…`;
    // LibreOffice: `.~lock.mad.csv#`; Nextcloud, ownCloud: `.mad.txt.~1a2b`, `.sync_….db`; Syncthing: `.syncthing.mad.txt.tmp`;
    // Unison: `.unison.mad.txt.….unison.tmp`; GNOME: `.goutputstream-…`; AzCopy: `.azDownload-…`; NFS: `.nfs0000…`;
    // FUSE: `.fuse_hidden0000…`; Samba: `.smbdelete…`; AFP: `.afpDeleted…`; Vim: `.mad.txt.swp`; Emacs: `.#mad.txt`;
    // macOS: `.DS_Store`, `._mad.txt`; Dropbox: `.dropbox`; OneDrive: `.849C9593-…`; KDE: `.directory`
    ".*",
    // Microsoft Office: an owner's mark, and Word's own copies (`~WRD0003.doc`)
    "~$*",
    "~WR?????.*",
    // Vim: the name by which it tries a folder
    "4913",
    // spare copies of Emacs, Vim, gedit, Kate and lftp
    "*~",
    "*.*~[0-9]",
    "*.*~[0-9][0-9]",
    // Emacs' automatic copies
    "#*#",
    // JetBrains' editors
    "*___jb_{tmp,old}___",
    // macOS: a file that a program in its sandbox saves
    "*.sb-????????-??????",
    // Windows: previews and the looks of a folder, and what Windows keeps of a download's origin
    "Thumbs.db",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "desktop.ini",
    "*:Zone.Identifier",
    // Syncthing on Windows
    "~syncthing~*",
    // µTorrent and BitTorrent: parts of files that are not wanted
    "~{uTorrent,BitTorrent}PartFile_*",
];

/// Recycle bins, snapshots and other folders that file servers and systems keep beside a share's own.
const FOLDERS: &[&str] = &[
    // Samba (`vfs_recycle`, `vfs_shadow_copy2`), OpenMediaVault, TrueNAS
    ".recycle",
    ".deleted",
    ".recycled",
    ".trash",
    "@GMT-*",
    // Synology
    "#recycle",
    "#snapshot",
    "@eaDir",
    "@tmp",
    "@sharesnap",
    "@SynoResource",
    "@S2S",
    // QNAP
    "@Recycle",
    "@Recently-Snapshot",
    "@Transcode",
    ".@__thumb",
    ".@upload_cache",
    "@sharebin",
    // Buffalo, and the bins of NETGEAR, Western Digital and other small servers
    "trashbox",
    "network.recycle",
    "network recycle bin",
    "RecycleBin",
    "Recycle Bin",
    // NetApp, Dell PowerScale, VAST
    ".snapshot",
    "~snapshot",
    // Dell Unity
    ".ckpt",
    // snapper, IBM Storage Scale
    ".snapshots",
    // ZFS
    ".zfs",
    // CephFS, GlusterFS
    ".snap",
    ".snaps",
    ".glusterfs",
    ".trashcan",
    // Windows
    "$RECYCLE.BIN",
    "RECYCLER",
    "RECYCLED",
    "System Volume Information",
    "FOUND.[0-9][0-9][0-9]",
    "$Extend",
    // Windows' file replication between servers, before DFS too
    "DfsrPrivate",
    "NTFRS_*",
    "DO_NOT_REMOVE_NtFrs_PreInstall_Directory",
    // what Windows shows its bin as in Danish, and users call one of their own
    "Papirkurv",
    "Papirkurven",
    // freedesktop.org: GNOME, KDE
    ".Trash",
    ".Trash-*",
    // ext4 and other file systems of Linux
    "lost+found",
    // macOS, and Netatalk for it
    ".Trashes",
    ".fseventsd",
    ".Spotlight-V100",
    ".DocumentRevisions-V100",
    ".TemporaryItems",
    ".AppleDouble",
    ".AppleDB",
    "Network Trash Folder",
    "Temporary Items",
    "TheVolumeSettingsFolder",
    // macOS: what it adds to a packed folder
    "__MACOSX",
    // rsync, Syncthing, Resilio Sync, Qsync, GoodSync, Dropbox, Google Drive
    ".~tmp~",
    ".stversions",
    ".sync",
    ".qsync",
    "_gsdata_",
    ".dropbox.cache",
    ".tmp.drivedownload",
    ".tmp.driveupload",
    // Apache Camel: files that it has read
    ".camel",
];

/// The patterns that `scan.exclude` holds where the configuration does not say otherwise: hidden names, and what
/// browsers, programs for transfers, editors, office programs, synchronizers and systems call an unfinished or
/// spare file.
#[must_use]
pub fn unfinished_files() -> Vec<String> {
    // one pattern for many endings: each pattern is compiled anew whenever the program starts
    let endings = format!("*.{{{}}}", ENDINGS.join(","));
    let numbered = format!("{endings}{NUMBERS}");
    NAMES.iter().map(|&name| name.to_owned()).chain([endings, numbered]).collect()
}

/// The patterns on names of folders that are never looked into, whatever the configuration says.
#[must_use]
pub fn never_entered() -> Vec<String> {
    FOLDERS.iter().map(|&pattern| pattern.to_owned()).collect()
}

#[cfg(test)]
mod tests;
