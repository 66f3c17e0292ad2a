//! Whom a Windows access list gives access, read from its text form (SDDL, [MS-DTYP] 2.5.1). Pure.
//!
//! In `D:PAI(A;;FA;;;SY)(A;ID;0x1200a9;;;BU)` the fields of an entry are its kind, flags, rights, two object identifiers,
//! and the account, as a SID or as two letters that stand for one.

/// SYSTEM, the administrators, and Windows' own installer, which counts as SYSTEM, in the spellings that they have.
const TRUSTED: [&str; 5] = [
    "SY",
    "BA",
    "S-1-5-18",
    "S-1-5-32-544",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
];
/// Whoever owns the file.
const OWNER: [&str; 2] = ["OW", "S-1-3-4"];
/// The rights that are written as two letters, with their access masks.
const RIGHTS: [(&str, u32); 22] = [
    ("GA", 0x1000_0000),
    ("GX", 0x2000_0000),
    ("GW", 0x4000_0000),
    ("GR", 0x8000_0000),
    ("FA", 0x001F_01FF),
    ("FR", 0x0012_0089),
    ("FW", 0x0012_0116),
    ("FX", 0x0012_00A0),
    ("SD", 0x0001_0000),
    ("RC", 0x0002_0000),
    ("WD", 0x0004_0000),
    ("WO", 0x0008_0000),
    ("CC", 0x01),
    ("DC", 0x02),
    ("LC", 0x04),
    ("SW", 0x08),
    ("RP", 0x10),
    ("WP", 0x20),
    ("DT", 0x40),
    ("LO", 0x80),
    ("CR", 0x100),
    ("NX", 0),
];
/// Generic all, change the access list, take ownership. Whoever has one of these can get every other right.
const FULL_CONTROL: u32 = 0x1000_0000 | 0x0004_0000 | 0x0008_0000;

/// A kind of access to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read it.
    Read,
    /// Change, replace or delete it; of a folder, also add to it.
    Write,
    /// Of a folder above a file: delete or rename what is in it, or change its access. Everybody may add to some of them, as
    /// below `C:\\` and `%ProgramData%`.
    Above,
    /// Of the root of a disk or a share, which nobody can delete or rename: the same of what is in it.
    Root,
}

impl Access {
    fn rights(self) -> u32 {
        FULL_CONTROL
            | match self {
                Access::Read => 0x8000_0000 | 0x01,
                Access::Write => 0x4000_0000 | 0x0001_0000 | 0x02 | 0x04 | 0x40,
                Access::Above => 0x0001_0000 | 0x40,
                Access::Root => 0x40,
            }
    }
}

/// The accounts that have this access besides the owner, `user`, SYSTEM and the administrators, sorted, each once, as the list
/// writes them.
///
/// The answer may name too many, never too few: entries that deny access are ignored, and rights that cannot be read count
/// as all rights.
#[must_use]
pub fn others(list: &str, user: &str, may: Access) -> Vec<String> {
    let owner = owner(list);
    let Some(entries) = list.split_once("D:").map(|(_, entries)| entries) else {
        return vec![EVERYBODY.to_owned()];
    };
    if entries.starts_with("NO_ACCESS_CONTROL") {
        return vec![EVERYBODY.to_owned()];
    }
    let mut found: Vec<String> = Vec::new();
    for entry in entries.split('(').skip(1) {
        let mut parts = entry.split(')').next().unwrap_or_default().split(';');
        let (kind, flags, rights) = (parts.next(), parts.next(), parts.next());
        let who = parts.nth(2).unwrap_or(EVERYBODY);
        let allows = matches!(kind, Some("A" | "OA" | "XA" | "ZA"));
        // An inherit-only entry holds for files made in the folder, not for the folder itself.
        let inherit_only = pairs(flags.unwrap_or_default()).any(|flag| flag == "IO");
        let trusted = is_trusted(who) || OWNER.contains(&who) || who == user || who == owner;
        if allows && !inherit_only && !trusted && mask(rights) & may.rights() != 0 {
            found.push(who.to_owned());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The list that closes a file, or a folder and what is made in it later, to all but SYSTEM, the administrators, and `user`
/// (a SID), who makes it.
///
/// What an administrator makes belongs to the administrators together: then there is no entry for the one, whom a job that
/// works as SYSTEM would not believe.
#[must_use]
pub fn closed(owner: &str, user: &str, is_folder: bool) -> String {
    let handed_down = if is_folder { "OICI" } else { "" };
    let allowed = ["SY", "BA"].into_iter().chain((!is_trusted(owner)).then_some(user));
    allowed.fold("D:P".to_owned(), |list, who| list + &format!("(A;{handed_down};FA;;;{who})"))
}

/// Whom a file with this list belongs to, as the list writes it; empty where it does not say.
#[must_use]
pub fn owner(list: &str) -> &str {
    list.strip_prefix("O:").and_then(sid).unwrap_or_default()
}

/// Whether this account is the machine's own or the administrators'.
#[must_use]
pub fn is_trusted(who: &str) -> bool {
    TRUSTED.contains(&who)
}

/// The account at the beginning of a text: a full SID, or two letters.
fn sid(text: &str) -> Option<&str> {
    if !text.starts_with("S-") {
        return text.get(..2);
    }
    let ends = |c: char| !(c.is_ascii_digit() || matches!(c, 'S' | '-' | 'x'));
    text.get(..text.find(ends).unwrap_or(text.len()))
}

/// The account that stands for everyone.
const EVERYBODY: &str = "WD";

fn mask(rights: Option<&str>) -> u32 {
    let rights = rights.unwrap_or_default();
    if let Some(hex) = rights.strip_prefix("0x") {
        return u32::from_str_radix(hex, 16).unwrap_or(u32::MAX);
    }
    if rights.starts_with(|c: char| c.is_ascii_digit()) {
        return rights.parse().unwrap_or(u32::MAX);
    }
    let known =
        |word: &str| RIGHTS.iter().find(|(name, _)| *name == word).map_or(u32::MAX, |(_, mask)| *mask);
    pairs(rights).map(known).fold(0, |all, one| all | one)
}

/// Splits a text into words of two letters.
fn pairs(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len()).step_by(2).map(move |at| text.get(at..at + 2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "S-1-5-21-1-2-3-1001";

    #[test]
    fn whoever_is_not_the_user_the_owner_or_the_machine_is_named() {
        let table: [(&str, &[&str], &[&str]); 15] = [
            ("O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;S-1-5-21-1-2-3-1001)", &[], &[]),
            // as a folder below %ProgramData% inherits it
            (
                "O:BAG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)\
                 (A;CIID;DCLCRPCR;;;BU)",
                &["BU"],
                &["BU"],
            ),
            ("O:S-1-5-21-9-9-9-500G:SYD:(A;;FA;;;S-1-5-21-9-9-9-500)", &[], &[]),
            ("O:LAG:BAD:(A;;FA;;;LA)(A;;FR;;;DU)", &["DU"], &[]),
            ("O:DAG:DUD:(A;;FA;;;DA)(A;;FR;;;DU)", &["DU"], &[]),
            ("D:(A;;FR;;;WD)(A;;FR;;;AU)(A;;FR;;;WD)", &["AU", "WD"], &[]),
            ("D:(A;;WD;;;S-1-5-21-7-7-7-7)", &["S-1-5-21-7-7-7-7"], &["S-1-5-21-7-7-7-7"]),
            ("D:(A;;FX;;;BU)(A;;RCLO;;;BU)", &[], &[]),
            ("D:(A;;SD;;;BU)", &[], &["BU"]),
            ("D:(D;;FA;;;BU)(AU;SA;FA;;;WD)", &[], &[]),
            ("D:(A;IO;FA;;;BU)(A;IOCI;FA;;;WD)", &[], &[]),
            ("D:(A;;0x1f01ff;;;BU)(A;;2032127;;;AU)", &["AU", "BU"], &["AU", "BU"]),
            ("D:(A;;??;;;BU)", &["BU"], &["BU"]),
            // without a list everybody has access; with an empty one nobody has
            ("O:BAG:SY", &["WD"], &["WD"]),
            ("O:BAG:SYD:P", &[], &[]),
        ];
        for (list, read, write) in table {
            assert_eq!(others(list, USER, Access::Read), read, "{list}");
            assert_eq!(others(list, USER, Access::Write), write, "{list}");
        }
        assert_eq!(others("D:NO_ACCESS_CONTROL", USER, Access::Read), ["WD"]);
    }

    #[test]
    fn what_an_administrator_closes_is_believed_by_the_machine() {
        for is_folder in [false, true] {
            let by_administrator = format!("O:BAG:SY{}", closed("BA", USER, is_folder));
            let by_user = format!("O:{USER}G:SY{}", closed(USER, USER, is_folder));
            for may in [Access::Read, Access::Write, Access::Above, Access::Root] {
                assert_eq!(others(&by_administrator, "SY", may), [""; 0], "{by_administrator}");
                assert_eq!(others(&by_user, USER, may), [""; 0], "{by_user}");
            }
            assert!(by_user.contains(&format!("FA;;;{USER})")), "{by_user}");
        }
        assert_eq!(closed("BA", USER, true), "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");
    }

    #[test]
    fn a_folder_above_is_open_to_who_may_take_something_away() {
        let installer = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
        // as C:\, and %ProgramData% have it
        let root = format!(
            "O:{installer}G:{installer}D:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)\
             (A;OICIIO;SDGXGWGR;;;AU)(A;;LC;;;AU)(A;;FA;;;{installer})"
        );
        let data = "O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;DCLCRPCR;;;BU)\
                    (A;OICI;0x1200a9;;;BU)";
        for list in [root.as_str(), data] {
            assert_eq!(others(list, USER, Access::Above), [""; 0], "{list}");
            assert!(is_trusted(owner(list)), "{list}");
        }
        assert_eq!(
            others(data, USER, Access::Write),
            ["BU"],
            "a ledger's folder is closed to whoever may add"
        );
        for (list, who) in [
            ("O:BAG:SYD:(A;;DT;;;BU)", "BU"),
            ("O:BAG:SYD:(A;;SD;;;AU)", "AU"),
            ("O:BAG:SYD:(A;;WD;;;WD)", "WD"),
            ("O:BAG:SYD:(A;;WO;;;WD)", "WD"),
            ("O:BAG:SYD:(A;OICI;0x1301bf;;;AU)", "AU"),
            ("O:BAG:SYD:(A;;GA;;;BU)", "BU"),
        ] {
            assert_eq!(others(list, USER, Access::Above), [who], "{list}");
        }
        // As disks have it that Windows formats for a workstation: to change files, not to take away those of others.
        let disk = "O:BAG:SYD:(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;;0x1301bf;;;AU)(A;OICIIO;SDGXGWGR;;;AU)";
        assert_eq!(others(disk, USER, Access::Root), [""; 0]);
        assert_eq!(others(disk, USER, Access::Above), ["AU"]);
        for rights in ["DT", "WD", "WO", "GA", "FA"] {
            let list = format!("O:BAG:SYD:(A;;{rights};;;AU)");
            assert_eq!(others(&list, USER, Access::Root), ["AU"], "{list}");
        }
        assert!(!is_trusted(owner("O:BUG:SYD:")) && !is_trusted(owner("O:S-1-5-21-1-2-3-1001G:SYD:")));
        assert!(!is_trusted(owner("D:(A;;FA;;;SY)")), "nobody owns it");
    }
}
