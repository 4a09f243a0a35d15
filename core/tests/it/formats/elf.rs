//! ELF headers: a program that a linker made, spoilt field by field.

use teescope_core::bytes::Why;
use teescope_core::formats::elf::{Elf, FileType, Machine, SegmentType};

/// A program of one loaded segment, put together by hand from the System V ABI.
fn program() -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(243_u16.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    for word in [0x1_00b0_u64, 64, 0] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(5_u32.to_le_bytes());
    for half in [64_u16, 56, 2, 64, 0, 0] {
        bytes.extend(half.to_le_bytes());
    }
    for (kind, flags, words) in [
        (
            1_u32,
            5_u32,
            [0_u64, 0x1_0000, 0x1_0000, 0xb8, 0x100, 0x1000],
        ),
        (0x6474_e551, 6, [0, 0, 0, 0, 0, 16]),
    ] {
        bytes.extend(kind.to_le_bytes());
        bytes.extend(flags.to_le_bytes());
        words.iter().for_each(|w| bytes.extend(w.to_le_bytes()));
    }
    bytes.extend([0x13; 8]);
    bytes
}

shared_test! {
    fn a_program_is_read() {
        let elf = Elf::parse(&program()).expect("a program");
        assert_eq!((elf.header.file_type, elf.header.machine), (FileType::EXEC, Machine::RISCV));
        assert_eq!((elf.header.entry, elf.segments.len()), (0x1_00b0, 2));
        let loaded: Vec<_> = elf.loaded().map(|s| (s.vaddr, s.filesz, s.memsz)).collect();
        assert_eq!(loaded, [(0x1_0000, 0xb8, 0x100)]);
        assert_eq!(elf.segments[1].segment_type, SegmentType::new(0x6474_e551));
    }

    fn what_is_wrong_is_told_with_its_offset() {
        // (offset, value, the error's offset, the field it names)
        let rows: [(usize, u8, u64, &str); 10] = [
            (0, 0x7e, 0, "Elf64_Ehdr.ei_mag"),
            (3, b'f', 0, "Elf64_Ehdr.ei_mag"),
            (4, 1, 4, "Elf64_Ehdr.ei_class"),
            (5, 2, 5, "Elf64_Ehdr.ei_data"),
            (6, 0, 6, "Elf64_Ehdr.ei_version"),
            (20, 2, 20, "Elf64_Ehdr.e_version"),
            (52, 63, 52, "Elf64_Ehdr.e_ehsize"),
            (54, 55, 54, "Elf64_Ehdr.e_phentsize"),
            (96, 0xb9, 0, "Elf64_Phdr"),
            (105, 0, 104, "Elf64_Phdr.p_memsz"),
        ];
        for (at, value, offset, field) in rows {
            let mut bytes = program();
            bytes[at] = value;
            let error = Elf::parse(&bytes).expect_err(field);
            assert_eq!((error.at, &*error.field), (offset, field));
        }
        let mut far = program();
        far[39] = 0xff;
        let error = Elf::parse(&far).expect_err("headers beyond the file");
        assert_eq!((error.at, &*error.field), (0xff00_0000_0000_0040, "Elf64_Phdr.p_type"));
    }

    fn a_file_cut_anywhere_is_refused_and_no_bit_panics() {
        let whole = program();
        for len in 0..whole.len() {
            let error = Elf::parse(&whole[..len]).expect_err("cut");
            assert!(matches!(error.why, Why::Short { .. }), "{len}: {error}");
        }
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(elf) = Elf::parse(&bytes) {
                assert!(elf.loaded().count() <= elf.segments.len());
            }
        }
    }
}
