//! What processes cost: CPU time and memory, as Linux counts them. Nothing is known elsewhere.

use std::time::Duration;

/// Processes whose costs are added up.
#[derive(Clone, Default)]
pub struct Processes(pub Vec<u32>);

impl Processes {
    /// User and system time so far, to a hundredth of a second. `None` without processes.
    pub fn cpu_time(&self) -> Option<Duration> {
        let times = self.0.iter().filter_map(|process| {
            let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            ticks(&text).map(|ticks| Duration::from_millis(ticks * 10))
        });
        times.reduce(|sum, time| sum + time)
    }

    /// Memory in use, in megabytes. Pages that processes share are counted for each.
    pub fn memory_mb(&self) -> Option<f64> {
        let sizes = self.0.iter().filter_map(|process| {
            let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
            kilobytes(&text).map(|kilobytes| kilobytes / 1_024.0)
        });
        sizes.reduce(|sum, size| sum + size)
    }
}

fn ticks(stat: &str) -> Option<u64> {
    // The name in parentheses may hold spaces; the fields behind it are the third and on.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn kilobytes(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().split(' ').next()?.parse().ok()
}

/// What the numbers belong to.
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub kernel: String,
    /// File system and device of the folder that the data is in.
    pub disk: String,
}

impl Machine {
    pub fn this(folder: &std::path::Path) -> Machine {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let processor = read("/proc/cpuinfo");
        let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Machine {
            processor: processor.map_or_else(|| "unknown processor".to_owned(), |(_, name)| name.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            disk: disk(&read("/proc/mounts"), &folder.to_string_lossy()),
        }
    }
}

/// The mount that a path is on: the longest that it starts with.
fn disk(mounts: &str, path: &str) -> String {
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        Some((fields.next()?, fields.next()?, fields.next()?))
    });
    let of_path = mounts.filter(|(_, place, _)| {
        path.strip_prefix(place.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let longest = of_path.max_by_key(|(_, place, _)| place.len());
    longest.map_or_else(|| "unknown disk".to_owned(), |(device, _, kind)| format!("{kind} on {device}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_writes_is_read() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 3 4 20 0 8 0 1 1 1";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("nothing"), None);
        assert_eq!(kilobytes("Name:\tx\nVmRSS:\t   2048 kB\n"), Some(2_048.0));
        let mounts = "overlay / overlay rw 0 0\n/dev/vda /data ext4 rw 0 0\ntmpfs /database tmpfs rw 0 0";
        for (path, expected) in
            [("/data/x", "ext4 on /dev/vda"), ("/database", "tmpfs on tmpfs"), ("/x", "overlay on overlay")]
        {
            assert_eq!(disk(mounts, path), expected, "{path}");
        }
    }

    #[test]
    fn processes_that_are_gone_cost_nothing() {
        assert_eq!(Processes::default().cpu_time(), None);
        assert!(Processes(vec![std::process::id()]).cpu_time().is_some());
        assert!(Processes(vec![std::process::id(), u32::MAX]).memory_mb().is_some_and(|size| size > 0.0));
    }
}
