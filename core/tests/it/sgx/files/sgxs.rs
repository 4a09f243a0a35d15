//! SGXS streams: the two vector files, streams written here, and what is refused.

use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::memory::Page;
use teescope_core::sgx::sgxs::{Item, Sgxs, write};
use teescope_core::sgx::{Build, Call, Op, recognise};

use crate::vectors;

fn parse(bytes: &[u8]) -> Sgxs {
    Sgxs::parse(Rc::from(bytes)).unwrap_or_else(|bad| panic!("{bad}"))
}

fn refused(bytes: &[u8]) -> String {
    match Sgxs::parse(Rc::from(bytes)) {
        Ok(file) => panic!("accepted: {file:?}"),
        Err(bad) => bad.to_string(),
    }
}

fn measured(file: Sgxs) -> String {
    let midstate = Build::usual(Rc::new(file)).measure().expect("built");
    hex::encode(&midstate.finish())
}

/// A record by hand: tag, then words at offsets.
pub(super) fn record(tag: &[u8], words: &[(usize, u64)], data: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 64];
    out[..tag.len()].copy_from_slice(tag);
    for (at, word) in words {
        out[*at..at + 8].copy_from_slice(&word.to_le_bytes());
    }
    out.extend_from_slice(data);
    out
}

pub(super) fn ecreate(size: u64) -> Vec<u8> {
    record(b"ECREATE", &[(8, 1 | size << 32), (16, size >> 32)], &[])
}

pub(super) fn eadd(offset: u64, flags: u64) -> Vec<u8> {
    record(b"EADD", &[(8, offset), (16, flags)], &[])
}

pub(super) fn eextend(offset: u64, byte: u8) -> Vec<u8> {
    record(b"EEXTEND", &[(8, offset)], &[byte; 256])
}

pub(super) fn unmeasrd(offset: u64, byte: u8) -> Vec<u8> {
    record(b"UNMEASRD", &[(8, offset)], &[byte; 256])
}

shared_test! {
    fn vectors_measure_as_their_own_digest() {
        // The names in SOURCES.md: each file's SHA-256 is the MRENCLAVE of the case.
        let known = [
            ("base", "726b59d3414039eb84f66d030bf1aa2980dad718929a5bd3a2ef1f95f79199c9", 5, 5),
            ("unmeasured", "8d28117f8a37ebf7d5db15eb27f45dbf29ecf3927765671b5cf9cf1a9ef1b47c", 5, 4),
        ];
        for (name, mrenclave, pages, whole) in known {
            let Some(bytes) = vectors::read(&format!("sgx/mrenclave/{name}.sgxs")) else { return };
            assert_eq!(hex::encode(&sha256(&bytes)), mrenclave);
            assert_eq!(recognise(&bytes).expect(name).key, "stream");
            let file = parse(&bytes);
            assert_eq!((file.pages(), file.measured_pages()), (pages, whole), "{name}");
            assert_eq!((file.size(), file.ssaframesize()), (0x8000, 1));
            assert_eq!(file.len(), 1 + pages + 16 * whole);
            assert_eq!(measured(file), mrenclave, "{name}");
        }
    }

    fn what_is_read_is_written_again() {
        for name in ["base", "unmeasured"] {
            let Some(bytes) = vectors::read(&format!("sgx/mrenclave/{name}.sgxs")) else { return };
            let build = Build::usual(Rc::new(parse(&bytes)));
            let ops: Vec<_> = (0..build.image.len()).filter_map(|i| build.op(i)).collect();
            assert_eq!(write(&ops).expect(name), bytes, "{name}");
        }
    }

    fn chunks_that_are_not_measured_are_loaded_and_skipped_by_the_digest() {
        let with = [
            ecreate(0x2000), eadd(0x1000, 0x203), eextend(0x1000, 1), unmeasrd(0x1100, 2),
            eextend(0x1f00, 3),
        ].concat();
        let without = [
            ecreate(0x2000), eadd(0x1000, 0x203), eextend(0x1000, 1), eextend(0x1f00, 3),
        ].concat();
        let file = parse(&with);
        assert_eq!(file.len(), 4);
        assert_eq!((file.pages(), file.measured_pages()), (1, 0));
        let page = file.page(0).expect("a page");
        assert_eq!((page.present, page.measured), (0x8003, 0x8001));
        let Some(Item::Eadd(0x1000, flags, content)) = file.get(1) else { panic!("EADD") };
        assert_eq!(flags.bits(), 0x203);
        let mut expected = [0; 4096];
        expected[..256].fill(1);
        expected[256..512].fill(2);
        expected[3840..].fill(3);
        assert_eq!(content.bytes(), expected);
        // Reads that start and end within chunks see the same bytes.
        for (from, len) in [(250, 20), (300, 400), (3700, 396), (4090, 20), (0, 4096)] {
            let mut out = vec![9; len];
            content.read(from, &mut out);
            let mut wanted = vec![0; len];
            let have = len.min(4096 - from);
            wanted[..have].copy_from_slice(&expected[from..from + have]);
            assert_eq!(out, wanted, "{from}+{len}");
        }
        assert_eq!(measured(file), hex::encode(&sha256(&without)));
        let build = Build::usual(Rc::new(parse(&with)));
        let ops: Vec<_> = (0..build.image.len()).filter_map(|i| build.op(i)).collect();
        assert_eq!(write(&ops).expect("written"), with);
    }

    fn a_page_with_all_its_chunks_points_into_the_file() {
        let mut bytes = [ecreate(0x2000), eadd(0, 0x205)].concat();
        for k in 0..16 {
            bytes.extend(eextend(k * 256, k as u8));
        }
        let file = parse(&bytes);
        let Some(Item::Eadd(0, _, page)) = file.get(1) else { panic!("EADD") };
        assert!(matches!(page, Page::Spaced(_, 192, 320)), "{page:?}");
        for k in 0..16 {
            page.with_chunk(k * 256, |chunk| assert_eq!(chunk, [k as u8; 256]));
        }
        assert_eq!(measured(file), hex::encode(&sha256(&bytes)));
    }

    fn chunks_may_come_after_other_pages() {
        // EADD of three pages, then their chunks in turn: legal for the leaves, not the usual order.
        let mut bytes = ecreate(0x4000);
        for page in 0..3 {
            bytes.extend(eadd(page << 12, 0x203));
        }
        let mut order = Vec::new();
        for k in 0..16 {
            for page in [2, 0, 1] {
                order.push(page << 12 | k << 8);
                bytes.extend(eextend(page << 12 | k << 8, (page * 16 + k) as u8));
            }
        }
        let file = parse(&bytes);
        assert_eq!(file.len(), 1 + 3 + 48);
        assert_eq!(file.measured_pages(), 3);
        for (i, offset) in order.iter().enumerate() {
            let Some(Item::Eextend(chunk)) = file.get(4 + i as u64) else { panic!("EEXTEND {i}") };
            assert_eq!(chunk.offset, *offset, "{i}");
        }
        assert_eq!(file.get(52), None);
        for page in 0..3 {
            let Some(Item::Eadd(_, _, content)) = file.get(1 + page) else { panic!("EADD") };
            for k in 0..16 {
                let first = content.bytes()[k as usize * 256];
                assert_eq!(u64::from(first), page * 16 + k);
            }
        }
        assert_eq!(measured(file), hex::encode(&sha256(&bytes)));
    }

    fn what_a_stream_cannot_tell_is_not_written() {
        let build = Build::usual(Rc::new(parse(&[ecreate(0x2000), eadd(0, 0x203)].concat())));
        let own: Vec<Op> = (0..2).filter_map(|i| build.op(i)).collect();
        let written = |ops: &[Op]| write(ops).map_err(|bad| (bad.index, bad.to_string()));
        let epa = Op::Epa { call: Call::default() };
        let (index, said) = written(&[&own[..], &[epa]].concat()).expect_err("EPA");
        assert!(index == 2 && said.contains("does not fit"), "{said}");
        let (index, _) = written(&own[1..]).expect_err("no ECREATE");
        assert_eq!(index, 0);
        let extend = Op::Eextend { enclave: 0, offset: 0x1000, call: Call::default() };
        let (index, said) = written(&[&own[..], &[extend]].concat()).expect_err("no page");
        assert!(index == 2 && said.contains("EINVAL (22)"), "{said}");
        // What surrounds the building is no part of it.
        let around = [&[Op::Boot][..], &own].concat();
        assert_eq!(written(&around), written(&own));
    }

    fn what_contradicts_itself_is_refused_where_it_stands() {
        let start = [ecreate(0x2000), eadd(0x1000, 0x203)].concat();
        let with = |more: &[Vec<u8>]| refused(&[start.clone(), more.concat()].concat());
        assert!(refused(&eadd(0, 0x203)).starts_with("record tag at offset 0x0 is EADD"));
        assert!(with(&[ecreate(0x2000)]).contains("offset 0x80 (128) is a second ECREATE"));
        assert!(with(&[eadd(0x1000, 0x203)]).contains("at offset 0x88 (136) is 0x1000, where"));
        assert!(with(&[eadd(0x800, 0x203)]).contains("0x0800, not a multiple of 4,096"));
        assert!(with(&[eadd(0x2000, 0x203)]).contains("outside an enclave of 0x2000 bytes"));
        assert!(with(&[eadd(0, 0x107)]).contains("at offset 0x90 (144) gives a TCS permissions"));
        assert!(with(&[eextend(0x1080, 0)]).contains("not a multiple of 256"));
        assert!(with(&[eextend(0, 0)]).contains("on a page that no EADD before it added"));
        let twice = with(&[eextend(0x1100, 0), unmeasrd(0x1100, 0)]);
        assert!(twice.starts_with("UNMEASRD.offset at offset 0x1c8 (456)"), "{twice}");
        assert!(with(&[record(b"UNSIZED", &[], &[])]).contains("the enclave's size is still open"));
        assert!(with(&[record(b"EEXTENT", &[], &[])]).contains("none of ECREATE"));
        let reserved = with(&[record(b"EADD", &[(8, 0), (16, 0x203), (56, 1 << 8)], &[])]);
        assert_eq!(reserved, "EADD.SECINFO.reserved at offset 0xb9 (185) must be zero but holds 0x01.");
    }
}
