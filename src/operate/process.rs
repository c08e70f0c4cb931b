//! What the operating system says of this process. Nothing where there is no `/proc`.

use std::fs;

/// Memory that it holds, in bytes.
pub(super) fn resident_bytes() -> Option<f64> {
    let kibibytes = word_after(&fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")?;
    Some(kibibytes * 1_024.0)
}

/// How many files it has open.
pub(super) fn open_files() -> Option<f64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    // One of them is the folder that was just read.
    Some(f64::from(u32::try_from(open.saturating_sub(1)).ok()?))
}

/// How many it may have open; `None` where there is no limit.
pub(super) fn most_open_files() -> Option<f64> {
    word_after(&fs::read_to_string("/proc/self/limits").ok()?, "Max open files")
}

/// The first word behind `name`, as a number.
fn word_after(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_where_the_kernel_writes_them() {
        assert_eq!(word_after("VmHWM:\t  9 kB\nVmRSS:\t   5120 kB\n", "VmRSS:"), Some(5_120.0));
        let limits = "Max file locks  unlimited  unlimited  locks\nMax open files   1024   4096   files\n";
        assert_eq!(word_after(limits, "Max open files"), Some(1_024.0));
        assert_eq!(word_after(limits, "Max file locks"), None);
        assert_eq!(word_after("", "VmRSS:"), None);
    }

    #[test]
    fn this_process_has_memory_and_open_files() {
        assert!(resident_bytes().unwrap() > 1_000_000.0);
        let _file = fs::File::open("/proc/self/status").unwrap();
        assert!(open_files().unwrap() >= 1.0);
    }
}
