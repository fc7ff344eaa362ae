//! Measuring by processor time of this process, so that a busy machine does not change the answer.

#![allow(dead_code, reason = "each benchmark takes what it needs of it")]

use std::fs;

/// Processor seconds this process has used, in nanoseconds.
pub fn processor_nanos() -> u64 {
    // utime and stime are the 14th and 15th fields.
    used_nanos([11, 12])
}

/// Processor seconds that processes used which this one began and waited for, in nanoseconds.
pub fn processor_nanos_of_others() -> u64 {
    // cutime and cstime follow behind its own.
    used_nanos([13, 14])
}

fn used_nanos(behind_the_name: [usize; 2]) -> u64 {
    // The name before them may hold blanks but ends with the last bracket.
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells a process its times");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields behind the name").split_whitespace().collect();
    let ticks: u64 = behind_the_name.iter().map(|at| fields[*at].parse::<u64>().expect("a time")).sum();
    // Linux counts 100 ticks a second wherever it runs for users.
    ticks * 10_000_000
}

/// The most memory this process had at once, in megabytes.
pub fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells a process its memory");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("the most it had");
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Forgets the most memory it had, so that what follows is measured alone.
pub fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").expect("Linux lets a process forget its peak");
}

/// Thousands separated, for reading.
pub fn grouped(number: u64) -> String {
    let text = number.to_string();
    let mut out = String::new();
    for (i, digit) in text.chars().enumerate() {
        if i > 0 && (text.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
