//! The settings of the signing tool: their limits, what they are where nothing is said, and how they are read.
//!
//! Documents: Intel SGX SDK for Linux, the table `xml_parameter_t` in `sign_tool.cpp`, `traverser_parameter` in
//! `manage_metadata.cpp` and the constants of `metadata.h` (2.17, 2.26).

use super::releases::Release;
use super::xml::{self, Element, ROOT, is_white};
use crate::bytes::{Malformed, hex};
use crate::text;
use crate::text::Text;

/// How many settings there are.
const COUNT: usize = 37;

/// A setting.
struct Known {
    name: &'static str,
    max: u64,
    min: u64,
    default: u64,
}

macro_rules! settings {
    ($($name:ident $text:literal $min:expr, $max:expr, $default:expr;)*) => {
        /// A setting, in the order of the tool’s own table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Key { $(#[doc = $text] $name,)* }

        static KNOWN: [Known; COUNT] = [$(Known {
            name: $text, max: $max, min: $min, default: $default,
        },)*];
    };
}

/// The largest size, half of the address space.
const SIZE: u64 = u64::MAX / 2;

settings! {
    ProdId "ProdID" 0, 0xffff, 0;
    IsvSvn "ISVSVN" 0, 0xffff, 0;
    ReleaseType "ReleaseType" 0, 1, 0;
    IntelSigned "IntelSigned" 0, 1, 0;
    Provision "ProvisionKey" 0, 1, 0;
    Launch "LaunchKey" 0, 1, 0;
    DisableDebug "DisableDebug" 0, 1, 0;
    Hw "HW" 0, 0x10, 0;
    TcsNum "TCSNum" 1, 0xffff_ffff, 1;
    TcsMaxNum "TCSMaxNum" 1, 0xffff_ffff, 1;
    TcsMinPool "TCSMinPool" 0, 0xffff_ffff, 1;
    TcsPolicy "TCSPolicy" 0, 1, 1;
    StackMax "StackMaxSize" 0x2000, SIZE, 0x4_0000;
    StackMin "StackMinSize" 0x2000, SIZE, 0x2000;
    HeapMax "HeapMaxSize" 0, SIZE, 0x100_0000;
    HeapMin "HeapMinSize" 0, SIZE, 0x1000;
    HeapInit "HeapInitSize" 0, SIZE, 0x1000;
    ReservedMax "ReservedMemMaxSize" 0, SIZE, 0;
    ReservedMin "ReservedMemMinSize" 0, SIZE, 0;
    ReservedInit "ReservedMemInitSize" 0, SIZE, 0;
    ReservedExecutable "ReservedMemExecutable" 0, 1, 0;
    MiscSelect "MiscSelect" 0, 0xffff_ffff, 0;
    MiscMask "MiscMask" 0, 0xffff_ffff, 0xffff_ffff;
    Kss "EnableKSS" 0, 1, 0;
    FamilyHigh "ISVFAMILYID_H" 0, u64::MAX, 0;
    FamilyLow "ISVFAMILYID_L" 0, u64::MAX, 0;
    ProductHigh "ISVEXTPRODID_H" 0, u64::MAX, 0;
    ProductLow "ISVEXTPRODID_L" 0, u64::MAX, 0;
    ImageAddress "EnclaveImageAddress" 0x1000, u64::MAX, 0;
    RangeStart "ELRangeStartAddress" 0, u64::MAX, 0;
    RangeSize "ELRangeSize" 0x1000, u64::MAX, 0;
    Pkru "PKRU" 0, 2, 0;
    Amx "AMX" 0, 2, 0;
    UserRegion "UserRegionSize" 0, SIZE, 0;
    AexNotify "EnableAEXNotify" 0, 1, 0;
    IppFips "EnableIPPFIPS" 0, 1, 0;
    OsslFips "EnableOSSLFIPS" 0, 1, 0;
}

/// What a configuration says.
pub(super) struct Settings<'a> {
    bytes: &'a [u8],
    values: [u64; COUNT],
    places: [Option<usize>; COUNT],
}

impl<'a> Settings<'a> {
    /// Reads a configuration as the tool of a release does.
    ///
    /// # Errors
    /// It is no configuration, or has a setting that the tool refuses; says where.
    pub(super) fn read(bytes: &'a [u8], release: &Release) -> Result<Self, Malformed> {
        let mut all = Self {
            bytes,
            values: core::array::from_fn(|n| KNOWN[n].default),
            places: [None; COUNT],
        };
        for element in xml::elements(bytes)? {
            all.take(&element, release)?;
        }
        Ok(all)
    }

    fn take(&mut self, element: &Element<'_>, release: &Release) -> Result<(), Malformed> {
        let wrong = |why| xml::wrong(self.bytes, element.at, ROOT, why);
        let mut known = KNOWN.iter().take(release.settings);
        let Some(n) = known.position(|k| k.name == element.name) else {
            return Err(wrong(text!(
                "config.unknown",
                "has a setting “{name}”, which the signing tool of SDK {release} does not know",
                name = element.name,
                release = release.name
            )));
        };
        let Known { name, min, max, .. } = KNOWN[n];
        let wrong = |why| xml::wrong(self.bytes, element.at, name, why);
        let Some(text) = element.value else {
            return Err(wrong(text!("config.no-value", "has no value")));
        };
        let Some(value) = number(text) else {
            return Err(wrong(text!(
                "config.no-number",
                "is “{value}”, which the signing tool does not read as a number: decimal, hex after 0x, or octal after 0, and nothing behind it",
                value = text
            )));
        };
        if self.places[n].is_some() {
            return Err(wrong(text!("config.twice", "is set twice")));
        }
        if value < min || value > max {
            return Err(wrong(text!(
                "config.range",
                "is {value}; the signing tool takes {min} to {max}",
                value = hex::number(value),
                min = hex::number(min),
                max = hex::number(max)
            )));
        }
        self.places[n] = Some(element.at);
        self.values[n] = value;
        Ok(())
    }

    /// The value of a setting, or what it is where nothing is said.
    pub(super) fn get(&self, key: Key) -> u64 {
        self.values[key as usize]
    }

    /// Whether the configuration has it.
    pub(super) fn has(&self, key: Key) -> bool {
        self.places[key as usize].is_some()
    }

    /// The value of a setting that is there, or else another one.
    pub(super) fn get_or(&self, key: Key, other: u64) -> u64 {
        if self.has(key) { self.get(key) } else { other }
    }

    /// Every setting that the configuration has, in the order of the tool’s table.
    pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let all = KNOWN.iter().zip(&self.places).zip(&self.values);
        let given = all.filter(|((_, place), _)| place.is_some());
        given.map(|((known, _), value)| (known.name, *value))
    }

    /// What is wrong with a setting, at its place, or at the start where it is not there.
    pub(super) fn wrong(&self, key: Key, why: Text) -> Malformed {
        let at = self.places[key as usize].unwrap_or(0);
        xml::wrong(self.bytes, at, KNOWN[key as usize].name, why)
    }
}

/// A number as `strtoull` reads it with base 0 and nothing behind it; the tool refuses a minus anywhere.
fn number(text: &str) -> Option<u64> {
    let digits = text.trim_start_matches(is_white);
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let hex = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = match hex {
        Some(hex) => (hex, 16),
        None if digits.starts_with('0') => (digits, 8),
        None => (digits, 10),
    };
    // Rust’s own reader would take a second sign.
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    shared_test! {
        fn numbers_are_read_as_the_tool_reads_them() {
            for (text, value) in [
                ("0", Some(0)),
                ("0x40000", Some(0x4_0000)),
                ("0X1f", Some(31)),
                ("017", Some(15)),
                ("  12", Some(12)),
                ("+5", Some(5)),
                ("18446744073709551615", Some(u64::MAX)),
                ("18446744073709551616", None),
                ("12 ", None),
                ("08", None),
                ("0x", None),
                ("++1", None),
                ("-1", None),
                ("", None),
                ("1e3", None),
            ] {
                assert_eq!(number(text), value, "{text:?}");
            }
        }
    }
}
