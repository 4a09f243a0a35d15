//! Dumps account for every byte, whatever the fields say.

use teescope_core::bytes::{DumpLine, FieldValue, dump, dump_layout, dump_text};
use teescope_core::sgx::structs::{PageType, SecInfo, SecInfoFlags, Secs, SigStruct};

fn covers(lines: &[DumpLine], at: u64, len: usize) {
    let mut end = at;
    for line in lines {
        assert_eq!(line.offset, end, "{line:?}");
        end += line.len as u64;
    }
    assert_eq!(end, at + len as u64);
}

fn field(offset: usize, size: usize) -> FieldValue {
    let (name, text) = ("f".into(), "v".into());
    FieldValue {
        name,
        offset,
        size,
        text,
        key: "k",
        meaning: "m",
        since: None,
        reserved: false,
    }
}

shared_test! {
    fn a_dump_reads_offset_hex_meaning() {
        let flags = SecInfoFlags::page(PageType::REG, SecInfoFlags::R | SecInfoFlags::W);
        let lines = dump_layout(SecInfo::LAYOUT, &SecInfo::new(flags).encode(), 0x40);
        covers(&lines, 0x40, 64);
        assert_eq!(dump_text(&lines), concat!(
            "000040  03 02 00 00 00 00 00 00                          FLAGS: R | W | PAGE_TYPE=PT_REG (0x203)\n",
            "000048  00 x 56                                          reserved: zero\n",
        ));
    }

    fn zeros_fold_only_where_nothing_else_is() {
        let mut bytes = Secs::default().encode();
        bytes[4000] = 1;
        let lines = dump_layout(Secs::LAYOUT, &bytes, 0);
        covers(&lines, 0, 4096);
        let shown = lines.iter().find(|line| line.hex.contains("01")).expect("shown");
        assert!(shown.offset <= 4000 && 4000 < shown.offset + 16, "{shown:?}");
        assert!(lines.len() < 30, "{}", dump_text(&lines));
    }

    fn every_byte_is_accounted_for() {
        let bytes: Vec<u8> = (0..100).collect();
        for fields in [
            vec![],
            vec![field(10, 5), field(20, 30)],
            vec![field(0, 200)],
            vec![field(50, 10), field(40, 30)],
            vec![field(200, 10), field(usize::MAX, usize::MAX)],
        ] {
            covers(&dump(&bytes, 7, &fields), 7, 100);
        }
        for len in 0..200 {
            covers(&dump_layout(SigStruct::LAYOUT, &vec![5; len * 10], 3), 3, len * 10);
        }
    }
}
