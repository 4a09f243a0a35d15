//! Flags, named values and layouts declared by a stranger, with big-endian numbers.

use teescope_core::bytes::{Be16, Be32, Be64, Why, fields_of};
use teescope_core::{bits, layout, values};

values! {
    /// What a thing is.
    pub struct Thing: u8, "THING";
    0 "NOTHING" => NOTHING, "No thing.";
    2 "SOMETHING" => SOMETHING, "A thing.", since "V2";
}

bits! {
    /// What may be done.
    pub struct May: u16, "MAY";
    0 "READ" => READ, "It may be read.";
    4 + 4 "LEVEL" => LEVEL, "How often.";
    8 + 8 "THING" => THING: Thing, "What it is.";
}

layout! {
    /// Big-endian numbers beside flags.
    #[derive(Copy)]
    pub struct Wide: "WIDE", 20 bytes, align 2, "Example manual, section 2";
    0  2 "a" => a: Be16, "Two bytes.";
    2  4 "b" => b: Be32, "Four bytes.";
    6  8 "c" => c: Be64 as Address, "Eight bytes.";
    14 2 "may" => may: May, "Flags.";
    16 1 "thing" => thing: Thing, "A value.", since "V2";
    17 3 "reserved", "Must be zero.";
}

shared_test! {
    fn unknown_bits_survive_and_are_named() {
        let may = May::from_bits(0x024b);
        assert_eq!(may.bits(), 0x024b);
        let names: Vec<String> = may.names().map(|name| name.to_string()).collect();
        assert_eq!(names, ["READ", "LEVEL=0x4", "THING=SOMETHING", "bit 1", "bit 3"]);
        assert_eq!(may.unknown(), 0x000a);
        assert_eq!(may.field(May::LEVEL), 4);
        assert_eq!(may.with_field(May::LEVEL, 0x1f).bits(), 0x02fb);
        assert_eq!(may.without(May::READ).bits(), 0x024a);
        assert!(may.contains(May::READ) && !may.contains(May::READ | May::from_bits(4)));
        assert!(may.intersects(May::READ | May::from_bits(4)));
        assert_eq!(May::NONE.to_string(), "THING=NOTHING (0x0)");
        assert_eq!(May::NONE.with_field(May::NONE, 7), May::NONE);
        assert_eq!(Thing::new(9).to_string(), "0x9 (unknown)");
        assert_eq!(Thing::SOMETHING.to_string(), "SOMETHING (0x2)");
    }

    fn big_endian_numbers_are_stored_most_significant_first() {
        let wide = Wide {
            a: Be16(0x0102),
            b: Be32(0x0304_0506),
            c: Be64(0x0708_090a_0b0c_0d0e),
            may: May::from_bits(0x100f),
            thing: Thing::SOMETHING,
        };
        let bytes = wide.encode();
        assert_eq!(bytes[..14], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
        assert_eq!(bytes[14..], [0x0f, 0x10, 2, 0, 0, 0]);
        assert_eq!(Wide::decode(&bytes, 0), Ok(wide));
        let rows = fields_of(Wide::LAYOUT, &bytes);
        assert_eq!(rows[0].text.en(), "0x102 (258)");
        assert_eq!(rows[2].text.en(), "0x708_090a_0b0c_0d0e");
        assert_eq!(rows[4].since, Some("V2"));
    }

    fn lenient_decoding_ignores_only_reserved_bytes() {
        let mut bytes = Wide::default().encode();
        bytes[18] = 9;
        assert_eq!(Wide::decode_lenient(&bytes, 0), Ok(Wide::default()));
        let error = Wide::decode(&bytes, 0).expect_err("reserved");
        assert_eq!((error.at, error.why), (18, Why::Reserved { found: 9 }));
        let error = Wide::decode_lenient(&bytes[..15], 100).expect_err("short");
        assert_eq!((error.at, &*error.field), (114, "WIDE.may"));
        assert_eq!(error.why, Why::Short { needs: 2, left: 1 });
        assert_eq!(format!("{:?}", Wide::default()).matches(':').count(), 5);
    }
}
