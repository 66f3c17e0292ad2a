//! Who gives the command, on Windows: the account of the process's token.

use windows_permissions::wrappers::LookupAccountSid;

/// SYSTEM and the accounts of services.
const SERVICES: [&str; 3] = ["S-1-5-18", "S-1-5-19", "S-1-5-20"];
/// What the accounts of single services, and of web sites, begin with.
const SERVICE_KINDS: [&str; 2] = ["S-1-5-80-", "S-1-5-82-"];

/// The person who gives the command, `DOMAIN\name`: never SYSTEM or a service's account. None where the machine does not know
/// the account.
#[must_use]
pub fn person() -> Option<String> {
    let sid = windows_permissions::utilities::current_process_sid().ok()?;
    let text = sid.to_string();
    if SERVICES.contains(&text.as_str()) || SERVICE_KINDS.iter().any(|kind| text.starts_with(kind)) {
        return None;
    }
    let (name, domain) = LookupAccountSid(&sid).ok()?;
    let (name, domain) = (name.to_string_lossy(), domain.to_string_lossy());
    // The name of an account that the domain manages for a service ends so.
    if name.is_empty() || name.ends_with('$') {
        return None;
    }
    Some(if domain.is_empty() { name.into_owned() } else { format!("{domain}\\{name}") })
}
