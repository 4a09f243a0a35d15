//! Every “check it yourself” snippet is run, and prints what it says.

use std::process::Command;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::memory::Source;
use teescope_core::sgx::{eadd_record, ecreate_record, eextend_record};
use teescope_core::tees;
use teescope_core::trace::{
    Edit, Input, Inputs, Need, Place, Session, Settings, Snippet, Supplied, Supply, supplied,
};

/// Runs a snippet beside its files; where they are digests’ inputs, `other` gives them.
fn check(snippet: &Snippet, label: &str, mut other: impl FnMut(&Place) -> Rc<[u8]>) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("teescope-{}-{n}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder for the snippet's files");
    for input in &snippet.inputs {
        let bytes = match &input.bytes {
            Ok(bytes) => bytes.clone(),
            Err(place) => other(place),
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
}

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
            for snippet in run.snippets(position) {
                check(&snippet, &label, |place| run.absorbed(position, place));
                ran += 1;
            }
        }
    }
    assert!(ran > 100, "only {ran} snippets ran");
}

/// A stream of a few pages: some chunks are not measured, some come in another order.
fn stream() -> Rc<[u8]> {
    let mut file = ecreate_record(1, 1 << 16).to_vec();
    let mut secinfo = [0; 64];
    secinfo[..2].copy_from_slice(&[3, 2]);
    for page in 0..6_u64 {
        file.extend(eadd_record(page * 4096, &secinfo));
        for k in 0..16 {
            let chunk = if page == 3 { 15 - k } else { k };
            let mut record = eextend_record(page * 4096 + chunk * 256);
            if (page + k) % 5 == 4 {
                record[..8].copy_from_slice(b"UNMEASRD");
            }
            file.extend(record);
            file.extend((0..256).map(|i| (page * 7 + chunk * 3 + i) as u8));
        }
    }
    file.into()
}

#[test]
fn a_file_in_parts_is_measured_from_the_file_itself() {
    let file = stream();
    let source = Source::parts(file.len() as u64);
    let input = Input {
        name: "large.sgxs".into(),
        bytes: source.clone(),
    };
    let inputs = Inputs::from([("stream".into(), input)]);
    let mut settings = Settings::default();
    let digest = format!("sha256-{}", hex::encode(&sha256(&file)));
    settings.params.insert("stream".into(), digest);
    let supply: Supply = {
        let file = file.clone();
        Rc::new(move |need: &Need| {
            let part = &file[need.start as usize..need.end as usize];
            let given = need.file.supply(need.start, need.end - need.start, part);
            given.expect("it fits");
        })
    };
    let run = supplied(&inputs, &supply, || {
        tees::open("sgx/from-file", &settings, &inputs)
    });
    let mut run = Supplied::new(run.expect("opened"), supply);
    let mut ran = 0;
    for position in 1..=run.len() {
        let label = run.label(position);
        for snippet in run.snippets(position) {
            let of_file = snippet.inputs.iter().any(|input| input.is_file());
            if of_file && (position % 7 == 0 || position == run.len()) {
                check(&snippet, &label, |_| file.clone());
                ran += 1;
            }
        }
    }
    assert!(ran > 10, "only {ran} snippets ran");
    // What a fork measures is not in the file.
    let edits = [Edit::parse("-load.p0000.eextend1").expect("an edit")];
    let mut fork = run.fork(&edits).expect("forked");
    let end = fork.len();
    let of_file = |s: &Snippet| s.inputs.iter().any(|input| input.is_file());
    assert!(!fork.snippets(end).iter().any(of_file));
}
