//! Files of every form, read.
use super::*;
#[test]
fn show_all() {
    let Ok(folder) = std::env::var("SHOW") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for path in files {
        println!("=== {}", path.file_name().unwrap().to_string_lossy());
        match Source::open(&path, &FileChoice::default()) {
            Err(e) => println!("ERR {e}"),
            Ok(mut s) => {
                println!("  HEADS {:?}", s.heads().iter().take(12).collect::<Vec<_>>());
                for n in s.notices() {
                    println!("  NOTE {n}");
                }
                let (mut n, mut shown) = (0, 0);
                loop {
                    match s.next_row() {
                        Ok(Some(r)) => {
                            n += 1;
                            if n < 5 || (!r.problems().is_empty() && shown < 4) {
                                if !r.problems().is_empty() {
                                    shown += 1;
                                }
                                println!(
                                    "  {}@{} {:?} {:?}",
                                    r.number,
                                    r.line,
                                    r.cells().take(12).map(|c| c.chars().take(30).collect::<String>()).collect::<Vec<_>>(),
                                    r.problems()
                                );
                            }
                        }
                        Ok(None) => break,
                        Err(e) => {
                            println!("ROWERR {e}");
                            break;
                        }
                    }
                }
                println!("  rows {n} progress {:?}", s.progress());
            }
        }
    }
}
