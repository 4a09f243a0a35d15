//! The first differing byte by the linker's names: sections and symbols written by hand from the System V ABI.

use teescope_core::formats::elf::{Elf, Spot};

use super::diff;
use crate::sgx::files::sdk::writer::Sdk;

/// The file with a new table of sections: those it had, `.text` over its first segment, symbols.
fn named(sdk: &Sdk) -> (Vec<u8>, usize) {
    let (mut file, places) = sdk.write();
    let half = |file: &[u8], at: usize| u16::from_le_bytes([file[at], file[at + 1]]);
    let old_at = u64::from_le_bytes(file[40..48].try_into().expect("8 bytes")) as usize;
    let count = half(&file, 60);
    let mut table = file[old_at..old_at + 64 * usize::from(count)].to_vec();
    let names = b"\0.rela.dyn\0.note.sgxmeta\0.shstrtab\0.text\0.symtab\0.strtab\0";
    let names_at = file.len();
    file.extend(names);
    let strings = b"\0outer\0ecall_add\0";
    let strings_at = file.len();
    file.extend(strings);
    let symbols_at = file.len();
    // The empty one, a function of 0x80 bytes inside one of 0x400, a label without a size.
    for (name, info, value, size) in [
        (0_u32, 0_u8, 0_u64, 0_u64),
        (1, 2, 0x100, 0x400),
        (7, 0x12, 0x140, 0x80),
        (7, 2, 0x150, 0),
    ] {
        file.extend(name.to_le_bytes());
        file.extend([info, 0, 1, 0]);
        file.extend(value.to_le_bytes());
        file.extend(size.to_le_bytes());
    }
    let at = |name: &[u8]| {
        names
            .windows(name.len())
            .position(|w| w == name)
            .expect("a name") as u32
    };
    let mut section = |name: u32, kind: u32, offset: usize, size: usize, link: u32| {
        table.extend(name.to_le_bytes());
        table.extend(kind.to_le_bytes());
        for n in [0, 0, offset as u64, size as u64] {
            table.extend(n.to_le_bytes());
        }
        table.extend(link.to_le_bytes());
        table.resize(table.len().next_multiple_of(64), 0);
    };
    let code = sdk.segments[0].bytes.len();
    section(at(b".text\0"), 1, places[0], code, 0);
    section(
        at(b".symtab\0"),
        2,
        symbols_at,
        4 * 24,
        u32::from(count) + 2,
    );
    section(at(b".strtab\0"), 3, strings_at, strings.len(), 0);
    // The names of the sections are in a longer table now.
    let shstrtab = 64 * usize::from(count - 1);
    table[shstrtab + 24..shstrtab + 32].copy_from_slice(&(names_at as u64).to_le_bytes());
    table[shstrtab + 32..shstrtab + 40].copy_from_slice(&(names.len() as u64).to_le_bytes());
    let table_at = file.len().next_multiple_of(8);
    file.resize(table_at, 0);
    file.extend(table);
    file[40..48].copy_from_slice(&(table_at as u64).to_le_bytes());
    file[60..62].copy_from_slice(&(count + 3).to_le_bytes());
    (file, places[0])
}

shared_test! {
    fn the_function_of_the_first_differing_byte_is_named() {
        let sdk = Sdk::small();
        let (file, code) = named(&sdk);
        for (at, says) in [
            (0x150, Some("In both files the first differing byte lies in .text (ecall_add+0x10).")),
            (0x4ff, Some("In both files the first differing byte lies in .text (outer+0x3ff).")),
            (0x90, Some("In both files the first differing byte lies in .text.")),
        ] {
            let mut other = file.clone();
            other[code + at] ^= 1;
            let found = diff(&file, &other);
            let first = found.first.expect("a parting");
            let said: Vec<String> = first.says.iter().map(|s| s.en()).collect();
            assert_eq!(said.get(1).map(String::as_str), says, "{at:#x}: {said:?}");
        }
        // Without sections there is nothing to name, and with them on one side only it is said of that side.
        let (bare, _) = sdk.write();
        let mut other = bare.clone();
        other[code + 0x150] ^= 1;
        assert_eq!(diff(&bare, &other).first.expect("a parting").says.len(), 1);
        let mixed = diff(&file, &other).first.expect("a parting");
        assert_eq!(mixed.says[1].en(), "In A the first differing byte lies in .text (ecall_add+0x10).");
    }

    fn bytes_outside_every_section_have_no_name() {
        let (file, code) = named(&Sdk::small());
        let elf = Elf::parse(&file).expect("a program");
        assert_eq!(elf.spot(&file, 0), None);
        assert_eq!(elf.spot(&file, u64::MAX), None);
        let spot = elf.spot(&file, code as u64 + 0x140).expect("a place");
        assert_eq!(spot, Spot { section: ".text".into(), symbol: Some(("ecall_add".into(), 0)) });
        // A table of symbols that leads nowhere names nothing and does no harm.
        let mut bad = file.clone();
        let symtab = bad.len() - 128;
        bad[symtab + 24..symtab + 32].fill(0xff);
        let spot = Elf::parse(&bad).expect("a program").spot(&bad, code as u64 + 0x140).expect("a place");
        assert_eq!(spot.symbol, None);
    }
}
