//! Enclaves that are not signed, completed from a configuration: MRENCLAVE is that of the naive tool, every field
//! that was worked out by hand is there, and what the signing tool refuses is refused.

use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::sgx::image::{self, Completed, Incomplete, Pool};
use teescope_core::sgx::structs::SigStruct;
use teescope_core::sgx::{Build, Report, Told};
use teescope_core::trace::Progress;

use super::so::{So, sdk};
use super::tool::{self, Settings, xml};
use super::{measured, opened, source};
use crate::engine::dice::Dice;
use crate::sgx::files::open;

const NONE: &str = "<EnclaveConfiguration/>";

pub(super) fn complete(so: &[u8], config: &str) -> Completed {
    let done = image::complete(so, config.as_bytes(), None);
    done.unwrap_or_else(|bad| panic!("{}", bad.why()))
}

/// Why a configuration is refused for a program of SDK 2.26.
fn refused(config: &str) -> String {
    refused_by(26, config)
}

fn refused_by(minor: u64, config: &str) -> String {
    match image::complete(&So::of(minor).write(), config.as_bytes(), None) {
        Err(Incomplete::Config(bad)) => bad.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Why a program is refused.
fn refused_program(so: &[u8]) -> String {
    match image::complete(so, NONE.as_bytes(), None) {
        Err(Incomplete::Program(bad)) => bad.to_string(),
        other => panic!("{other:?}"),
    }
}

/// One setting as a configuration.
pub(super) fn with(settings: &[(&'static str, u64)]) -> String {
    xml(&settings.iter().copied().collect())
}

/// A program and settings that the dice choose, which the tool takes.
fn any(dice: &mut Dice, minor: u64) -> (So, Settings) {
    let mut so = So::of(minor);
    so.seed = dice.below(256) as u8;
    so.bss = dice.below(0x5000);
    so.entry_symbol = dice.below(3) > 0;
    if dice.below(2) == 1 {
        so.tls = Some((dice.below(0x2400), *dice.pick(&[0, 1, 8, 64, 4096])));
    }
    let mut all = Settings::new();
    let mut size = |dice: &mut Dice, name, of: &[u64]| {
        if dice.below(4) > 0 {
            all.insert(name, *dice.pick(of) * 4096);
        }
    };
    let heap = 1 + dice.below(40);
    size(dice, "HeapMaxSize", &[heap]);
    size(dice, "HeapMinSize", &[heap.div_ceil(2), 1]);
    size(dice, "HeapInitSize", &[heap, heap.div_ceil(2)]);
    let stack = 2 + dice.below(6);
    size(dice, "StackMaxSize", &[stack]);
    size(dice, "StackMinSize", &[2]);
    if dice.below(2) == 1 {
        let most = 1 + dice.below(9);
        size(dice, "ReservedMemMaxSize", &[most]);
        if all.contains_key("ReservedMemMaxSize") && dice.below(2) == 1 {
            all.insert("ReservedMemMinSize", dice.below(most + 1) * 4096);
            all.insert("ReservedMemInitSize", most * 4096);
        }
        all.insert("ReservedMemExecutable", dice.below(2));
    }
    let number = 1 + dice.below(5);
    all.insert("TCSNum", number);
    if dice.below(2) == 1 {
        all.insert("TCSMaxNum", number + dice.below(4));
    }
    if dice.below(2) == 1 {
        all.insert("TCSMinPool", dice.below(number + 1));
    }
    for (name, values) in [
        ("TCSPolicy", 2),
        ("ProdID", 0x1_0000),
        ("ISVSVN", 0x1_0000),
        ("DisableDebug", 2),
        ("MiscSelect", 2),
        ("MiscMask", 2),
        ("PKRU", 3),
    ] {
        if dice.below(2) == 1 {
            all.insert(name, dice.below(values));
        }
    }
    if minor >= 20 {
        all.insert("AMX", dice.below(3));
        all.insert("EnableAEXNotify", dice.below(2));
        if dice.below(4) == 0 {
            all.insert("UserRegionSize", (1 + dice.below(64)) * 4096);
            all.insert("MiscSelect", 1);
            all.insert("MiscMask", 1);
        }
    }
    if dice.below(4) == 0 {
        all.insert("ELRangeSize", 0x4000_0000);
        all.insert("ELRangeStartAddress", 0x40_0000_0000);
        all.insert(
            "EnclaveImageAddress",
            0x40_0000_0000 + dice.below(0x100) * 4096,
        );
    }
    (so, all)
}

fn word(bytes: &[u8], n: usize) -> u64 {
    u64::from_le_bytes(bytes[n * 8..n * 8 + 8].try_into().expect("eight bytes"))
}

/// Versions of the metadata structures in a note, in order.
fn versions(file: &[u8]) -> Vec<(u32, u32)> {
    let name = b"sgx_metadata\0";
    let at = file.windows(13).rposition(|w| w == name).expect("a note") + 13;
    let mut rest = &file[at..];
    let mut all = vec![];
    while rest[..8] == 0x86a8_0294_635d_0e4c_u64.to_le_bytes() {
        let half = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().expect("four"));
        all.push((half(12), half(8)));
        rest = &rest[half(16) as usize..];
    }
    all
}

shared_test! {
    fn mrenclave_is_that_of_the_naive_tool() {
        let mut dice = Dice::new(1);
        for round in 0..90 {
            let minor = [17, 20, 26][round % 3];
            let (so, settings) = any(&mut dice, minor);
            let done = complete(&so.write(), &xml(&settings));
            assert_eq!((done.release.ends_with(&minor.to_string()), done.other.clone()), (true, None));
            let twin = tool::make(&so, &settings, minor);
            let wanted = hex::encode(&twin.sdk.mrenclave());
            assert_eq!(hex::encode(&measured(&done.file)), wanted, "{minor} {settings:?} {so:?}");
            // Whoever has no dynamic memory measures the same, where the file has anything for them.
            if let Ok(Some(image)) = image::open_for(&source(&done.file), false) {
                let own = Build::usual(image).measure().expect("built").finish();
                assert_eq!(hex::encode(&own), wanted, "{minor} {settings:?}");
            }
            let image = opened(&done.file);
            assert_eq!(image.inputs().ssaframesize, twin.sdk.ssa);
            assert!(image.sigstruct().is_none() && image.draft().is_some());
        }
    }

    fn the_file_the_tool_would_sign_measures_the_same_as_the_one_it_signed() {
        let mut dice = Dice::new(2);
        for minor in [17, 20, 26] {
            let (so, settings) = any(&mut dice, minor);
            let twin = tool::make(&so, &settings, minor);
            let done = complete(&so.write(), &xml(&settings));
            let sig = SigStruct { enclavehash: twin.sdk.mrenclave(), ..SigStruct::default() };
            let sig = sig.sign(&teescope_core::sgx::sigstruct::demo_signer().expect("a key")).expect("signed");
            let mut signed = done.file.to_vec();
            let at = signed.windows(13).rposition(|w| w == b"sgx_metadata\0").expect("a note") + 13 + 64;
            signed[at..at + 1808].copy_from_slice(&sig.encode());
            let report = Report::of(&Rc::from(signed)).expect("measured");
            assert_eq!((report.mrenclave, report.enclavehash), (Some(twin.sdk.mrenclave()), Some(twin.sdk.mrenclave())));
            assert!(report.warnings.is_empty(), "{:?}", report.warnings);
        }
    }

    fn what_was_worked_out_by_hand_is_there() {
        // A program that ends at 6000H, with the defaults: heap of one page and 4,095 more, stack of 2 pages and 62
        // more, one thread, guards of 16 pages.
        let mut so = So::of(26);
        so.bss = 0x2000;
        assert_eq!(so.end(), 0x6000);
        let done = complete(&so.write(), NONE);
        let image = opened(&done.file);
        let at = |offset| image.page(image.page_at(offset).expect("a page")).expect("a page");
        assert_eq!(image.size(), 0x200_0000);
        assert_eq!(at(0x6000).measured, 0);
        assert_eq!((image.page_at(0x100_5000).is_some(), image.page_at(0x100_6000)), (true, None));
        assert_eq!(image.page_at(0x101_5000), None);
        assert_eq!((at(0x101_6000).measured, at(0x105_5000).measured), (u16::MAX, u16::MAX));
        assert_eq!(image.content(image.page_at(0x101_6000).expect("stack")).expect("a page").bytes()[..4], [0xcc; 4]);
        assert_eq!(image.page_at(0x105_6000), None);
        let tcs = image.content(image.page_at(0x106_6000).expect("TCS")).expect("a page").bytes();
        let words: Vec<u64> = (0..9).map(|n| word(&tcs[..], n)).collect();
        let data = 0x107_9000;
        assert_eq!(words, [0, 0, 0x106_7000, 2 << 32, 0x1010, 0, data, data, u64::MAX]);
        assert_eq!((image.page_at(0x106_8000).is_some(), image.page_at(0x106_9000)), (true, None));
        assert_eq!((image.page_at(data).is_some(), image.page_at(data + 0x1000)), (true, None));
        let page = image.content(image.page_at(0x3000).expect("data")).expect("a page").bytes();
        let global = &page[0x120 + 0x48..];
        let wanted = [
            0, 0x200_0000, 0x6000, 0x100_0000, 0, 0, 0, 1, 1, 1,
            // From the TCS on: the thread’s own page, the stack’s top twice and its end, which lie before.
            0x1_3000, 0x1_0000_u64.wrapping_neg(), 0x1_0000_u64.wrapping_neg(), 0x5_0000_u64.wrapping_neg(),
            0x1f48, 0, 0, 2688, 0, 0, 0, 0x1000, 0, 0x1_3000, 0x1_3068,
        ];
        let found: Vec<u64> = (0..wanted.len()).map(|n| word(global, n)).collect();
        assert_eq!(found, wanted);
        // The template stands at 1904 of the metadata; eleven rows: heap, its rest, eight of the thread, a guard.
        assert_eq!(word(global, 34 + 9), 11);
        let row = |n: usize| &global[352 + n * 32..352 + (n + 1) * 32];
        assert_eq!(row(6)[16..24], [72, 0, 0, 0, 0x70, 7, 0, 0]);
        assert_eq!((row(10)[..2].to_vec(), row(10)[4..8].to_vec()), (vec![10, 0], 0xf86_u32.to_le_bytes().to_vec()));
        // Neither sections nor their names are left in the ELF header.
        let head = image.content(image.page_at(0).expect("code")).expect("a page").bytes();
        assert_eq!((head[40..48].to_vec(), head[60..64].to_vec()), (vec![0; 8], vec![0; 4]));
        let inputs = image.inputs();
        assert_eq!(inputs.heap, Some(Pool::of(0x100_0000)));
        assert_eq!((inputs.threads, inputs.version), (Some(Pool::of(1)), Some(1 << 32 | 5)));
    }

    fn metadata_is_written_for_the_processors_the_tool_writes_it_for() {
        let dynamic = [("MiscSelect", 1), ("MiscMask", 0)];
        let must = [("MiscSelect", 1), ("MiscMask", 1)];
        let range = [("ELRangeSize", 0x4000_0000), ("ELRangeStartAddress", 0), ("EnclaveImageAddress", 0x1000)];
        for (minor, settings, wanted) in [
            (17, &[][..], vec![(2, 4), (2, 1), (1, 4)]),
            (17, &range, vec![(12, 4), (11, 4)]),
            (20, &[], vec![(1, 4)]),
            (20, &dynamic, vec![(3, 0), (1, 4)]),
            (20, &must, vec![(3, 0)]),
            (26, &[], vec![(1, 5)]),
            (26, &dynamic, vec![(3, 3), (1, 5)]),
            (26, &range, vec![(11, 5)]),
        ] {
            let done = complete(&So::of(minor).write(), &with(settings));
            assert_eq!(versions(&done.file), wanted, "{minor} {settings:?}");
        }
    }

    fn the_signing_tools_own_checks() {
        for (settings, says) in [
            (&[("TCSNum", 0)][..], "TCSNum at offset 0x33 (51) is 0; the signing tool takes 1 to 0xffff_ffff (4294967295) (line 3)."),
            (&[("HeapMaxSize", 0x1001)], "is 0x1001, which is no multiple of 4,096 (line 3)."),
            (&[("StackMaxSize", 0x1000)], "StackMaxSize at offset 0x33 (51) is 0x1000 (4096); the signing tool takes 0x2000 (8192)"),
            (&[("StackMinSize", 0x5_0000)], "is 0x5_0000, more than StackMaxSize, which is 0x4_0000"),
            (&[("HeapMinSize", 0x200_0000)], "more than HeapMaxSize"),
            (&[("HeapInitSize", 0x200_0000)], "more than HeapMaxSize"),
            (&[("HeapInitSize", 0)], "HeapMinSize at offset 0x0 is 0x1000, more than HeapInitSize"),
            (&[("ReservedMemMinSize", 0x1000)], "more than ReservedMemMaxSize"),
            (&[("UserRegionSize", 0x1000)], "needs MiscSelect and MiscMask with bit 0 set"),
            (&[("HW", 1)], "goes with LaunchKey"),
            (&[("TCSNum", 4), ("TCSMaxNum", 3)], "is 3, less than TCSNum, which is 4"),
            (&[("TCSMinPool", 2)], "is 2, more than the 1 threads there can be"),
            (&[("ISVFAMILYID_H", 1)], "needs EnableKSS set to 1"),
            (&[("EnclaveImageAddress", 0x1000)], "needs ELRangeSize besides"),
            (&[("ELRangeSize", 0x3000)], "it should be a power of two"),
            (&[("ELRangeSize", 0x1000)], "outside of the enclave"),
            (&[("EnableIPPFIPS", 1)], "which is not carried out here"),
            (&[("ReservedMemExecutable", 2)], "takes 0 to 1"),
            (&[("HeapMaxSize", 1 << 62)], "more pages than the metadata can count"),
            (&[("TCSNum", 0xffff_ffff), ("StackMaxSize", 1 << 43)], "larger than addresses reach"),
        ] {
            let said = refused(&with(settings));
            assert!(said.contains(says), "{said}\n{says}");
        }
        let said = refused_by(17, &with(&[("AMX", 1)]));
        assert!(said.contains("has a setting “AMX”, which the signing tool of SDK 2.17 does not know"), "{said}");
    }

    fn malformed_configurations_are_told_with_the_line() {
        for (text, says) in [
            ("", "XML at offset 0x0 should begin with the element “EnclaveConfiguration” (line 1)."),
            ("\n\n<Other/>", "XML at offset 0x2 should begin with the element"),
            ("<EnclaveConfiguration>\n<TCSNum>1</TCSNum>\n", "XML at offset 0x2a (42) ends before “<” (line 3)."),
            ("<EnclaveConfiguration><TCSNum>1", "ends before “<”"),
            ("<EnclaveConfiguration", "ends before “>”"),
            ("<EnclaveConfiguration><!-- ", "ends before “-->”"),
            ("<EnclaveConfiguration><TCSNum>1</TCSMax>", "should close the element “TCSNum” here"),
            ("<EnclaveConfiguration><TCSNum a='1'>1</TCSNum></EnclaveConfiguration>", "a setting has no attributes"),
            ("<EnclaveConfiguration>x<TCSNum>1</TCSNum></EnclaveConfiguration>", "holds text before the first setting"),
            ("<EnclaveConfiguration><TCSNum><b/></TCSNum></EnclaveConfiguration>", "holds more than a number"),
            ("<EnclaveConfiguration><TCSNum/></EnclaveConfiguration>", "TCSNum at offset 0x17 (23) has no value"),
            ("<EnclaveConfiguration><TCSNum> </TCSNum></EnclaveConfiguration>", "has no value"),
            ("<EnclaveConfiguration><TCSNum>-1</TCSNum></EnclaveConfiguration>", "is “-1”, which the signing tool does not read"),
            ("<EnclaveConfiguration><TCSNum>5 </TCSNum></EnclaveConfiguration>", "and nothing behind it"),
            ("<EnclaveConfiguration><TCSNum>&#49;</TCSNum></EnclaveConfiguration>", "does not read as a number"),
            ("<EnclaveConfiguration><TCSNum>1</TCSNum>\n<TCSNum>1</TCSNum></EnclaveConfiguration>", "is set twice (line 2)"),
            ("<EnclaveConfiguration><Threads>1</Threads></EnclaveConfiguration>", "EnclaveConfiguration at offset 0x17 (23) has a setting “Threads”"),
            ("<EnclaveConfiguration>< /></EnclaveConfiguration>", "should have a name here"),
            ("<EnclaveConfiguration/><EnclaveConfiguration/>", "goes on after the element"),
        ] {
            let said = refused(text);
            assert!(said.contains(says), "{said}\n{says}");
        }
        let bad = image::complete(&So::of(26).write(), b"<EnclaveConfiguration>\xff", None).expect_err("no text");
        assert_eq!(bad.why().to_string(), "XML at offset 0x16 (22) is not UTF-8 text (line 1).");
        // What the tool goes over is gone over.
        let odd = "\u{feff}<?xml version=\"1.0\"?>\n<!DOCTYPE x>\n<EnclaveConfiguration a=\"b\"><!-- c -->\n<TCSNum> 0x3</TCSNum> text <ProdID>010</ProdID>\n</EnclaveConfiguration >\n<!-- end -->\n";
        let image = opened(&complete(&So::of(26).write(), odd).file);
        assert_eq!(image.inputs().threads, Some(Pool::of(3)));
        let draft = image.draft().expect("a SIGSTRUCT").1;
        assert_eq!(SigStruct::from_bytes(draft.first_chunk().expect("whole")).isvprodid, 8);
    }

    fn anything_cut_or_flipped_ends_well() {
        let mut dice = Dice::new(3);
        let (so, settings) = any(&mut dice, 26);
        let (file, config) = (so.write(), xml(&settings));
        for len in 0..config.len() {
            let whole = image::complete(&file, &config.as_bytes()[..len], None);
            assert!(whole.is_err() || len + 1 == config.len(), "{len}");
        }
        for len in (0..file.len()).step_by(61) {
            assert!(image::complete(&file[..len], config.as_bytes(), None).is_err(), "{len}");
        }
        let (mut file, mut config) = (file, config.into_bytes());
        for _ in 0..800 {
            let at = dice.below(0x800) as usize;
            let (old, to) = (file[at], dice.next() as u8);
            file[at] = to;
            let own = dice.below(config.len() as u64) as usize;
            let (was, is) = (config[own], *dice.pick(b"<>/0x9- a\xff"));
            config[own] = is;
            for (file, config) in [(&file, NONE.as_bytes()), (&file, &config[..])] {
                if let Ok(done) = image::complete(file, config, Some("2.26")) {
                    let _ = image::open(&source(&done.file));
                }
            }
            (file[at], config[own]) = (old, was);
        }
    }

    fn programs_that_the_tool_would_not_take() {
        let mut so = So::of(26);
        so.version = sdk(27, 100);
        let said = refused_program(&so.write());
        assert!(said.contains("g_global_data.sdk_version at offset 0x3168") && said.contains("names SDK 2.27.100."), "{said}");
        assert!(said.contains("Known are SDK 2.17, 2.20, 2.26"), "{said}");
        let mut so = So::of(26);
        so.data_size = 1688;
        assert!(refused_program(&so.write()).contains("has 1,688 bytes, as no program of SDK 2.26 does"));
        let mut so = So::of(26);
        so.note = 0x1000;
        assert!(refused_program(&so.write()).contains("has 4,096 bytes; the metadata takes"));
        let mut nameless = So::of(26).write();
        let at = nameless.windows(13).position(|w| w == b"g_global_data").expect("a name");
        nameless[at] = b'h';
        assert!(refused_program(&nameless).contains("without the symbol “g_global_data”"));
        let done = complete(&So::of(26).write(), NONE);
        assert!(refused_program(&done.file).contains("the file holds its metadata already"));
        assert!(refused_program(b"ECREATE\0").contains("Elf64_Ehdr"));
    }

    fn another_release_is_an_assumption_that_is_told() {
        let mut so = So::of(26);
        so.version = sdk(28, 100);
        let done = image::complete(&so.write(), NONE.as_bytes(), Some("2.26")).expect("assumed");
        assert_eq!(done.other.as_deref(), Some("2.28.100"));
        let said = done.words().en();
        assert!(said.starts_with("Assumption: the metadata was made here as sgx_sign of SDK 2.26 does. The program names SDK 2.28.100"), "{said}");
        let report = Report::completed(&done, Told::default()).expect("measured");
        assert_eq!((report.sdk, report.warnings.len()), (Some(("2.26", true)), 1));
        let (mut run, so) = (None, so.write());
        for (sdk, opens) in [("file", false), ("2.26", true), ("2.17", false)] {
            let opened = open(&[("stream", &so), ("config", NONE.as_bytes())], &[("sdk", sdk)]);
            assert_eq!(opened.is_ok(), opens, "{sdk}");
            run = run.or(opened.ok());
        }
        let mut run = run.expect("one");
        assert_eq!(run.work(u64::MAX), Progress::Ready);
        let caption = run.step(1).expect("a first step").caption.en();
        assert!(caption.contains("Assumption: "), "{caption}");
    }
}
