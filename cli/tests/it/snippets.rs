//! Every “check it yourself” snippet is run, and prints what it says.

use std::process::Command;

use teescope_core::tees;
use teescope_core::trace::{Inputs, Settings};

#[test]
fn every_snippet_prints_what_it_says() {
    let mut ran = 0;
    let all = tees::all().into_iter().flat_map(|t| t.scenarios);
    for scenario in all.filter(|s| s.info().listed) {
        let run = scenario.open(&Settings::default(), &Inputs::new());
        let mut run = run.unwrap_or_else(|e| panic!("{}: {e}", scenario.info().id));
        for position in 1..=run.len() {
            // Chunk after chunk is the same snippet: the first and every seventh stand for the rest.
            let label = run.label(position);
            if label.contains("eextend") && position % 7 != 0 {
                continue;
            }
            for (n, snippet) in run.snippets(position).into_iter().enumerate() {
                let dir = std::env::temp_dir()
                    .join(format!("teescope-{}-{position}-{n}", std::process::id()));
                std::fs::create_dir_all(&dir).expect("a folder for the snippet's files");
                for input in &snippet.inputs {
                    let bytes = match &input.bytes {
                        Ok(bytes) => bytes.clone(),
                        Err(place) => run.absorbed(position, place),
                    };
                    std::fs::write(dir.join(&input.name), &bytes).expect("the snippet's file");
                }
                let out = Command::new("sh")
                    .arg("-c")
                    .arg(&snippet.code)
                    .current_dir(&dir)
                    .output();
                let out = out.expect("a shell");
                let printed = String::from_utf8_lossy(&out.stdout);
                let errors = String::from_utf8_lossy(&out.stderr);
                assert_eq!(
                    printed.trim_end(),
                    snippet.prints,
                    "{label}: {}\n{errors}",
                    snippet.code
                );
                std::fs::remove_dir_all(&dir).expect("the folder goes");
                ran += 1;
            }
        }
    }
    assert!(ran > 100, "only {ran} snippets ran");
}
