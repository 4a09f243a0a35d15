//! The structures byte by byte.

use teescope_core::bytes::{Kind, Layout, Structure, Why, fields_of};
use teescope_core::keystone::structs::{
    BootBlock, CreateArgs, EnclaveReport, Report, SealingKey, SmReport,
};

/// Reads and writes a structure again.
type Again = fn(&[u8]) -> Vec<u8>;

fn again<T: Structure>(bytes: &[u8]) -> Vec<u8> {
    T::parse(bytes, 0).expect("a whole structure").to_vec()
}

fn all() -> Vec<(&'static Layout, usize, Again)> {
    // Sizes as the source's structures have them.
    vec![
        (Report::LAYOUT, 1352, again::<Report>),
        (EnclaveReport::LAYOUT, 1160, again::<EnclaveReport>),
        (SmReport::LAYOUT, 160, again::<SmReport>),
        (SealingKey::LAYOUT, 192, again::<SealingKey>),
        (CreateArgs::LAYOUT, 64, again::<CreateArgs>),
        (BootBlock::LAYOUT, 0x160, again::<BootBlock>),
    ]
}

shared_test! {
    fn every_byte_has_a_row_and_survives() {
        for (layout, size, again) in all() {
            assert_eq!(layout.size, size, "{}", layout.name);
            let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8 + 1).collect();
            assert_eq!(again(&bytes), bytes, "{}", layout.name);
            let mut end = 0;
            for row in fields_of(layout, &bytes) {
                assert_eq!(row.offset, end, "{}: {}", layout.name, row.name);
                assert!(!row.text.is_empty() && row.meaning.ends_with('.'), "{row:?}");
                end += row.size;
            }
            assert_eq!(end, size);
            // Nothing here is reserved, so there is nothing a monitor would refuse.
            assert!(layout.fields.iter().all(|f| !matches!(f.kind, Kind::Reserved)));
        }
    }

    fn every_other_length_is_refused() {
        for len in 0..Report::SIZE {
            let error = Report::decode(&vec![7; len], 0).expect_err("too short");
            assert!(matches!(error.why, Why::Short { .. }), "{error}");
            assert!(error.at as usize <= len);
        }
        let error = Report::decode(&[7; 1353], 0).expect_err("too long");
        assert_eq!((error.at, error.why), (1352, Why::Trailing { extra: 1 }));
    }

    fn the_boot_block_lies_where_the_boot_rom_puts_it() {
        assert_eq!(BootBlock::AT, 0x801f_f000);
        assert_eq!(BootBlock::MEASURED, 0x1f_f000);
        let offset = |name| BootBlock::LAYOUT.field(name).map(|f| f.offset);
        assert_eq!(offset("dev_public_key"), Some(0x20));
        assert_eq!(offset("dev_secret_key"), Some(0x40));
        assert_eq!(offset("sm_hash"), Some(0x80));
        assert_eq!(offset("sm_public_key"), Some(0xc0));
        assert_eq!(offset("sm_secret_key"), Some(0xe0));
        assert_eq!(offset("sm_signature"), Some(0x120));
    }
}
