//! Enclave files of the Intel SGX SDK that differ in one thing their author chose: what is named first is it.

use std::fmt::Write as _;

use teescope_core::view::{Difference, Verdict};

use super::{causes, diff};
use crate::sgx::files::sdk::writer::{ADD, Fill, MEASURED, RW, Row, Sdk, Seg, TCS, entry, filled};

/// What an author chooses.
#[derive(Clone)]
struct Author {
    version: u64,
    /// Pages of heap at first, and those that are added later.
    heap: [u32; 2],
    /// What the heap, which is not measured, is filled with.
    heap_fill: u32,
    stack: u32,
    threads: u32,
    ssaframesize: u32,
    frames: u32,
    code: Vec<u8>,
    code_flags: u32,
    data_flags: u32,
    textrel: Option<Vec<u64>>,
    sigstruct: Vec<u8>,
}

impl Default for Author {
    fn default() -> Self {
        Self {
            version: 2 << 32 | 4,
            heap: [6, 3],
            heap_fill: 0,
            stack: 2,
            threads: 3,
            ssaframesize: 1,
            frames: 2,
            code: (0..0x2800_u32).map(|i| (i * 7 + (i >> 8)) as u8).collect(),
            code_flags: 5,
            data_flags: 6,
            textrel: Some(vec![]),
            sigstruct: vec![0; 1808],
        }
    }
}

const DATA: u64 = 0x3800;

impl Author {
    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        change(&mut other);
        other
    }

    /// The rows of the layout table as the signing tool writes them: heap, then guard, stack, guard, TCS,
    /// state save area, guard and data of each thread. Gives where they end too.
    fn rows(&self) -> (Vec<Row>, u64) {
        let mut at = 0x5000;
        let mut place = |pages: u32| {
            let here = at;
            at += u64::from(pages) * 4096;
            here
        };
        let [heap, later] = self.heap;
        let mut rows = vec![
            filled(
                entry(1, ADD, heap, place(heap), RW),
                Fill::Word(self.heap_fill),
            ),
            entry(3, 8, later, place(later), RW),
        ];
        let ssa = self.frames * self.ssaframesize;
        let mut tcs = vec![0; 72];
        tcs[16..24].copy_from_slice(&4096_u64.to_le_bytes());
        tcs[28] = self.frames as u8;
        let data = u64::from(2 + ssa) * 4096;
        tcs[48..56].copy_from_slice(&data.to_le_bytes());
        tcs[56..64].copy_from_slice(&data.to_le_bytes());
        tcs[64..72].fill(0xff);
        let from = place(1);
        rows.extend([
            entry(10, 0, 1, from, 0),
            filled(
                entry(8, MEASURED, self.stack, place(self.stack), RW),
                Fill::Word(0xcccc_cccc),
            ),
            entry(10, 0, 1, place(1), 0),
            filled(entry(4, MEASURED, 1, place(1), TCS), Fill::Bytes(tcs)),
            entry(6, MEASURED, ssa, place(ssa), RW),
            entry(10, 0, 1, place(1), 0),
            entry(5, MEASURED, 1, place(1), RW),
        ]);
        let step = at - from;
        let times = self.threads - 1;
        if times > 0 {
            rows.push(Row::Group {
                id: 0x1009,
                count: 7,
                times,
                step,
            });
        }
        (rows, from + step * u64::from(self.threads))
    }

    /// The description of the file. What was chosen also stands in the program’s data, where the signing
    /// tool puts it for the enclave to read.
    fn sdk(&self) -> Sdk {
        let (rows, end) = self.rows();
        let data = (0..0x900_u32).map(|i| (i * 11) as u8).collect();
        let segment = |vaddr, bytes: Vec<u8>, flags| Seg {
            vaddr,
            memsz: bytes.len() as u64,
            bytes,
            flags,
        };
        let mut sdk = Sdk {
            version: self.version,
            size: end.next_power_of_two(),
            ssa: self.ssaframesize,
            segments: vec![
                segment(0, self.code.clone(), self.code_flags),
                segment(DATA, data, self.data_flags),
            ],
            textrel: self.textrel.clone(),
            rows,
            sigstruct: self.sigstruct.clone(),
            ..Sdk::small()
        };
        let [heap, later] = self.heap;
        let chosen = [
            end,
            u64::from(heap),
            u64::from(later),
            u64::from(self.threads),
            u64::from(self.stack),
        ];
        let chosen: Vec<u8> = chosen.iter().flat_map(|n| n.to_le_bytes()).collect();
        let at = sdk.write().1[1] as u64 + 32;
        sdk.patches = vec![(at, chosen)];
        sdk
    }
}

fn digits(bytes: [u8; 32]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        write!(out, "{b:02x}").expect("a string takes everything");
        out
    })
}

/// Compares two files both ways round, their MRENCLAVEs against the twin's.
fn both(a: &Author, b: &Author) -> Difference {
    let (a, b) = (a.sdk(), b.sdk());
    let (x, y) = (a.write().0, b.write().0);
    let found = diff(&x, &y);
    let twins = [digits(a.mrenclave()), digits(b.mrenclave())];
    assert_eq!(
        [&found.sides[0].identity, &found.sides[1].identity],
        [&twins[0], &twins[1]]
    );
    assert_eq!(found.verdict == Verdict::Same, twins[0] == twins[1]);
    assert_eq!(found.first.is_none(), twins[0] == twins[1]);
    assert_eq!(causes(&found), causes(&diff(&y, &x)), "the other way round");
    found
}

fn changed(change: impl FnOnce(&mut Author)) -> Difference {
    let base = Author::default();
    both(&base, &base.with(change))
}

shared_test! {
    fn sizes_and_numbers_of_an_sdk_file() {
        let wanted: &[(&str, Difference, &[&str])] = &[
            ("heap", changed(|a| a.heap[0] = 9), &["heap", "(content)", "(moved)"]),
            ("less heap", changed(|a| a.heap[0] = 1), &["heap", "(content)", "(moved)"]),
            ("heap that is added later", changed(|a| a.heap[1] = 8), &["heap", "(content)", "(moved)"]),
            ("so much heap that SIZE grows", changed(|a| a.heap[0] = 90),
                &["heap", "(size)", "(content)", "(moved)"]),
            ("stack", changed(|a| a.stack = 5), &["stack", "(content)", "(moved)"]),
            ("less stack", changed(|a| a.stack = 1), &["stack", "(content)", "(moved)"]),
            ("a thread more", changed(|a| a.threads = 4), &["threads", "(content)"]),
            ("so few threads that SIZE shrinks", changed(|a| a.threads = 1),
                &["threads", "(size)", "(content)"]),
            ("SSAFRAMESIZE with its pages", changed(|a| a.ssaframesize = 2),
                &["ssaframesize", "(ssa-frames)", "(content)", "(moved)"]),
            ("a frame more", changed(|a| a.frames = 3), &["ssa-frames", "(content)", "(moved)"]),
        ];
        for (what, found, wanted) in wanted {
            assert_eq!(causes(found), *wanted, "{what}");
        }
        assert_eq!(wanted[0].1.causes[0].says.en(), "A: 24 KiB / 36 KiB, B: 36 KiB / 48 KiB.");
        assert_eq!(wanted[6].1.causes[0].says.en(), "A: 3, B: 4.");
        assert_eq!(wanted[8].1.causes[0].says.en(), "A: 1, B: 2.");
    }

    fn only_the_field_ssaframesize() {
        // Half as many frames of twice the size: the layout stays.
        let found = changed(|a| (a.ssaframesize, a.frames) = (2, 1));
        assert_eq!(causes(&found), ["ssa-frames", "ssaframesize"]);
        let (a, mut b) = (Author::default().sdk(), Author::default().sdk());
        b.ssa = 2;
        let found = diff(&a.write().0, &b.write().0);
        assert_eq!((causes(&found), &found.sides[1].identity), (vec!["ssaframesize".into()], &digits(b.mrenclave())));
    }

    fn segments_of_an_sdk_file() {
        // The file says which pages text relocations make writable, so nothing is guessed.
        assert_eq!(causes(&changed(|a| a.code_flags = 7)), ["permissions"]);
        let found = changed(|a| a.data_flags = 4);
        assert_eq!(causes(&found), ["permissions"]);
        let says = found.causes[0].says.en();
        assert!(says.contains("program header 1") && says.contains("0x3000"), "{says}");
        let found = changed(|a| a.code[0x1234] ^= 0x40);
        assert_eq!(causes(&found), ["content"]);
        let says = found.causes[0].says.en();
        let byte = Author::default().code[0x1234];
        let wanted = format!("0x1000 (program header 0 (r-x)), byte 0x234: {byte:02x} in A, {:02x} in B", byte ^ 0x40);
        assert!(says.starts_with("Measured bytes that differ: 1, in pages: 1."), "{says}");
        assert!(says.contains(&wanted), "{says}");
        let at = Author::default().sdk().write().1[0] + 0x1234;
        let file = found.first.expect("where they part").facts.iter().filter(|(_, v)| *v == format!("{at:#x}")).count();
        assert_eq!(file, 2, "the byte in both files");
    }

    fn text_relocations_of_an_sdk_file() {
        let found = changed(|a| a.textrel = Some(vec![0x1010]));
        assert_eq!(causes(&found), ["text-relocation"]);
        let says = found.causes[0].says.en();
        assert!(says.contains("0x1000"), "{says}");
        assert_eq!(causes(&changed(|a| a.textrel = Some(vec![0x0ffc, 0x2000]))), ["text-relocation"]);
        let found = changed(|a| { a.textrel = Some(vec![0x1010]); a.code[0x1010] ^= 1; });
        assert_eq!(causes(&found), ["text-relocation", "content"]);
        let found = changed(|a| { a.textrel = Some(vec![0x1010]); a.data_flags = 4; });
        assert_eq!(causes(&found), ["permissions", "text-relocation"]);
        // Data may be written anyhow.
        assert_eq!(causes(&changed(|a| a.textrel = Some(vec![DATA + 8]))), ["file"]);
    }

    fn an_sdk_file_with_the_same_mrenclave() {
        let found = changed(|a| a.heap_fill = 0xabcd_ef01);
        assert_eq!((found.verdict, causes(&found)), (Verdict::Same, vec!["unmeasured".into()]));
        assert!(found.causes[0].says.en().contains("(heap)"), "{}", found.causes[0].says.en());
        // Offset 20 of a SIGSTRUCT is its date.
        let found = changed(|a| a.sigstruct[20] = 7);
        assert_eq!((found.verdict, causes(&found)), (Verdict::Same, vec!["signature".into()]));
        let found = changed(|a| { a.sigstruct[20] = 7; a.stack = 3; });
        assert_eq!(causes(&found), ["stack", "(content)", "(moved)", "signature"]);
    }

    fn metadata_of_another_version() {
        let found = changed(|a| a.version = 2 << 32 | 5);
        assert_eq!((found.verdict, causes(&found)), (Verdict::Same, vec!["metadata".into()]));
        assert_eq!(found.causes[0].says.en(), "A: 2.4, B: 2.5.");
        // The loader of metadata 1.3 adds a zero page behind a segment that begins inside a page.
        let mut new = Author::default().sdk();
        new.version = 1 << 32 | 4;
        new.rows.clear();
        new.segments[1].bytes.truncate(0x700);
        new.segments[1].memsz = 0x700;
        let old = Sdk { version: 1 << 32 | 3, ..new.clone() };
        let found = diff(&new.write().0, &old.write().0);
        let mut twin = old;
        twin.segments.push(Seg { vaddr: 0x4000, bytes: vec![], memsz: 0x1000, flags: 6 });
        let at = twin.write().1[1] as u64 + 32;
        twin.patches[0].0 = at;
        assert_eq!([&found.sides[0].identity, &found.sides[1].identity],
            [&digits(new.mrenclave()), &digits(twin.mrenclave())]);
        assert_eq!((found.verdict, causes(&found)), (Verdict::Different, vec!["metadata".into()]));
        assert_eq!(found.causes[0].says.en(), "A: 1.4, B: 1.3.");
    }

    fn metadata_for_other_processors_only() {
        let base = Author::default();
        let without = |heap| {
            let mut sdk = base.with(|a| a.heap[0] = heap).sdk();
            sdk.version = 1 << 32 | 4;
            sdk
        };
        let file = |other: &Sdk| base.sdk().write_both(other);
        let (a, b) = (file(&without(9)), file(&without(10)));
        let found = diff(&a, &b);
        let own = digits(base.sdk().mrenclave());
        assert_eq!([&found.sides[0].identity, &found.sides[1].identity], [&own, &own]);
        assert_eq!((found.verdict, causes(&found)), (Verdict::Same, vec!["metadata".into()]));
        assert!(found.causes[0].says.en().contains("without dynamic memory (EDMM)"), "{}", found.causes[0].says.en());
        assert_eq!(causes(&diff(&a, &base.sdk().write().0)), ["metadata"]);
        assert_eq!(causes(&diff(&base.sdk().write().0, &a)), ["metadata"]);
    }
}
