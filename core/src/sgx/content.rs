//! What a page to be added holds: by rule where possible, so that an operation can be written as text.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::hex;
use crate::memory::{PAGE, Page};
use crate::trace::BadOp;

/// The contents of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// All zero.
    Zero,
    /// A 32-bit little-endian word repeated.
    Fill(u32),
    /// byte\[i\] = (seed·131 + i·7 + (i >> 8)) & 255.
    Pattern(u64),
    /// The smallest enclave: code that leaves at once by ENCLU\[EEXIT\], then INT3.
    Code(u64),
    /// These bytes, then zeros.
    Bytes(Rc<[u8]>),
    /// A page of a file the reader supplied.
    File(Page),
    /// Another content with one bit flipped, counted from bit 0 of byte 0.
    Flipped(Rc<Content>, u32),
}

/// `mov eax, 4; mov rbx, rcx; enclu`: EEXIT to the address after EENTER, which RCX holds on entry.
const LEAVE: [u8; 11] = [0xb8, 4, 0, 0, 0, 0x48, 0x89, 0xcb, 0x0f, 0x01, 0xd7];

/// How many flips a text may name: they are carried out one inside the other.
const FLIPS_MOST: usize = 64;

impl Content {
    /// The page.
    #[must_use]
    pub fn page(&self) -> Page {
        match self {
            Self::Zero => Page::Zero,
            Self::Fill(word) => Page::Fill(*word),
            Self::Pattern(seed) => {
                let mut page = [0; PAGE];
                for (i, b) in page.iter_mut().enumerate() {
                    let i = i as u64;
                    *b = seed
                        .wrapping_mul(131)
                        .wrapping_add(i * 7)
                        .wrapping_add(i >> 8) as u8;
                }
                Page::Own(Rc::new(page))
            }
            Self::Code(seed) => {
                let mut page = [0xcc; PAGE];
                page[..LEAVE.len()].copy_from_slice(&LEAVE);
                page[16..24].copy_from_slice(&seed.to_le_bytes());
                Page::Own(Rc::new(page))
            }
            Self::Bytes(bytes) => Page::from_bytes(bytes),
            Self::File(page) => page.clone(),
            Self::Flipped(content, bit) => {
                let (page, at) = (content.page(), (*bit / 8) as usize);
                let mut byte = [0];
                page.read(at, &mut byte);
                page.with(at, &[byte[0] ^ 1 << (bit % 8)])
            }
        }
    }

    /// Reads `zero`, `fill.HEX`, `pattern.SEED`, `code.SEED`, `hex.BYTES` or `same`, which is `own`;
    /// after it may follow `!BIT`, a bit to flip, several times.
    ///
    /// # Errors
    /// The text is none of these, or there is nothing that `same` could mean.
    pub fn parse(text: &str, own: Option<&Self>) -> Result<Self, BadOp> {
        let bad = || BadOp {
            why: crate::text!(
                "content.form",
                "The content “{text}” is unknown. Write zero, fill. and 8 hex digits, pattern. or code. and a number, hex. and up to 4,096 bytes in hex, or same where the step adds a page already; then, if a bit is to be flipped, ! and its number below 32,768.",
                text = text
            ),
        };
        let mut parts = text.split('!');
        let whole = Self::unflipped(parts.next().unwrap_or_default(), own).ok_or_else(bad)?;
        let bits: Vec<&str> = parts.collect();
        if bits.len() > FLIPS_MOST {
            return Err(bad());
        }
        bits.into_iter().try_fold(whole, |content, bit| {
            let bit = bit.parse().ok().filter(|b| *b < 8 * PAGE as u32);
            bit.map(|bit| Self::Flipped(Rc::new(content), bit))
                .ok_or_else(bad)
        })
    }

    /// The content without its flips; `None` where [`parse`](Self::parse) refuses it.
    fn unflipped(text: &str, own: Option<&Self>) -> Option<Self> {
        let (kind, value) = text.split_once('.').unwrap_or((text, ""));
        match kind {
            "zero" if value.is_empty() => Some(Self::Zero),
            "same" if value.is_empty() => own.cloned(),
            "fill" => u32::from_str_radix(value, 16).ok().map(Self::Fill),
            "pattern" => value.parse().ok().map(Self::Pattern),
            "code" => value.parse().ok().map(Self::Code),
            "hex" => {
                let bytes = hex::decode(value).ok().filter(|b| b.len() <= PAGE);
                bytes.map(|b| Self::Bytes(Rc::from(b)))
            }
            _ => None,
        }
    }

    /// Writes what [`parse`](Self::parse) reads; a page of a file is written `same`.
    #[must_use]
    pub fn print(&self) -> String {
        match self {
            Self::Zero => String::from("zero"),
            Self::Fill(word) => format!("fill.{word:08x}"),
            Self::Pattern(seed) => format!("pattern.{seed}"),
            Self::Code(seed) => format!("code.{seed}"),
            Self::Bytes(bytes) => format!("hex.{}", hex::encode(bytes)),
            Self::File(_) => String::from("same"),
            Self::Flipped(content, bit) => format!("{}!{bit}", content.print()),
        }
    }
}
