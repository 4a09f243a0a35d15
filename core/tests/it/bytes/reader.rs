//! The reader's offsets and its insistence on being used up; the writer as its inverse.

use teescope_core::bytes::{Malformed, Reader, Why, Writer};
use teescope_core::sgx::structs::{ExInfo, SecInfo, SecInfoFlags};

shared_test! {
    fn reader_and_writer_are_inverses() {
        let info = SecInfo::new(SecInfoFlags::R);
        let mut writer = Writer::new();
        writer.u8(1).u16(2).u32(3).u64(4).u16_be(5).u32_be(6).u64_be(7);
        writer.bytes(b"abc").zeros(2).structure(&info);
        assert_eq!(writer.len(), 29 + 5 + 64);
        let bytes = writer.finish();
        let mut reader = Reader::at(&bytes, 1000);
        assert_eq!(reader.u8("a"), Ok(1));
        assert_eq!(reader.u16("b"), Ok(2));
        assert_eq!(reader.u32("c"), Ok(3));
        assert_eq!(reader.u64("d"), Ok(4));
        assert_eq!(reader.u16_be("e"), Ok(5));
        assert_eq!(reader.u32_be("f"), Ok(6));
        assert_eq!(reader.u64_be("g"), Ok(7));
        assert_eq!(reader.array("h"), Ok(*b"abc"));
        assert_eq!(reader.bytes(2, "i"), Ok(&[0, 0][..]));
        assert_eq!(reader.offset(), 1034);
        assert_eq!(reader.structure(), Ok(info));
        assert_eq!(reader.finish("input"), Ok(()));
    }

    fn short_reads_name_the_field_and_consume_nothing() {
        let mut reader = Reader::at(&[1, 2, 3], 0x10);
        let error = reader.u32("len").expect_err("short");
        assert_eq!(error, Malformed::new(0x10, "len", Why::Short { needs: 4, left: 3 }));
        let error = reader.bytes(u64::MAX, "data").expect_err("short");
        assert_eq!(error.why, Why::Short { needs: u64::MAX, left: 3 });
        let error = reader.structure::<ExInfo>().expect_err("short");
        assert_eq!((error.at, &*error.field), (0x10, "EXINFO.MADDR"));
        assert_eq!(reader.rest(), [1, 2, 3]);
        let error = reader.finish("record").expect_err("left over");
        assert_eq!(error.to_string(), "record at offset 0x10 (16) is followed by 3 bytes that nothing explains.");
    }

    fn parts_must_be_used_up() {
        let bytes = [9, 1, 2, 3];
        let mut reader = Reader::new(&bytes);
        reader.u8("tag").expect("there");
        let mut inner = reader.clone();
        let error = inner.within(2, "part", |part| part.u8("x")).expect_err("left over");
        assert_eq!((error.at, &*error.field), (2, "part"));
        assert_eq!(reader.within(3, "part", |part| part.array::<3>("x")), Ok([1, 2, 3]));
        assert!(reader.is_empty());
    }
}
