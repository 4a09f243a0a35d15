//! Large enclaves whose file comes in parts: the same answers, whatever the parts, and none without them.

use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::memory::Source;
use teescope_core::sgx::sgxs::Sgxs;
use teescope_core::sgx::{Build, Measuring, eadd_record, ecreate_record, eextend_record};
use teescope_core::trace::{
    BadInput, Edit, Input, Inputs, Need, Place, Progress, Session, Settings, Supplied, Supply,
    supplied,
};

/// Pages of the enclave, and in how many kinds they come one after the other.
const PAGES: u64 = 300;

/// A stream of that many pages, of which some are measured in part, some not, some out of order; what
/// its measured records hash to is MRENCLAVE.
fn stream(pages: u64, mixed: bool) -> (Vec<u8>, [u8; 32]) {
    let size = (pages * 4096).next_power_of_two();
    let mut file = ecreate_record(1, size).to_vec();
    let mut hashed = file.clone();
    let mut secinfo = [0; 64];
    secinfo[..2].copy_from_slice(&[3, 2]);
    for page in 0..pages {
        let offset = page * 4096;
        let kind = if mixed { page / 40 % 4 } else { 0 };
        file.extend(eadd_record(offset, &secinfo));
        hashed.extend(eadd_record(offset, &secinfo));
        for k in 0..16 {
            // In the last kind the second half comes first.
            let chunk = if kind == 3 { (k + 8) % 16 } else { k };
            let data: Vec<u8> = (0..256).map(|i| (page * 7 + chunk * 3 + i) as u8).collect();
            let mut record = eextend_record(offset + chunk * 256);
            match (kind, chunk % 2) {
                (1, _) => continue,
                (2, 1) => record[..8].copy_from_slice(b"UNMEASRD"),
                _ => hashed.extend(record.iter().chain(&data)),
            }
            file.extend(record.iter().chain(&data));
        }
    }
    (file, sha256(&hashed))
}

/// The stream as a file in parts, and a host that gives as much as `cut` makes of what is needed.
fn parts(file: &[u8], cut: fn(u64, u64) -> Vec<(u64, u64)>) -> (Inputs, Settings, Supply) {
    let source = Source::parts(file.len() as u64);
    let input = Input {
        name: "large.sgxs".into(),
        bytes: source.clone(),
    };
    let mut settings = Settings::default();
    let digest = format!("sha256-{}", hex::encode(&sha256(file)));
    settings.params.insert("stream".into(), digest);
    let file: Rc<[u8]> = file.into();
    let supply: Supply = Rc::new(move |need: &Need| {
        assert_eq!(need.source, "stream");
        for (start, end) in cut(need.start, need.end) {
            let part = &file[start as usize..end as usize];
            source.supply(start, end - start, part).expect("it fits");
        }
    });
    (Inputs::from([("stream".into(), input)]), settings, supply)
}

fn open(inputs: &Inputs, settings: &Settings, supply: &Supply) -> Box<dyn Session> {
    let run = supplied(inputs, supply, || {
        teescope_core::tees::open("sgx/from-file", settings, inputs)
    });
    Box::new(Supplied::new(run.expect("opened"), supply.clone()))
}

/// The parts of a range in odd sizes, the last first.
fn odd(start: u64, end: u64) -> Vec<(u64, u64)> {
    let mut all: Vec<_> = (start..end)
        .step_by(7919)
        .map(|at| (at, (at + 7919).min(end)))
        .collect();
    all.reverse();
    all
}

/// Only the first bytes of what is needed, at most so many.
fn little(start: u64, end: u64) -> Vec<(u64, u64)> {
    vec![(start, end.min(start + 100_001))]
}

/// What is needed and more than that, twice.
fn whole(start: u64, end: u64) -> Vec<(u64, u64)> {
    vec![
        (start, end),
        (start, start + (end - start) / 3),
        (start, end),
    ]
}

shared_test! {
    fn parts_of_any_size_in_any_order_give_the_same_run() {
        let (file, mrenclave) = stream(PAGES, true);
        let mut settings = Settings::default();
        let digest = format!("sha256-{}", hex::encode(&sha256(&file)));
        settings.params.insert("stream".into(), digest);
        let input = Input { name: "large.sgxs".into(), bytes: file.clone().into() };
        let inputs = Inputs::from([("stream".into(), input)]);
        let mut plain = teescope_core::tees::open("sgx/from-file", &settings, &inputs)
            .expect("opened");
        let wanted = plain.digest();
        let last = plain.step(plain.len());
        let seen = plain.view(1234, None);
        for cut in [odd, little, whole] {
            let (inputs, settings, supply) = parts(&file, cut);
            let mut run = open(&inputs, &settings, &supply);
            assert_eq!(run.len(), plain.len());
            // Positions out of order, before the first pass.
            assert_eq!(run.view(1234, None), seen);
            assert_eq!(run.step(77), plain.step(77));
            assert_eq!(run.work(u64::MAX), Progress::Ready);
            assert_eq!(run.stops(), []);
            assert_eq!(run.step(run.len()), last);
            assert_eq!(run.digest(), wanted);
            let said = format!("{last:?}");
            assert!(said.contains(&format!("{:?}", &mrenclave[..])), "EINIT writes MRENCLAVE");
        }
    }

    fn the_measurement_of_a_file_in_parts_is_the_hash_of_its_records() {
        for mixed in [false, true] {
            let (file, mrenclave) = stream(PAGES, mixed);
            let (inputs, _, supply) = parts(&file, odd);
            let source = &inputs["stream"].bytes;
            let give = |range: core::ops::Range<u64>| {
                let file = source.clone();
                let need = Need { source: "stream".into(), file, start: range.start, end: range.end };
                supply(&need);
            };
            let image = loop {
                match Sgxs::read(source).expect("well formed") {
                    Some(image) => break image,
                    None => give(source.lacks().expect("something is missing")),
                }
            };
            assert_eq!(image.pages(), PAGES);
            let mut measuring = Measuring::new(Build::usual(Rc::new(image)));
            let measured = loop {
                match measuring.work(1000).expect("it is built") {
                    Some(measured) => break measured,
                    None => source.lacks().into_iter().for_each(give),
                }
            };
            assert_eq!(measured.finish(), mrenclave);
        }
    }

    fn a_file_that_has_changed_is_refused() {
        let source = Source::parts(5000);
        assert_eq!(source.digest(), None);
        let range = source.lacks().expect("the beginning");
        let why = source.supply(range.start, range.end, &[0; 4999]).expect_err("too short");
        assert!(why.en().contains("4,999"), "{}", why.en());
        assert!(source.supply(4000, 1001, &[0; 1001]).is_err(), "it ends at 5,000");
        assert!(source.supply(u64::MAX, 2, &[0; 2]).is_err());
        assert_eq!(source.digest(), None);
        // Another file of the same length is not the one that is named.
        let (file, _) = stream(20, false);
        let (inputs, settings, _) = parts(&file, odd);
        let input = inputs["stream"].bytes.clone();
        let other: Supply = Rc::new(move |need| {
            let zeros = vec![0; (need.end - need.start) as usize];
            input.supply(need.start, need.end - need.start, &zeros).expect("it fits");
        });
        let opened = supplied(&inputs, &other, || {
            teescope_core::tees::open("sgx/from-file", &settings, &inputs)
        });
        let Err(BadInput { why, .. }) = opened else { panic!("another file") };
        assert!(why.en().contains("SHA-256"), "{}", why.en());
    }

    fn a_fork_of_a_run_in_parts_still_knows_what_the_author_signed() {
        let (file, _) = stream(60, false);
        let (inputs, settings, supply) = parts(&file, little);
        let mut run = open(&inputs, &settings, &supply);
        // The fork comes before the original has been measured.
        let edits = [Edit::parse("-load.p0007.eextend3").expect("an edit")];
        let mut fork = run.fork(&edits).expect("forked");
        let end = fork.len();
        let last = fork.step(end).expect("EINIT");
        assert_eq!(last.broken().map(|r| r.id), Some("EINIT.enclavehash-equals-mrenclave"));
        assert_eq!(run.work(u64::MAX), Progress::Ready);
        let end = run.len();
        assert!(run.step(end).expect("EINIT").outcome.is_done());
    }
}

/// A size beyond what is kept of a file.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::*;

    #[test]
    fn eight_thousand_pages_stop_at_what_is_missing_fold_and_unfold() {
        use teescope_core::crypto::sha256::Midstate;
        let pages = 8192;
        let (file, mrenclave) = stream(pages, false);
        let (inputs, settings, supply) = parts(&file, whole);
        let opened = supplied(&inputs, &supply, || {
            teescope_core::tees::open("sgx/from-file", &settings, &inputs)
        });
        let mut run = opened.expect("opened");
        let source = &inputs["stream"].bytes;
        let outline = run.outline();
        let folded = outline
            .groups
            .iter()
            .find(|g| g.fold == 17)
            .expect("folded");
        assert_eq!(folded.len, 17 * pages);
        assert!(outline.groups.len() < 12, "one stretch holds them all");
        // What was read of the file while it was opened was let go of: the run waits, and says nothing.
        let early = run.find("load.p2000.eextend0").expect("a step");
        assert_eq!(run.step(early), None);
        let need = run.lacks().expect("what comes after the beginning");
        assert_eq!(need.source, "stream");
        assert!(need.start < 12 << 20, "{}", need.start);
        assert_eq!(run.lacks(), None, "it is said once");
        let (mut done, mut needed) = (0, 0);
        loop {
            match run.work(5000) {
                Progress::Working { done: now, of } => {
                    assert!(now > done && of == run.len());
                    done = now;
                }
                Progress::Need(need) => {
                    needed += 1;
                    supply(&need);
                }
                Progress::Ready => break,
            }
            assert!(source.held() < 36 << 20, "{}", source.held());
        }
        assert!(needed > 8, "{needed}");
        let mut run = Supplied::new(run, supply);
        let end = run.len();
        let last = format!("{:?}", run.step(end));
        assert!(last.contains(&format!("{:?}", &mrenclave[..])));
        // Any step unfolds with the digest that the records before it give.
        for (page, chunk) in [(0, 0), (17, 3), (4100, 15), (8191, 9)] {
            let label = format!("load.p{page:04}.eextend{chunk}");
            let position = run.find(&label).expect("a step");
            assert_eq!(run.label(position), label);
            let step = run.step(position).expect("told");
            let end = 64 + page * 5184 + 64 + (chunk + 1) * 320;
            let mut state = Midstate::new();
            let rest = state.absorb_blocks(&file[..end]);
            assert!(rest.is_empty());
            let said = format!("{:?}", step.events);
            assert!(
                said.contains(&format!("{:?}", &state.midstate_be()[..])),
                "{label}"
            );
        }
        let any = Place::new("epcm", 4000, 1);
        let changed = run.change(0, &any, true).expect("its EADD");
        assert_eq!(run.label(changed), "load.p3999.eadd");
        assert_eq!(run.change(end, &any, false), Some(changed));
        assert_eq!(run.change(changed, &any, true), None);
    }
}
