//! Points at which tests halt the program, to kill it there or to change the world under it.

/// Halts here where `TRAEKFIL_WAIT_AT=name:path` asks for it: makes `<path>.reached`, and goes on once `<path>.go`
/// is there. `name@2` halts when the point is passed for the second time.
///
/// Only programs built with debug assertions, as tests are, ever halt.
#[cfg(debug_assertions)]
pub(crate) fn failpoint(name: &str) {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);

    let Ok(asked) = std::env::var("TRAEKFIL_WAIT_AT") else { return };
    let Some((point, path)) = asked.split_once(':') else { return };
    let (point, time) = point.split_once('@').unwrap_or((point, "1"));
    if point != name || (PASSED.fetch_add(1, Ordering::Relaxed) + 1).to_string() != time {
        return;
    }
    if std::fs::write(format!("{path}.reached"), "").is_ok() {
        while !std::path::Path::new(&format!("{path}.go")).exists() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// Nothing halts a program that is built for use.
#[cfg(not(debug_assertions))]
pub(crate) fn failpoint(_: &str) {}
