//! Hex text, sizes and error sentences as people are to read them.

use teescope_core::bytes::{BcdDate, Malformed, Why, hex};

shared_test! {
    fn addresses_are_grouped_from_the_right() {
        assert_eq!(hex::addr(0x7f00_0000_1000), "0x7f00_0000_1000");
        assert_eq!(hex::addr(0), "0x0000");
        assert_eq!(hex::short(0), "0x0");
        assert_eq!(hex::short(0x12345), "0x1_2345");
        assert_eq!(hex::addr(0x1000), "0x1000");
        assert_eq!(hex::addr(0x1_0000), "0x1_0000");
        assert_eq!(hex::addr(u64::MAX), "0xffff_ffff_ffff_ffff");
        assert_eq!(hex::fixed(0x205, 8), "0x0000_0000_0000_0205");
        assert_eq!(hex::fixed(3, 1), "0x03");
    }

    fn sizes_carry_the_largest_unit_that_divides_them() {
        assert_eq!(hex::size(0), "0 bytes");
        assert_eq!(hex::size(1), "1 byte");
        assert_eq!(hex::size(1000), "1000 bytes");
        assert_eq!(hex::size(8192), "8 KiB");
        assert_eq!(hex::size(4097 << 10), "4097 KiB");
        assert_eq!(hex::size(512 << 30), "512 GiB");
        assert_eq!(hex::size(3 << 40), "3 TiB");
    }

    fn hex_text_goes_both_ways() {
        assert_eq!(hex::encode(&[0, 0xab, 0xff]), "00abff");
        assert_eq!(hex::decode("00 aB\nff"), Ok(vec![0, 0xab, 0xff]));
        assert_eq!(hex::decode(" 0x7f00_0000"), Ok(vec![0x7f, 0, 0, 0]));
        assert_eq!(hex::decode(""), Ok(vec![]));
        assert_eq!(hex::decode_array("0102"), Ok([1, 2]));
        assert_eq!(hex::decode("0g").map_err(|e| e.at), Err(1));
        assert_eq!(hex::decode("012").map_err(|e| e.at), Err(3));
        let short = hex::decode_array::<4>("0102").map_err(|e| e.why);
        assert_eq!(short, Err(Why::Short { needs: 4, left: 2 }));
        let long = hex::decode_array::<1>("0102").map_err(|e| e.why);
        assert_eq!(long, Err(Why::Trailing { extra: 1 }));
    }

    fn errors_are_sentences() {
        let error = |why| Malformed::new(44, "SIGSTRUCT.VENDOR", why).to_string();
        let at = "SIGSTRUCT.VENDOR at offset 0x2c (44)";
        assert_eq!(error(Why::Short { needs: 4, left: 1 }), format!("{at} needs 4 bytes but only 1 can be read."));
        assert_eq!(error(Why::Short { needs: 1, left: 0 }), format!("{at} needs 1 byte but the input ends there."));
        assert_eq!(error(Why::Trailing { extra: 2 }), format!("{at} is followed by 2 bytes that nothing explains."));
        assert_eq!(error(Why::Reserved { found: 1 }), format!("{at} must be zero but holds 0x01."));
        let value = Why::Value { expected: "0 or 0x8086".into(), found: 0x8087 };
        assert_eq!(error(value), format!("{at} should be 0 or 0x8086 but is 0x8087 (32903)."));
        let says = Malformed::says(0, "SIZE", "is not a power of two").to_string();
        assert_eq!(says, "SIZE at offset 0x0 is not a power of two.");
    }

    fn dates_read_as_dates() {
        let date = BcdDate(0x2024_0811);
        assert_eq!(date, BcdDate::new(2024, 8, 11));
        assert_eq!(date.to_string(), "2024-08-11");
        for (bits, valid) in [
            (0x2024_0229, true), (0x2023_0229, false), (0x1900_0229, false), (0x2000_0229, true),
            (0x2024_1301, false), (0x2024_0100, false), (0x2024_0431, false), (0x2024_0a01, false),
            (0x2024_1231, true), (0, false), (u32::MAX, false),
        ] {
            assert_eq!(BcdDate(bits).is_valid(), valid, "{bits:#x}");
        }
    }
}
