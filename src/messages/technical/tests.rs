use std::io::{Error, ErrorKind};

use super::{KINDS, in_danish};

#[cfg(target_os = "linux")]
#[test]
fn what_the_system_says_is_said_in_danish_with_its_own_words_after_it() {
    for (number, danish) in [
        (111, "forbindelsen blev afvist: Connection refused, os error 111"),
        (110, "intet svar i tide: Connection timed out, os error 110"),
        (113, "maskinen kan ikke nås: No route to host, os error 113"),
        (13, "adgang nægtet: Permission denied, os error 13"),
        (2, "findes ikke: No such file or directory, os error 2"),
        (28, "disken er fuld: No space left on device, os error 28"),
        (30, "disken kan kun læses: Read-only file system, os error 30"),
        (21, "er en mappe: Is a directory, os error 21"),
    ] {
        let error = Error::from_raw_os_error(number);
        let said = in_danish(format!("Filen kunne ikke læses ({error}). Prøv igen."));
        assert_eq!(said, format!("Filen kunne ikke læses ({danish}). Prøv igen."));
        assert_eq!(in_danish(said.clone()), said, "a sentence within a sentence is put into Danish once");
    }
    let error = Error::from_raw_os_error(111);
    assert_eq!(
        in_danish(format!("Fejl: {error}; {error}")).matches("forbindelsen blev afvist (Connection").count(),
        2
    );
}

#[cfg(windows)]
#[test]
fn what_windows_says_is_said_in_danish_with_its_own_words_after_it() {
    for (number, danish) in [
        (2, "findes ikke"),
        (5, "adgang nægtet"),
        (32, "i brug af et andet program"),
        (67, "den delte mappe findes ikke"),
        (112, "disken er fuld"),
        (10061, "forbindelsen blev afvist"),
        (11001, "navnet kendes ikke"),
    ] {
        let error = Error::from_raw_os_error(number);
        let said = in_danish(format!("Filen kunne ikke læses ({error}). Prøv igen."));
        assert!(said.starts_with(&format!("Filen kunne ikke læses ({danish}: ")), "{said}");
        assert!(
            said.ends_with(&format!(", os error {number}). Prøv igen.")) && !said.contains(".,"),
            "{said}"
        );
        assert_eq!(in_danish(said.clone()), said);
    }
}

#[test]
fn an_error_without_a_number_too_and_nothing_else_is_changed() {
    for (kind, danish) in KINDS {
        let said = in_danish(format!("Den kunne ikke læses ({}).", Error::from(kind)));
        assert_eq!(said, format!("Den kunne ikke læses ({danish}: {}).", Error::from(kind)));
        assert_eq!(in_danish(said.clone()), said);
    }
    let looked_up = "failed to lookup address information: Name or service not known";
    let said = in_danish(format!("servernavnet x kan ikke slås op ({looked_up})."));
    assert_eq!(said, format!("servernavnet x kan ikke slås op (navnet kendes ikke: {looked_up})."));
    assert_eq!(in_danish(said.clone()), said);
    for same in ["mad (os error 9999999).txt", "mad (os error x).txt", "permission denied", "æ (os error 2"]
    {
        assert_eq!(in_danish(same.to_owned()), same);
    }
    assert_eq!(Error::from(ErrorKind::NotFound).to_string(), "entity not found");
}
