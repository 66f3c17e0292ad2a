//! The accounts of a Unix system: users, groups and their members, access lists, and becoming another user.

use std::ffi::CString;
use std::fs;
use std::io;
use std::path::Path;

use nix::unistd::{
    Gid, Group, Uid, User, geteuid, getgroups, initgroups, setegid, seteuid, setgid, setgroups, setuid,
};

/// A user of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub(super) uid: u32,
    gid: u32,
    name: Option<String>,
}

/// root's number.
pub(super) const ROOT: u32 = 0;

impl Account {
    /// The user with this number; one without an entry has the group of the same number.
    pub(super) fn of(uid: u32) -> Account {
        match User::from_uid(Uid::from_raw(uid)) {
            Ok(Some(user)) => Account { uid, gid: user.gid.as_raw(), name: Some(user.name) },
            _ => Account { uid, gid: uid, name: None },
        }
    }

    /// The user of this name; none where there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Account> {
        let user = User::from_name(name).ok().flatten()?;
        Some(Account { uid: user.uid.as_raw(), gid: user.gid.as_raw(), name: Some(user.name) })
    }

    /// The user that this process works as.
    #[must_use]
    pub fn own() -> Account {
        Account::of(geteuid().as_raw())
    }

    /// Whether this is root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.uid == ROOT
    }

    /// The name, or the number where there is none.
    #[must_use]
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.uid.to_string())
    }

    /// Goes on as this user for good. To be called while the process has one thread.
    ///
    /// # Errors
    /// What the system says. The process may then have dropped only some of the rights and must end.
    pub fn become_it(&self) -> io::Result<()> {
        self.take_groups()?;
        setgid(Gid::from_raw(self.gid))?;
        Ok(setuid(Uid::from_raw(self.uid))?)
    }

    /// Works as this user until [`Acting::end`], which root alone can do.
    ///
    /// # Errors
    /// What the system says.
    pub fn act(&self) -> io::Result<Acting> {
        let groups = getgroups()?;
        let own = Account::own();
        self.take_groups()?;
        setegid(Gid::from_raw(self.gid))?;
        seteuid(Uid::from_raw(self.uid))?;
        Ok(Acting { groups, own })
    }

    fn take_groups(&self) -> io::Result<()> {
        let group = Gid::from_raw(self.gid);
        match &self.name {
            Some(name) => initgroups(&CString::new(name.as_str())?, group)?,
            None => setgroups(&[group])?,
        }
        Ok(())
    }

    /// Makes a folder, and the missing ones above it, this user's own, where only root may make it. Whoever is not root
    /// changes nothing.
    ///
    /// # Errors
    /// What the file system says.
    pub fn make_folder(&self, folder: &Path) -> io::Result<()> {
        use std::os::unix::fs::{DirBuilderExt, chown};
        let missing = folder.ancestors().take_while(|folder| fs::symlink_metadata(folder).is_err());
        let missing: Vec<&Path> = missing.collect();
        for folder in missing.into_iter().rev().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::DirBuilder::new().mode(0o750).create(folder)?;
            chown(folder, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }

    /// Lets this user's group read a file or folder of root's.
    ///
    /// # Errors
    /// What the file system says.
    pub fn let_read(&self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::{PermissionsExt, chown};
        chown(path, None, Some(self.gid))?;
        let mode = if path.is_dir() { 0o750 } else { 0o640 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    }
}

/// Another user's rights, held for a while.
#[must_use]
#[derive(Debug)]
pub struct Acting {
    groups: Vec<Gid>,
    own: Account,
}

impl Acting {
    /// Works as before again.
    ///
    /// # Errors
    /// What the system says. The process must then end.
    pub fn end(self) -> io::Result<()> {
        seteuid(Uid::from_raw(self.own.uid))?;
        setegid(Gid::from_raw(self.own.gid))?;
        Ok(setgroups(&self.groups)?)
    }
}

/// Whether nobody is in a group but these users: as members, or as users whose own group it is. What cannot be told counts
/// as no.
pub(super) fn only(users: &[u32], group: u32) -> bool {
    let Ok(Some(found)) = Group::from_gid(Gid::from_raw(group)) else { return false };
    let known = |name: &String| {
        User::from_name(name).ok().flatten().is_some_and(|user| users.contains(&user.uid.as_raw()))
    };
    let Ok(passwd) = fs::read("/etc/passwd") else { return false };
    found.mem.iter().all(known)
        && owners_of(&String::from_utf8_lossy(&passwd), group).all(|uid| users.contains(&uid))
}

/// The users in passwd(5) whose own group this is.
fn owners_of(passwd: &str, group: u32) -> impl Iterator<Item = u32> {
    passwd.lines().filter_map(move |line| {
        let mut fields = line.split(':').skip(2);
        let uid = fields.next()?.parse().ok()?;
        (fields.next()?.parse() == Ok(group)).then_some(uid)
    })
}

/// The bits of one user or group in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits(pub(super) u32);

impl Bits {
    pub(super) const READ: Bits = Bits(4);
    pub(super) const WRITE: Bits = Bits(2);
}

/// Whether a list of acl(5), as the system keeps it, gives these bits to anybody but `users`; `group` is the file's own.
/// A list that cannot be read counts as yes.
pub(super) fn list_opens(list: &[u8], bits: Bits, users: &[u32], group: u32) -> bool {
    const USER: u16 = 2;
    const GROUP_OBJ: u16 = 4;
    const GROUP: u16 = 8;
    const MASK: u16 = 0x10;
    let Some((version, entries)) = list.split_first_chunk::<4>() else { return true };
    let (entries, rest) = entries.as_chunks::<8>();
    if u32::from_le_bytes(*version) != 2 || !rest.is_empty() {
        return true;
    }
    let of = |e: &[u8; 8]| {
        let (tag, may) = (u16::from_le_bytes([e[0], e[1]]), u16::from_le_bytes([e[2], e[3]]));
        (tag, u32::from(may), u32::from_le_bytes([e[4], e[5], e[6], e[7]]))
    };
    let mask = entries.iter().map(of).find(|(tag, ..)| *tag == MASK).map_or(7, |(_, may, _)| may);
    entries.iter().map(of).any(|(tag, may, id)| {
        may & mask & bits.0 != 0
            && match tag {
                USER => !users.contains(&id),
                GROUP => !only(users, id),
                GROUP_OBJ => !only(users, group),
                _ => false,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_in_the_fourth_field() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/:/bin/sh\nbo:x:1001:1000::/:/bin/sh\n\n# x";
        assert_eq!(owners_of(passwd, 1000).collect::<Vec<_>>(), [1000, 1001]);
        assert_eq!(owners_of(passwd, 7).count(), 0);
    }

    #[test]
    fn a_list_names_whom_the_mode_hides() {
        let list = |entries: &[(u16, u16, u32)]| {
            let mut bytes = 2u32.to_le_bytes().to_vec();
            for (tag, may, id) in entries {
                bytes.extend([tag.to_le_bytes(), may.to_le_bytes()].concat());
                bytes.extend(id.to_le_bytes());
            }
            bytes
        };
        let all = |who, mask| list(&[(1, 6, 0), who, (4, 0, 0), (0x10, mask, 0), (0x20, 0, 0)]);
        let opens = |bytes: &[u8], bits| list_opens(bytes, bits, &[0, 4711], 4_000_000);
        assert!(opens(&all((2, 6, 4712), 6), Bits::WRITE));
        assert!(!opens(&all((2, 6, 4711), 6), Bits::WRITE), "the user's own entry");
        assert!(!opens(&all((2, 6, 4712), 4), Bits::WRITE), "the mask takes it away");
        assert!(opens(&all((2, 6, 4712), 4), Bits::READ));
        assert!(opens(&all((8, 2, 4_000_000), 6), Bits::WRITE), "a group that nobody knows");
        assert!(opens(b"", Bits::READ) && opens(&[2, 0, 0, 0, 1], Bits::READ), "no list that can be read");
    }
}
