//! What the certificate of a platform's key says: who is certified by whom, and the values Intel puts into it.
//!
//! Read, not checked: whether a certificate may be believed is another question.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::bytes::base64;

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The subject's common name.
    pub subject: String,
    /// The issuer's common name.
    pub issuer: String,
    /// What Intel certifies of a platform, if it is the certificate of one.
    pub platform: Option<Platform>,
}

/// Intel's extension of a platform's certificate (1.2.840.113741.1.13.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Platform {
    /// Identifier of the platform.
    pub ppid: Vec<u8>,
    /// Security versions of the trusted base's sixteen components, packed.
    pub cpusvn: Vec<u8>,
    /// Security version of the provisioning certification enclave.
    pub pcesvn: u64,
    /// Identifier of the provisioning certification enclave.
    pub pceid: Vec<u8>,
    /// Family, model, stepping, platform type and custom SKU.
    pub fmspc: Vec<u8>,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const INTEGER: u8 = 0x02;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const INTEL_SGX: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01];

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// Where certificates in PEM lie in a text.
#[must_use]
pub fn pem_blocks(text: &[u8]) -> Vec<Range<usize>> {
    let find = |from: usize, what: &[u8]| {
        let rest = text.get(from..)?;
        let found = rest.windows(what.len()).position(|w| w == what)?;
        Some(from + found)
    };
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(from) = find(at, BEGIN) {
        let Some(end) = find(from, END) else { break };
        at = end + END.len();
        all.push(from..at);
    }
    all
}

/// The bytes that one block of PEM spells.
#[must_use]
pub fn pem_bytes(block: &[u8]) -> Option<Vec<u8>> {
    let inner = block.strip_prefix(BEGIN)?.strip_suffix(END)?;
    base64::decode(core::str::from_utf8(inner).ok()?).ok()
}

/// Reads a certificate in DER; `None` if it is none.
#[must_use]
pub fn certificate(der: &[u8]) -> Option<Certificate> {
    let (whole, _) = inside(der, SEQUENCE)?;
    let (body, _) = inside(whole, SEQUENCE)?;
    let mut fields = Fields(body);
    // The version is left out in old certificates.
    let mut next = fields.next()?;
    if next.0 == 0xa0 {
        next = fields.next()?;
    }
    let (INTEGER, _) = next else { return None };
    let (SEQUENCE, _) = fields.next()? else {
        return None;
    };
    let (SEQUENCE, issuer) = fields.next()? else {
        return None;
    };
    fields.next()?;
    let (SEQUENCE, subject) = fields.next()? else {
        return None;
    };
    let extensions = fields.find(|(tag, _)| *tag == 0xa3);
    Some(Certificate {
        subject: common_name(subject),
        issuer: common_name(issuer),
        platform: extensions.and_then(|(_, all)| platform(all)),
    })
}

/// The elements that follow one another.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    /// The tag and the content.
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (tag, rest) = self.0.split_first()?;
        let (len, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some((*tag, content))
    }
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let more = match first {
        0..=0x7f => return Some((usize::from(*first), rest)),
        0x81..=0x84 => usize::from(first & 0x7f),
        _ => return None,
    };
    let (digits, rest) = rest.split_at_checked(more)?;
    let len = digits.iter().fold(0_u64, |n, d| n << 8 | u64::from(*d));
    Some((usize::try_from(len).ok()?, rest))
}

/// The content of an element with that tag, and what follows it.
fn inside(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let mut fields = Fields(bytes);
    let (found, content) = fields.next()?;
    (found == tag).then_some((content, fields.0))
}

/// The content of the element behind an object identifier.
fn named<'a>(pair: &'a [u8], oid: &[u8]) -> Option<(u8, &'a [u8])> {
    let mut fields = Fields(pair);
    let (OID, own) = fields.next()? else {
        return None;
    };
    (own == oid).then(|| fields.last()).flatten()
}

/// The pairs of an object identifier and a value that a sequence holds.
fn look<'a>(sequence: &'a [u8], oid: &[u8]) -> Option<(u8, &'a [u8])> {
    let mut pairs = Fields(sequence).filter(|(tag, _)| *tag == SEQUENCE);
    pairs.find_map(|(_, pair)| named(pair, oid))
}

fn common_name(name: &[u8]) -> String {
    let mut sets = Fields(name).filter(|(tag, _)| *tag == SET);
    let found = sets.find_map(|(_, set)| look(set, COMMON_NAME));
    found.map_or_else(String::new, |(_, text)| {
        String::from_utf8_lossy(text).into_owned()
    })
}

fn platform(extensions: &[u8]) -> Option<Platform> {
    let (all, _) = inside(extensions, SEQUENCE)?;
    let (OCTETS, wrapped) = look(all, INTEL_SGX)? else {
        return None;
    };
    let (values, _) = inside(wrapped, SEQUENCE)?;
    let value = |path: &[u8]| {
        let oid = [INTEL_SGX, path].concat();
        look(values, &oid).map(|(_, v)| v)
    };
    let octets = |path: &[u8]| value(path).unwrap_or_default().to_vec();
    let tcb = value(&[2]).unwrap_or_default();
    let in_tcb = |n: u8| {
        let oid = [INTEL_SGX, &[2, n]].concat();
        look(tcb, &oid).map(|(_, v)| v).unwrap_or_default()
    };
    let number = |bytes: &[u8]| {
        let low = &bytes[bytes.len().saturating_sub(8)..];
        low.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b))
    };
    Some(Platform {
        ppid: octets(&[1]),
        cpusvn: in_tcb(18).to_vec(),
        pcesvn: number(in_tcb(17)),
        pceid: octets(&[3]),
        fmspc: octets(&[4]),
    })
}
