//! The binary form of wasm modules, as far as the page's modules are changed after the tools have made them.

/// What a module starts with.
pub(super) const MAGIC: [u8; 8] = *b"\0asm\x01\0\0\0";
/// Sections by their numbers.
pub(super) const IMPORTS: u8 = 2;
pub(super) const ELEMENTS: u8 = 9;
pub(super) const CODE: u8 = 10;
/// The instructions of a constant.
pub(super) const I32_CONST: u8 = 0x41;
pub(super) const END: u8 = 0x0b;

/// A module with some of its sections changed: `change` is given each with its number, and gives what takes its
/// place, or nothing where it stays. `None` if the module, or a section for `change`, cannot be read.
pub(super) fn sections(
    module: &[u8],
    mut change: impl FnMut(u8, &[u8]) -> Option<Option<Vec<u8>>>,
) -> Option<Vec<u8>> {
    let mut rest = Bytes(module.strip_prefix(&MAGIC)?);
    let mut out = MAGIC.to_vec();
    while !rest.0.is_empty() {
        let kind = rest.byte()?;
        let section = rest.sized()?;
        let changed = change(kind, section)?;
        let contents = changed.as_deref().unwrap_or(section);
        out.push(kind);
        put(&mut out, contents.len() as u32);
        out.extend_from_slice(contents);
    }
    Some(out)
}

/// Appends a number as modules have them, seven bits in each byte.
pub(super) fn put(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// What is still to be read.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Reads a byte that has to be this one.
    pub(super) fn is(&mut self, expected: u8) -> Option<()> {
        (self.byte()? == expected).then_some(())
    }

    /// A number of up to 32 bits.
    pub(super) fn number(&mut self) -> Option<u32> {
        let mut number = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).ok();
            }
        }
        None
    }

    /// The number that an instruction gives, which is signed and here not negative.
    pub(super) fn constant(&mut self) -> Option<u32> {
        self.is(I32_CONST)?;
        let before = self.0;
        let number = self.number()?;
        let last = before.get(before.len() - self.0.len() - 1)?;
        (last & 0x40 == 0).then_some(number)
    }

    /// Bytes after their number.
    pub(super) fn sized(&mut self) -> Option<&'a [u8]> {
        let len = self.number()? as usize;
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }
}
