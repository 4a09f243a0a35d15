//! The file that a private key comes in: PEM (RFC 7468) around PKCS#8 (RFC 5208, 5958) or PKCS#1 (RFC 8017), in DER.
//!
//! Only what such a file holds is read, and strictly: a reader for all of ASN.1 would weigh more than signing.

use alloc::vec::Vec;

/// The contents of rsaEncryption, 1.2.840.113549.1.1.1.
pub(super) const RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const NULL: u8 = 0x05;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The attributes of PKCS#8, and the public key that its second version adds.
const ATTRIBUTES: u8 = 0xa0;
const PUBLIC_KEY: u8 = 0x81;

/// A PEM document within a text.
pub(super) struct Pem<'a> {
    /// What it says it is.
    pub(super) label: &'a str,
    /// What stands between its first and its last line.
    inner: &'a str,
}

impl<'a> Pem<'a> {
    /// The first document; text before it is skipped.
    pub(super) fn find(text: &'a str) -> Option<Self> {
        let (_, text) = text.split_once("-----BEGIN ")?;
        let (label, text) = text.split_once("-----")?;
        let (inner, end) = text.split_once("-----END ")?;
        let is_whole = end.strip_prefix(label)?.starts_with("-----");
        is_whole.then_some(Self { label, inner })
    }

    /// Its bytes, if it holds nothing but base64 in lines.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let digits = self.inner.bytes().filter(|c| !b"\r\n".contains(c));
        let digits: Vec<u8> = digits.collect();
        let padding = digits.iter().rev().take_while(|c| **c == b'=').count();
        let count = digits.len() - padding;
        let mut out = Vec::with_capacity(digits.len() / 4 * 3);
        let mut word = 0_u32;
        for (i, c) in digits[..count].iter().enumerate() {
            word = word << 6 | digit(*c)?;
            // Every digit but the first of four completes a byte.
            let spare = 6 - 2 * (i as u32 % 4);
            if spare < 6 {
                out.push((word >> spare) as u8);
            }
        }
        // What the last digit has beyond the last byte is zero.
        let beyond = match padding {
            0 => 0,
            1 => word & 3,
            2 => word & 15,
            _ => return None,
        };
        (digits.len().is_multiple_of(4) && count > 0 && beyond == 0).then_some(out)
    }
}

/// The six bits of a digit of base64.
fn digit(c: u8) -> Option<u32> {
    Some(u32::from(match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// The numbers of an RSA key that are needed, most significant byte first, without leading zeros.
pub(super) struct Numbers<'a> {
    pub(super) modulus: &'a [u8],
    pub(super) public_exponent: &'a [u8],
    pub(super) prime1: &'a [u8],
    pub(super) prime2: &'a [u8],
    pub(super) coefficient: &'a [u8],
}

/// Reads RSAPrivateKey of two primes.
pub(super) fn pkcs1(der: &[u8]) -> Option<Numbers<'_>> {
    let mut key = whole(der)?;
    // Version 1 is for keys of more than two primes.
    if key.take(INTEGER)? != [0] {
        return None;
    }
    let mut numbers = [&[][..]; 8];
    for number in &mut numbers {
        *number = key.number()?;
    }
    let [
        modulus,
        public_exponent,
        _,
        prime1,
        prime2,
        _,
        _,
        coefficient,
    ] = numbers;
    key.0.is_empty().then_some(Numbers {
        modulus,
        public_exponent,
        prime1,
        prime2,
        coefficient,
    })
}

/// Reads PrivateKeyInfo: for which algorithm the key is, and the key.
pub(super) fn pkcs8(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut info = whole(der)?;
    let &[version @ (0 | 1)] = info.take(INTEGER)? else {
        return None;
    };
    let mut algorithm = Der(info.take(SEQUENCE)?);
    let object = algorithm.take(OBJECT)?;
    if let Some(parameters) = algorithm.0.first() {
        let is_null = algorithm.take(*parameters)?.is_empty() && *parameters == NULL;
        // RSA has none, and says so.
        if object == RSA && !is_null {
            return None;
        }
    }
    let key = info.take(OCTETS)?;
    if info.0.first() == Some(&ATTRIBUTES) {
        info.take(ATTRIBUTES)?;
    }
    if version == 1 {
        info.take(PUBLIC_KEY)?;
    }
    (algorithm.0.is_empty() && info.0.is_empty()).then_some((object, key))
}

/// What is in a sequence that is all there is.
fn whole(der: &[u8]) -> Option<Der<'_>> {
    let mut outer = Der(der);
    let inner = outer.take(SEQUENCE)?;
    outer.0.is_empty().then_some(Der(inner))
}

/// DER that is still to be read.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The contents of the next element, which has this tag and a length in the shortest form.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_first_chunk::<2>()?;
        let (len, rest) = match head[1] {
            short @ ..=0x7f => (usize::from(short), rest),
            0x81 => {
                let (len, rest) = rest.split_first()?;
                (usize::from(*len).checked_sub(0x80)? + 0x80, rest)
            }
            0x82 => {
                let (len, rest) = rest.split_first_chunk()?;
                let len = usize::from(u16::from_be_bytes(*len));
                (len.checked_sub(0x100)? + 0x100, rest)
            }
            _ => return None,
        };
        let (contents, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        (head[0] == tag).then_some(contents)
    }

    /// The next element, a number that is not negative, without leading zeros.
    fn number(&mut self) -> Option<&'a [u8]> {
        match self.take(INTEGER)? {
            [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Some(rest),
            zero @ [0] => Some(zero),
            number @ [1..=0x7f, ..] => Some(number),
            _ => None,
        }
    }
}
