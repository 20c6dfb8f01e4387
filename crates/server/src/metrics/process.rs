//! Processor time, memory and open files of this process, from `/proc`. Left out where there is no such thing.

use std::fs::{read_dir, read_to_string};

use measure::{Kind, Text};

/// Linux counts processor time for programs in hundredths of a second (`USER_HZ`), whatever its own clock does.
const TICKS_PER_SECOND: f64 = 100.0;

/// Puts what is known into the text, under the names that Prometheus's own libraries use.
pub fn write(text: &mut Text) {
    if let Some(seconds) = read_to_string("/proc/self/stat").ok().as_deref().and_then(processor_seconds) {
        let name = "process_cpu_seconds_total";
        text.single(name, Kind::Counter, "Processor time of the process.", seconds);
    }
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(bytes) = kilobytes(&status, "VmRSS:").map(|kilobytes| kilobytes * 1024) {
        let name = "process_resident_memory_bytes";
        text.single(name, Kind::Gauge, "Memory of the process that is in RAM.", bytes);
    }
    if let Ok(files) = read_dir("/proc/self/fd") {
        text.single("process_open_fds", Kind::Gauge, "Open files and connections.", files.count());
    }
}

/// User and system time. The second field, the program's name, may hold blanks and ends at the last parenthesis.
fn processor_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11).map(str::parse::<f64>);
    Some((fields.next()?.ok()? + fields.next()?.ok()?) / TICKS_PER_SECOND)
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_read() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 900 0 0 0 250 50 0 0 20 0 9 0 100 1 2";
        assert_eq!(processor_seconds(stat), Some(3.0));
        assert_eq!(processor_seconds("7 (a"), None);
        assert_eq!(kilobytes("VmPeak:\t 9 kB\nVmRSS:\t  1234 kB\n", "VmRSS:"), Some(1234));
        assert_eq!(kilobytes("", "VmRSS:"), None);
    }
}
