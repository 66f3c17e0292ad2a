//! Names that Windows programs take for a device.

/// Names of devices, whatever their case and ending (`CreateFile`, names of MS-DOS devices).
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Whether Windows programs take a name for a device: what one of them puts there or reads from there is then
/// not this file.
pub(super) fn is_device(name: &str) -> bool {
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let number = stem.strip_prefix(port).unwrap_or_default();
        number.chars().count() == 1 && number.contains(|c: char| "123456789¹²³".contains(c))
    });
    DEVICES.contains(&stem.as_str()) || numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_devices() {
        let devices = [
            "con",
            "NUL.txt",
            "Aux.202304.txt",
            "com1",
            "LPT9.mad",
            "com¹.txt",
            "nul .txt",
            "conout$",
            "nul:strøm",
        ];
        for name in devices {
            assert!(is_device(name), "{name}");
        }
        let files =
            ["mad_202304.txt", "consul.txt", "com.txt", "com10", "com0", "lpt", "x.nul", ".nul", "æøå"];
        for name in files {
            assert!(!is_device(name), "{name}");
        }
    }
}
