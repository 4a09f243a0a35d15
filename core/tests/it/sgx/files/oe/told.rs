//! Files with properties but without a program: what was signed is told, broken ones end well.

use std::rc::Rc;

use teescope_core::memory::Source;
use teescope_core::sgx::image::{self, Pool};
use teescope_core::sgx::sigstruct::demo_signer;
use teescope_core::sgx::structs::SigStruct;
use teescope_core::sgx::{Report, inspect, oe, recognise};

/// A file with a section `.oeinfo` that holds these bytes.
fn file(section: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 64];
    let at = out.len() as u64;
    out.extend(section);
    let names = out.len() as u64;
    out.extend(b"\0.oeinfo\0");
    let sections = out.len() as u64;
    out.extend([0; 64]);
    for (name, at, len) in [(1_u32, at, names - at), (0, names, sections - names)] {
        out.extend(name.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        for n in [0, 0, at, len, 0, 1, 0] {
            out.extend(n.to_le_bytes());
        }
    }
    let mut head = b"\x7fELF\x02\x01\x01".to_vec();
    head.resize(16, 0);
    head.extend([3, 0, 62, 0, 1, 0, 0, 0]);
    for n in [0x10, 0, sections] {
        head.extend(n.to_le_bytes());
    }
    head.extend([0; 4]);
    for half in [64_u16, 56, 0, 64, 3, 2] {
        head.extend(half.to_le_bytes());
    }
    out[..64].copy_from_slice(&head);
    out
}

/// Properties with the SIGSTRUCT behind `gap` bytes.
fn properties(gap: usize, sig: &[u8]) -> Vec<u8> {
    let mut out = vec![];
    out.extend(((32 + gap + sig.len()) as u32).to_le_bytes());
    out.extend(2_u32.to_le_bytes());
    for n in [512_u64, 64, 4] {
        out.extend(n.to_le_bytes());
    }
    out.resize(32 + gap, 0);
    out.extend(sig);
    out
}

fn signed() -> SigStruct {
    let sig = SigStruct {
        enclavehash: [7; 32],
        isvprodid: 1111,
        ..SigStruct::default()
    };
    sig.sign(&demo_signer().expect("a key")).expect("signed")
}

shared_test! {
    fn what_was_signed_is_told_wherever_the_version_puts_it() {
        let sig = signed();
        // Versions put 64, 72 or 112 bytes and more between header and SIGSTRUCT.
        for gap in [16, 64, 72, 112, 144] {
            let bytes = file(&properties(gap, &sig.encode()));
            let report = Report::of(&Rc::from(&bytes[..])).expect("told");
            assert_eq!((report.mrenclave, report.mrsigner), (Some([7; 32]), Some(sig.mrsigner())));
            assert_eq!((report.isvprodid, report.format, report.pages), (Some(1111), "Open Enclave", None));
            let inputs = report.inputs.expect("inputs");
            assert_eq!((inputs.heap, inputs.stack, inputs.threads),
                (Some(Pool::of(512 * 4096)), Some(Pool::of(64 * 4096)), Some(Pool::of(4))));
            assert!(report.warnings.iter().any(|w| w.en().starts_with("MRENCLAVE is what was signed, not measured here")));
            let found = oe::properties(&bytes).expect("properties");
            assert_eq!(found.sigstruct.map(|(at, _)| at), Some(64 + 32 + gap as u64));
            let seen = inspect(&bytes).expect("recognised");
            assert_eq!(seen.parts.iter().map(|p| p.len).sum::<usize>(), bytes.len());
            assert!(seen.parts.iter().any(|p| p.name.en() == "num_tcs"));
            assert!(seen.parts.iter().any(|p| p.name.en() == "MODULUS"));
            let what = recognise(&bytes).expect("recognised").what.en();
            assert_eq!(what, "enclave image of the Open Enclave SDK");
            let why = image::open(&Source::from(Rc::from(&bytes[..]))).expect_err("not laid out").to_string();
            assert!(why.contains("loads nothing"), "{why}");
        }
    }

    fn unsigned_and_broken_images_are_refused() {
        let unsigned = file(&properties(64, &[0; 1808]));
        let why = Report::of(&Rc::from(&unsigned[..])).expect_err("not signed").en();
        assert!(why.contains("loads nothing"), "{why}");
        let mut short = properties(64, &[0; 1808]);
        short[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        let why = oe::properties(&file(&short)).expect_err("too large").to_string();
        assert!(why.starts_with("oe_enclave_properties_header_t.size at offset 0x40"), "{why}");
        let whole = file(&properties(64, &signed().encode()));
        for len in 0..whole.len() {
            let _ = inspect(&whole[..len]);
            assert!(oe::properties(&whole[..len]).is_err(), "{len}");
        }
        for at in (0..whole.len()).filter(|n| *n < 200 || *n > whole.len() - 210) {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x80;
            let _ = (inspect(&flipped), Report::of(&Rc::from(flipped)));
        }
    }
}
