//! Files of many shapes: what the leaves measure is what a naive twin measures.

use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::sgx::image::{self, Image, Item, Origin, Pool};
use teescope_core::sgx::sigstruct::demo_signer;
use teescope_core::sgx::structs::{Attributes, SigStruct};
use teescope_core::sgx::{Report, Told, inspect, recognise};
use teescope_core::trace::{Outcome, Progress};

use super::writer::{ADD, Fill, MEASURED, RW, Sdk, Seg, entry, filled};
use super::{measured, opened, random, source};
use crate::engine::dice::Dice;
use crate::sgx::files::open;

/// A file of a shape that the dice choose.
pub(in crate::sgx::files) fn any(seed: u64) -> Sdk {
    let mut dice = Dice::new(seed);
    random::any(&mut |n| dice.below(n))
}

/// The operations, the pages and what looks them up agree.
fn consistent(image: &dyn Image) {
    let mut step = 1;
    for n in 0..image.pages() {
        let page = image.page(n).expect("a page");
        assert_eq!((page.number, page.step), (n, step));
        assert_eq!(image.page_at(page.offset + 4095), Some(n));
        let Some(Item::Eadd(offset, flags, content)) = image.get(step) else {
            panic!("{page:?}")
        };
        assert_eq!((offset, flags), (page.offset, page.flags));
        assert_eq!(Some(content), image.content(n));
        let mut chunks = vec![];
        for i in step..step + page.steps {
            assert_eq!(image.page_of(i), Some(n));
            if let Some(Item::Eextend(e)) = image.get(i) {
                chunks.push(e.offset);
            }
        }
        let wanted: Vec<u64> = (0..16)
            .filter(|k| page.measured >> k & 1 == 1)
            .map(|k| offset + k * 256)
            .collect();
        assert_eq!(chunks, wanted);
        step += page.steps;
    }
    assert_eq!(
        (image.len(), image.get(step), image.page(image.pages())),
        (step, None, None)
    );
    assert!(matches!(image.get(0), Some(Item::Ecreate { .. })));
}

shared_test! {
    fn shapes_measure_as_the_twin_does() {
        for seed in 0..60 {
            let sdk = any(seed);
            let (file, _) = sdk.write();
            let image = opened(&file);
            consistent(&*image);
            let pages: Vec<_> = (0..image.pages()).map(|n| {
                let page = image.page(n).expect("a page");
                let content = image.content(n).expect("contents").bytes().to_vec();
                (page.offset, page.flags.bits(), page.measured == u16::MAX, content)
            }).collect();
            assert!(pages == sdk.pages(), "seed {seed}");
            assert_eq!(hex::encode(&measured(&file)), hex::encode(&sdk.mrenclave()), "seed {seed}");
        }
    }

    fn origins_and_inputs_are_told() {
        let mut sdk = Sdk::small();
        sdk.rows = vec![entry(1, ADD, 2, 0x2000, RW), entry(3, 8, 3, 0x4000, RW)];
        let (rows, _) = random::threads(0x8000, 1, 1, 2, &mut |n| n / 2);
        sdk.rows.extend(rows);
        let image = opened(&sdk.write().0);
        let origins: Vec<_> = (0..image.pages()).map(|n| image.page(n).expect("a page").origin).collect();
        let code = Origin::Segment { number: 0, flags: 5, relocated: false };
        let thread = |n| [Origin::Stack(n), Origin::Tcs(n), Origin::Ssa(n), Origin::Ssa(n),
            Origin::ThreadData(n), Origin::ThreadData(n)];
        assert_eq!(origins, [&[code, code, Origin::Heap, Origin::Heap][..], &thread(0), &thread(1)].concat());
        let inputs = image.inputs();
        let pool = |initial, most| Some(Pool { initial, most });
        assert_eq!((inputs.heap, inputs.stack, inputs.threads), (pool(0x2000, 0x5000), pool(0x1000, 0x1000), pool(2, 2)));
        assert_eq!((inputs.ssa_pages, inputs.ssaframesize, inputs.version), (Some(2), 1, Some(2 << 32 | 4)));
        assert_eq!(origins[5].words().expect("words").en(), "TCS of thread 0");
        assert_eq!(image.format(), "Intel SGX SDK");
    }

    fn a_text_relocation_makes_its_pages_writable() {
        let mut sdk = Sdk::small();
        sdk.segments[0].bytes = vec![7; 0x3000];
        sdk.segments[0].memsz = 0x4000;
        // One inside the first page, one across the second and third.
        sdk.textrel = Some(vec![0x10, 0x1ffc]);
        let image = opened(&sdk.write().0);
        let flags: Vec<u64> = (0..4).map(|n| image.page(n).expect("a page").flags.bits()).collect();
        assert_eq!(flags, [0x207, 0x207, 0x207, 0x205]);
        let origin = image.page(1).expect("a page").origin;
        assert_eq!(origin, Origin::Segment { number: 0, flags: 5, relocated: true });
        // Ending right at the page's end changes that page only.
        sdk.textrel = Some(vec![0x1ff8]);
        let image = opened(&sdk.write().0);
        let flags: Vec<u64> = (0..4).map(|n| image.page(n).expect("a page").flags.bits()).collect();
        assert_eq!(flags, [0x205, 0x207, 0x205, 0x205]);
    }

    fn old_metadata_adds_a_page_after_a_segment_that_begins_inside_one() {
        let mut sdk = Sdk::small();
        sdk.segments.push(Seg { vaddr: 0x3800, bytes: vec![1; 0x700], memsz: 0x700, flags: 6 });
        let pages = |sdk: &Sdk| {
            let image = opened(&sdk.write().0);
            let all = (0..image.pages()).map(|n| image.page(n).expect("a page"));
            all.map(|p| (p.offset, p.origin == Origin::Padding)).collect::<Vec<_>>()
        };
        let plain = [(0, false), (0x1000, false), (0x3000, false)];
        assert_eq!(pages(&sdk), plain);
        sdk.version = 1 << 32 | 3;
        assert_eq!(pages(&sdk), [&plain[..], &[(0x4000, true)]].concat());
        // Not where the next segment is.
        sdk.segments.push(Seg { vaddr: 0x4000, bytes: vec![1; 0x100], memsz: 0x100, flags: 6 });
        assert_eq!(pages(&sdk), [&plain[..], &[(0x4000, false)]].concat());
        // Its identifiers are other ones.
        sdk.rows = vec![entry(1, ADD, 1, 0x8000, RW), filled(entry(5, 3, 1, 0x9000, RW), Fill::Word(1))];
        let image = opened(&sdk.write().0);
        assert_eq!(image.page(5).expect("a page").origin, Origin::Stack(0));
    }

    fn each_kind_of_processor_takes_its_metadata() {
        let mut new = Sdk::small();
        new.rows = vec![entry(1, ADD, 4, 0x4000, RW)];
        let mut old = new.clone();
        old.version = 1 << 32 | 4;
        old.rows = vec![entry(1, ADD, 5, 0x4000, RW)];
        let file: Rc<[u8]> = Rc::from(new.write_both(&old));
        for (edmm, sdk) in [(true, &new), (false, &old)] {
            let report = Report::told(&file, Told { edmm }).expect("measured");
            let other = if edmm { &old } else { &new };
            assert_eq!(report.mrenclave, Some(sdk.mrenclave()));
            let warned = report.warnings.iter().any(|w| w.en().contains(&hex::encode(&other.mrenclave())));
            assert!(warned, "{:?}", report.warnings);
        }
        let only_new = source(&new.write().0);
        let why = image::open_for(&only_new, false).expect_err("nothing for it").to_string();
        assert!(why.contains("is for processors with dynamic memory"), "{why}");
    }

    fn the_report_compares_with_what_was_signed() {
        let mut sdk = any(3);
        let sig = SigStruct { enclavehash: sdk.mrenclave(), isvprodid: 7, isvsvn: 9, ..SigStruct::default() };
        let sig = sig.sign(&demo_signer().expect("a key")).expect("signed");
        sdk.sigstruct = sig.encode().to_vec();
        let file = sdk.write().0;
        let report = Report::of(&Rc::from(&file[..])).expect("measured");
        assert_eq!((report.mrenclave, report.enclavehash), (Some(sdk.mrenclave()), Some(sdk.mrenclave())));
        assert_eq!((report.mrsigner, report.isvprodid, report.isvsvn), (Some(sig.mrsigner()), Some(7), Some(9)));
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
        assert_eq!(report.format, "Intel SGX SDK");
        sdk.segments[0].bytes[0] ^= 1;
        let report = Report::of(&Rc::from(sdk.write().0)).expect("measured");
        let said = report.warnings.first().expect("a warning").en();
        assert!(said.starts_with(&format!("The file measures {}, but its SIGSTRUCT", hex::encode(&sdk.mrenclave()))), "{said}");
        let found = recognise(&file).expect("recognised");
        assert_eq!((found.key, found.what.en().as_str()), ("stream", "enclave file of the Intel SGX SDK"));
    }

    fn a_signed_file_runs_to_einit_with_its_own_sigstruct() {
        let mut sdk = any(11);
        let sig = SigStruct {
            enclavehash: sdk.mrenclave(),
            attributes: Attributes::new(4, 3),
            ..SigStruct::default()
        };
        sdk.sigstruct = sig.sign(&demo_signer().expect("a key")).expect("signed").encode().to_vec();
        for spoilt in [false, true] {
            if spoilt {
                sdk.segments[0].bytes[0] ^= 1;
            }
            let (file, _) = sdk.write();
            let mut run = open(&[("stream", &file)], &[]).expect("opened");
            assert_eq!(run.work(u64::MAX), Progress::Ready);
            let last = run.step(run.len()).expect("a last step");
            let rule = last.broken().map(|r| r.id);
            let wanted = spoilt.then_some("EINIT.enclavehash-equals-mrenclave");
            assert_eq!((rule, last.outcome == Outcome::Done), (wanted, !spoilt));
            let outline = run.outline();
            let titles: Vec<String> = outline.groups.iter().map(|g| g.title.en()).collect();
            assert!(titles.iter().any(|t| t.contains(": TCS of thread 0, measured")), "{titles:?}");
        }
    }

    fn everything_in_a_file_is_shown_and_told() {
        let mut sdk = any(12);
        sdk.sigstruct = SigStruct::default().sign(&demo_signer().expect("a key")).expect("signed").encode().to_vec();
        let (file, _) = sdk.write();
        let seen = inspect(&file).expect("recognised");
        let told = |name: &str| seen.follows.iter().filter(|(n, _)| *n == name).map(|(_, v)| v.clone()).collect::<Vec<_>>();
        assert_eq!(told("MRENCLAVE"), [hex::encode(&sdk.mrenclave())]);
        assert_eq!(told("pages"), [sdk.pages().len().to_string()]);
        assert_eq!(told("ENCLAVEHASH"), ["00".repeat(32)]);
        assert!(told("layout").iter().any(|l| l.ends_with("TCS ---, measured, TCS of thread 0")), "{:?}", told("layout"));
        assert!(seen.wrong.iter().any(|w| w.en().starts_with("The file measures")), "{:?}", seen.wrong);
        for name in ["ei_mag", "p_type", "magic_num", "page_count"] {
            assert!(seen.parts.iter().any(|p| p.name.en() == name), "{name}");
        }
    }

    fn an_enclave_too_large_to_be_measured_by_the_way_says_so() {
        let told = |pages: u32| {
            let mut sdk = Sdk::small();
            sdk.size = 1 << 27;
            sdk.rows = vec![entry(1, MEASURED, pages, 0x2000, RW)];
            let seen = inspect(&sdk.write().0).expect("recognised");
            let measured = seen.follows.iter().any(|(name, _)| *name == "MRENCLAVE");
            let notes: Vec<String> = seen.notes.iter().map(|n| n.en()).collect();
            (measured, notes.into_iter().find(|n| n.starts_with("MRENCLAVE is missing here")))
        };
        // ECREATE, and for each of two pages of code and those of the heap an EADD and sixteen EEXTEND.
        let most = (300_000 - 1) / 17 - 2;
        assert_eq!(1 + 17 * (2 + most), 300_000);
        assert_eq!(told(most), (true, None));
        let (measured, note) = told(most + 1);
        let note = note.expect("a note");
        assert!(!measured && note.contains("takes 300,017 operations"), "{note}");
    }
}
