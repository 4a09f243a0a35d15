//! Every version of the loader: pages and measurement are the twin's, and the version is recognised.

use teescope_core::bytes::hex;
use teescope_core::memory::Source;
use teescope_core::sgx::image::{self, Origin, Pool};
use teescope_core::sgx::oe::{LOADERS, properties};
use teescope_core::sgx::sigstruct::demo_signer;
use teescope_core::sgx::structs::{Attributes, SigStruct};
use teescope_core::sgx::{Build, Report, inspect};
use teescope_core::trace::{Outcome, Progress};

use super::writer::{ALL, How, Oe, sigstruct};
use super::{opened, plain, random, refused};
use crate::engine::dice::Dice;
use crate::sgx::files::open;

fn named(name: &str) -> &'static How {
    ALL.iter().find(|how| how.name == name).expect("a version")
}

/// The releases that a signed file is found to be laid out by.
fn releases(file: &[u8]) -> String {
    let image = opened(file);
    let found = image.found().expect("found");
    assert!(found.measured.is_some());
    found
        .releases
        .strip_prefix("Open Enclave ")
        .expect("the format")
        .into()
}

/// An image that no two versions lay out alike.
fn telling(how: &How) -> Oe {
    let mut oe = plain(how);
    oe.plt = vec![(0x3820, 7, 1, 0); 3];
    if how.props == 1920 {
        // No thread-local variables: 0.11 counts a page for them that later versions do not, and the end is
        // such that SIZE doubles for it.
        let counted = named("0.12");
        while oe.ends(counted).0 != oe.ends(counted).1 {
            oe.heap += 1;
        }
    }
    oe
}

shared_test! {
    fn the_versions_are_those_of_the_twin() {
        let names: Vec<_> = LOADERS.iter().map(|l| (l.releases, l.properties as usize)).collect();
        assert_eq!(names, ALL.map(|how| (how.name, how.props)));
    }

    fn images_of_every_version_measure_as_the_twin_does() {
        for (n, how) in (0_u64..).zip(&ALL) {
            for seed in 0..7 {
                let mut dice = Dice::new(1000 * n + seed);
                let oe = random::any(how, &mut |n| dice.below(n));
                let mrenclave = oe.mrenclave(how);
                let (file, places) = oe.write(how, &sigstruct(mrenclave));
                // Where 0.11 needs more pages than it counts, it may come to more than SIZE; then it refuses.
                if how.name == "0.11" && oe.ends(named("0.12")).0 > oe.ends(how).1 {
                    continue;
                }
                let image = opened(&file);
                let (wanted, size) = oe.pages(how, &file, &places);
                let pages: Vec<_> = (0..image.pages()).map(|n| {
                    let page = image.page(n).expect("a page");
                    let content = image.content(n).expect("contents").bytes().to_vec();
                    (page.offset, page.flags.bits(), page.measured == u16::MAX, content)
                }).collect();
                assert!(pages == wanted, "{} {seed}", how.name);
                assert_eq!((image.size(), image.ssaframesize()), (size, 1));
                let measured = Build::usual(image.clone()).measure().expect("built").finish();
                assert_eq!(hex::encode(&measured), hex::encode(&mrenclave), "{} {seed}", how.name);
                let found = image.found().expect("found");
                assert_eq!(found.measured, Some(mrenclave));
                let all = found.releases.strip_prefix("Open Enclave ").expect("the format");
                assert!(all.split(", ").any(|one| one == how.name), "{} in {all}", how.name);
            }
        }
    }

    fn versions_are_told_apart() {
        for how in &ALL {
            assert_eq!(releases(&telling(how).signed(how)), how.name);
        }
        // Where two lay out alike, both are named.
        let how = named("0.12");
        let mut oe = plain(how);
        oe.tls[1] = (0, 5000, 16);
        oe.heap = 10;
        assert_eq!(releases(&oe.signed(how)), "0.11, 0.12");
        let says = opened(&telling(how).signed(how)).found().expect("found").says.en();
        assert!(says.contains("this alone, of the 5 layouts that fit"), "{says}");
        let only = named("0.17 to 0.19");
        let says = opened(&plain(only).signed(only)).found().expect("found").says.en();
        assert!(says.contains("this proves the layout") && says.contains("9 layouts are known"), "{says}");
    }

    fn none_of_them_is_said_with_what_was_tried() {
        let how = named("0.13 to 0.16 (e_shoff kept)");
        let mut file = plain(how).signed(how);
        // A byte of the code.
        let at = 0x900 + 0x100;
        file[at] ^= 1;
        let why = refused(&file);
        assert!(why.contains("Tried: 0.13 to 0.16 (e_shoff 0), 0.13 to 0.16 (e_shoff kept)"), "{why}");
        // What was signed is told all the same.
        let report = Report::of(&file.clone().into()).expect("told");
        assert_eq!(report.mrenclave, Some(plain(how).mrenclave(how)));
        assert_eq!((report.pages, report.found), (None, None));
        assert_eq!(report.warnings.len(), 3, "signature, not measured, why");
        let seen = inspect(&file).expect("recognised");
        assert!(seen.wrong.iter().any(|w| w.en().contains("Tried: 0.13")));
    }

    fn an_image_that_is_not_signed_is_laid_out_as_an_assumption() {
        for (props, newest) in [(1856, "0.4"), (1920, "0.12"), (1952, "0.13 to 0.16 (e_shoff kept)"), (1960, "0.17 to 0.19")] {
            let how = named(newest);
            assert_eq!(how.props, props);
            let oe = telling(how);
            let (file, places) = oe.write(how, &[0; 1808]);
            let image = opened(&file);
            let found = image.found().expect("found");
            assert_eq!((&found.releases, found.measured), (&format!("Open Enclave {newest}"), None));
            assert!(found.says.en().contains("This is an assumption"));
            assert_eq!(image.pages() as usize, oe.pages(how, &file, &places).0.len());
            let report = Report::of(&file.into()).expect("measured");
            assert_eq!(report.mrenclave, Some(oe.mrenclave(how)));
            assert!(report.warnings.iter().any(|w| w.en().contains("This is an assumption")));
            assert_eq!(report.json()["layout"]["proved"], false);
        }
    }

    fn origins_and_inputs_are_told() {
        let how = named("0.4");
        let mut oe = plain(how);
        oe.calls = vec![(0x40_0010, true)];
        let image = opened(&oe.signed(how));
        let origins: Vec<_> = (0..image.pages()).map(|n| image.page(n).expect("a page").origin).collect();
        let thread = |n| [Origin::Stack(n), Origin::Stack(n), Origin::Tcs(n), Origin::Ssa(n), Origin::Ssa(n),
            Origin::ThreadData(n), Origin::ThreadData(n)];
        let segments = origins.iter().filter(|o| matches!(o, Origin::Segment { .. })).count();
        let rest = [&[Origin::Relocations, Origin::Functions][..], &[Origin::Heap; 4], &thread(0), &thread(1)].concat();
        assert_eq!((segments, &origins[segments..]), (6, &rest[..]));
        let inputs = image.inputs();
        assert_eq!((inputs.heap, inputs.stack, inputs.threads, inputs.ssa_pages),
            (Some(Pool::of(0x4000)), Some(Pool::of(0x2000)), Some(Pool::of(2)), Some(2)));
        assert_eq!(image.format(), "Open Enclave");
    }

    fn a_signed_image_runs_to_einit_and_is_reported() {
        let how = named("0.17 to 0.19");
        let oe = plain(how);
        let mrenclave = oe.mrenclave(how);
        let sig = SigStruct {
            enclavehash: mrenclave,
            attributes: Attributes::new(4, 3),
            ..SigStruct::default()
        };
        let sig = sig.sign(&demo_signer().expect("a key")).expect("signed");
        let (file, _) = oe.write(how, &sig.encode());
        let mut run = open(&[("stream", &file)], &[]).expect("opened");
        assert_eq!(run.work(u64::MAX), Progress::Ready);
        assert_eq!(run.step(run.len()).expect("a last step").outcome, Outcome::Done);
        let caption = (1..=run.len()).find_map(|n| {
            let caption = run.step(n)?.caption.en();
            caption.contains("this proves the layout").then_some(caption)
        });
        assert!(caption.is_some(), "the run says how the layout was found");
        let report = Report::of(&file.clone().into()).expect("measured");
        assert_eq!((report.mrenclave, report.mrsigner), (Some(mrenclave), Some(sig.mrsigner())));
        assert!(report.warnings.is_empty());
        let layout = report.rows().into_iter().find(|(name, _)| *name == "layout");
        assert_eq!(layout.expect("a row").1, "Open Enclave 0.17 to 0.19 (proved by ENCLAVEHASH)");
        let seen = inspect(&file).expect("recognised");
        assert!(seen.notes.iter().any(|n| n.en().contains("this proves the layout")));
        assert!(seen.follows.iter().any(|(n, v)| *n == "MRENCLAVE" && *v == hex::encode(&mrenclave)));
    }

    fn every_byte_of_the_properties_is_named() {
        for (how, wanted) in [("0.10", 3 + 2 + 6), ("0.13 to 0.16 (e_shoff 0)", 3 + 2 + 2 + 6), ("0.17 to 0.19", 3 + 2 + 2 + 1 + 6)] {
            let how = named(how);
            let mut oe = plain(how);
            oe.start = Some(0x21000);
            let (file, _) = oe.write(how, &sigstruct([0; 32]));
            let at = properties(&file).expect("properties").at as usize;
            let seen = inspect(&file).expect("recognised");
            let sig = at + how.props - 8 - 1808;
            let between: Vec<_> = seen.parts.iter().filter(|p| p.at >= at + 32 && p.at < sig).collect();
            assert_eq!(between.len(), wanted, "{}", how.name);
            assert_eq!(between.iter().map(|p| p.len).sum::<usize>(), sig - at - 32);
            assert_eq!((between[0].name.en(), &file[between[0].at..][..2]), ("product_id".into(), &[7, 0][..]));
            assert_eq!(between[wanted - 6].name.en(), "oeinfo_rva");
            let start = between.iter().find(|p| p.name.en() == "start_address");
            assert_eq!(start.map(|p| file[p.at + 1]), (how.props == 1960).then_some(0x10));
        }
    }

    fn a_file_in_parts_is_searched_in_slices() {
        let how = named("0.8 to 0.9");
        let mut oe = plain(how);
        oe.stack = 600;
        let file = oe.signed(how);
        let source = Source::parts(file.len() as u64);
        let mut asked = 0;
        let image = loop {
            let opened = image::open(&source).expect("no error");
            let Some(range) = source.lacks() else {
                break opened.expect("an image");
            };
            assert!(opened.is_none());
            asked += 1;
            let part = &file[range.start as usize..range.end as usize];
            source.supply(range.start, range.end - range.start, part).expect("it fits");
        };
        // One time for the file; then 1,200 pages of stack and more for each layout, 1,024 at once.
        assert!((3..12).contains(&asked), "{asked}");
        assert_eq!(image.found().expect("found").measured, Some(oe.mrenclave(how)));
        let again = image::open(&source).expect("known").expect("known");
        assert!(std::rc::Rc::ptr_eq(&image, &again), "it is not searched twice");
    }
}
