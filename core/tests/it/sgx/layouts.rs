//! Every structure and bit table against the published layouts, byte by byte.

use std::collections::BTreeMap;

use serde_json::Value;
use teescope_core::arch::x86::XsaveArea;
use teescope_core::bytes::{Bits, Kind, Layout, Malformed, Structure, Why, fields_of};
use teescope_core::formats::dcap::{
    Attributes, AttributesFlags, AuthLen, BodyDescriptor, CertType, CertificationHead, EpidQuote,
    EpidSignature, Miscselect, PpidClear, PpidTail, QeReport, QuoteSignature, QuoteV3,
    QuoteV3Header, QuoteV3SigData, QuoteV4V5Header, ReportBody, SignatureLen, TdReport10Body,
    TdReport15Body,
};
use teescope_core::sgx::structs::{
    EinitToken, ExInfo, ExitInfo, GprSgx, KeyName, KeyPolicy, KeyRequest, PageInfo, PageType, Pcmd,
    Pfec, Report, ReportMacStruct, SealedData, SecInfo, SecInfoFlags, Secs, SigStruct, TargetInfo,
    Tcs, TcsFlags,
};

use crate::vectors;

/// Parses and encodes again, the type forgotten.
type RoundTrip = fn(&[u8], u64) -> Result<Vec<u8>, Malformed>;

fn round_trip<T: Structure>(bytes: &[u8], at: u64) -> Result<Vec<u8>, Malformed> {
    T::parse(bytes, at).map(|value| value.to_vec())
}

fn structure<T: Structure>() -> (&'static Layout, RoundTrip) {
    (T::LAYOUT, round_trip::<T>)
}

/// Every structure the crate declares. EXITINFO has no fields of whole bytes and is a flag
/// word.
fn all() -> Vec<(&'static Layout, RoundTrip)> {
    vec![
        structure::<Secs>(),
        structure::<Tcs>(),
        structure::<GprSgx>(),
        structure::<ExInfo>(),
        structure::<PageInfo>(),
        structure::<SecInfo>(),
        structure::<Pcmd>(),
        structure::<SigStruct>(),
        structure::<EinitToken>(),
        structure::<Report>(),
        structure::<ReportBody>(),
        structure::<TargetInfo>(),
        structure::<KeyRequest>(),
        structure::<ReportMacStruct>(),
        structure::<SealedData>(),
        structure::<Attributes>(),
        structure::<QuoteV3Header>(),
        structure::<QuoteV3>(),
        structure::<QuoteV3SigData>(),
        structure::<QuoteV4V5Header>(),
        structure::<TdReport10Body>(),
        structure::<TdReport15Body>(),
        structure::<BodyDescriptor>(),
        structure::<SignatureLen>(),
        structure::<QuoteSignature>(),
        structure::<CertificationHead>(),
        structure::<QeReport>(),
        structure::<AuthLen>(),
        structure::<PpidClear>(),
        structure::<PpidTail>(),
        structure::<EpidQuote>(),
        structure::<EpidSignature>(),
        structure::<XsaveArea>(),
    ]
}

/// (name, offset, size) of a layout's rows at every depth, nested rows after their parent.
fn rows(layout: &Layout, base: usize, out: &mut Vec<(String, usize, usize)>) {
    for field in layout.fields {
        out.push((field.name.into(), base + field.offset, field.size));
        if let Kind::Nested(inner) = field.kind {
            rows(inner, base + field.offset, out);
        }
    }
}

/// (name, offset, size) of the published fields, remarks cut off the names and `rtmr0..3`
/// spread over its four registers.
fn published(structure: &Value) -> Vec<(String, usize, usize)> {
    let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("fits");
    let mut out = Vec::new();
    for field in structure["fields"].as_array().expect("a list of fields") {
        let name = field["field"].as_str().expect("a name");
        let name = name.split(['(', ' ']).next().expect("a first part");
        let (offset, size) = (number(&field["offset"]), number(&field["size"]));
        match name {
            "rtmr0..3" => out.extend((0..4).map(|i| (format!("rtmr{i}"), offset + 48 * i, 48))),
            _ => out.push((name.into(), offset, size)),
        }
    }
    out
}

/// Bytes that differ everywhere, with reserved ones zero.
fn sample(layout: &Layout) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..layout.size).map(|i| (i % 251) as u8 + 1).collect();
    for row in fields_of(layout, &bytes.clone())
        .iter()
        .filter(|row| row.reserved)
    {
        bytes[row.offset..row.offset + row.size].fill(0);
    }
    bytes
}

/// The flag words and named numbers under the names the published tables use.
fn bit_tables() -> BTreeMap<&'static str, BTreeMap<u64, &'static str>> {
    let bits = |bits: &'static Bits| bits.rows.iter().map(|r| (r.bit.into(), r.name)).collect();
    let mut all = BTreeMap::from([
        ("ATTRIBUTES", bits(AttributesFlags::BITS)),
        ("TCS.FLAGS", bits(TcsFlags::BITS)),
        ("MISCSELECT", bits(Miscselect::BITS)),
        ("KEYPOLICY", bits(KeyPolicy::BITS)),
        ("PFEC", bits(Pfec::BITS)),
    ]);
    for values in [PageType::VALUES, KeyName::VALUES, CertType::VALUES] {
        all.insert(
            values.name,
            values
                .rows
                .iter()
                .map(|row| (row.value, row.name))
                .collect(),
        );
    }
    all
}

shared_test! {
    fn structures_are_the_published_ones() {
        let Some(json) = vectors::json("sgx/layouts.json") else { return };
        let structures = json["structures"].as_object().expect("structures");
        assert_eq!(structures.len(), 21);
        for (name, structure) in structures {
            if name == "EXITINFO" {
                assert_eq!(structure["size"], ExitInfo::BITS.size);
                continue;
            }
            let (layout, _) = all().into_iter().find(|(layout, _)| layout.name == name)
                .unwrap_or_else(|| panic!("{name} is not declared"));
            assert_eq!(structure["size"], layout.size, "size of {name}");
            assert_eq!(structure["align"], layout.align, "alignment of {name}");
            let mut ours = Vec::new();
            rows(layout, 0, &mut ours);
            let published = published(structure);
            let mut end = 0;
            for row in &published {
                assert!(ours.contains(row), "{name} lacks {row:?}");
                assert_eq!(row.1, end, "{name}: the published rows have a gap before {row:?}");
                end += row.2;
            }
            assert_eq!(end, layout.size);
            // What we add may only lie inside a published row or be one of several of them.
            for row in ours.iter().filter(|row| !published.contains(row)) {
                let inside = published.iter().any(|p| p.1 <= row.1 && row.1 + row.2 <= p.1 + p.2);
                let group = matches!(row.0.as_str(), "REPORTBODY");
                assert!(inside || group, "{name} has {row:?}, which is not published");
            }
        }
    }

    fn fields_that_came_with_an_extension_say_so() {
        let Some(json) = vectors::json("sgx/layouts.json") else { return };
        for (layout, _) in all() {
            for field in json["structures"][layout.name]["fields"].as_array().into_iter().flatten() {
                let name = field["field"].as_str().expect("a name");
                if let Some(name) = name.strip_suffix("(reserved without CET)") {
                    let since = layout.field(name).and_then(|field| field.since);
                    assert_eq!(since, Some("CET"), "{}.{name}", layout.name);
                }
            }
        }
    }

    fn bits_are_the_published_ones() {
        let Some(json) = vectors::json("sgx/layouts.json") else { return };
        let ours = bit_tables();
        let published = json["bits"].as_object().expect("bits");
        assert_eq!(ours.len(), published.len());
        for (name, rows) in published {
            let rows: BTreeMap<u64, &str> = rows.as_object().expect("rows").iter()
                .map(|(bit, name)| {
                    let name = name.as_str().expect("a name").split(' ').next().expect("a part");
                    (bit.parse().expect("a number"), name)
                })
                .collect();
            assert_eq!(ours[name.as_str()], rows, "{name}");
        }
    }

    fn secinfo_flags_and_exitinfo_are_where_the_manual_puts_them() {
        // SDM vol. 3D: R 0, W 1, X 2, PENDING 3, MODIFIED 4, PR 5, PAGE_TYPE 15:8.
        assert_eq!(SecInfoFlags::RWX.bits(), 7);
        let rx = SecInfoFlags::page(PageType::REG, SecInfoFlags::R | SecInfoFlags::X);
        assert_eq!(rx.bits(), 0x205);
        assert_eq!(SecInfoFlags::page(PageType::TCS, SecInfoFlags::NONE).bits(), 0x100);
        assert_eq!(rx.page_type(), PageType::REG);
        assert_eq!(rx.to_string(), "R | X | PAGE_TYPE=PT_REG (0x205)");
        assert_eq!(SecInfoFlags::from_bits(0xffff_ffff_ffff_00c0).unknown(), 0xffff_ffff_ffff_00c0);
        assert_eq!(SecInfoFlags::PENDING.bits() | SecInfoFlags::MODIFIED.bits(), 0x18);
        assert_eq!(SecInfoFlags::PR.bits(), 0x20);
        // VECTOR 7:0, EXIT_TYPE 10:8, VALID 31.
        let breakpoint = ExitInfo::exception(3, teescope_core::sgx::structs::ExitType::SOFTWARE);
        assert_eq!(breakpoint.bits(), 0x8000_0603);
        assert_eq!((breakpoint.vector(), breakpoint.exit_type().value()), (3, 6));
    }

    fn every_byte_survives_a_round_trip() {
        for (layout, round_trip) in all() {
            let bytes = sample(layout);
            assert_eq!(round_trip(&bytes, 0), Ok(bytes), "{}", layout.name);
        }
    }

    fn every_reserved_byte_is_reported_where_it_lies() {
        for (layout, round_trip) in all() {
            let clean = sample(layout);
            assert_eq!(layout.reserved_violation(&clean), None, "{}", layout.name);
            for row in fields_of(layout, &clean).iter().filter(|row| row.reserved) {
                for offset in row.offset..row.offset + row.size {
                    let mut bytes = clean.clone();
                    bytes[offset] = 0x80;
                    let found = layout.reserved_violation(&bytes).expect("a violation");
                    assert_eq!((found.offset, &*found.field), (offset, &*row.name));
                    let error = round_trip(&bytes, 0x1000).expect_err("refused");
                    assert_eq!(error.at, 0x1000 + offset as u64);
                    assert_eq!(error.field, format!("{}.{}", layout.name, row.name));
                    assert_eq!(error.why, Why::Reserved { found: 0x80 });
                }
            }
        }
    }

    fn every_other_length_is_refused() {
        for (layout, round_trip) in all() {
            let mut bytes = sample(layout);
            for len in 0..layout.size {
                let error = round_trip(&bytes[..len], 7).expect_err("too short");
                assert!(matches!(error.why, Why::Short { .. }), "{error}");
                assert!((error.at - 7) as usize <= len, "{error}");
            }
            bytes.push(0);
            let error = round_trip(&bytes, 7).expect_err("too long");
            assert_eq!((error.at - 7) as usize, layout.size);
            assert_eq!(error.why, Why::Trailing { extra: 1 });
        }
    }

    fn rows_for_people_cover_every_byte_once() {
        for (layout, _) in all() {
            for bytes in [sample(layout), vec![0; layout.size], vec![0xff; layout.size], vec![]] {
                let mut end = 0;
                for row in fields_of(layout, &bytes) {
                    assert_eq!(row.offset, end, "{}: {}", layout.name, row.name);
                    assert!(!row.text.is_empty() && row.meaning.ends_with('.'), "{row:?}");
                    end += row.size;
                }
                assert_eq!(end, layout.size);
            }
        }
    }

    fn meanings_have_a_key_each_and_reserved_rows_share_one() {
        let mut said = BTreeMap::new();
        for (layout, _) in all() {
            for field in layout.fields {
                let other = said.insert(field.key, field.meaning);
                match field.kind {
                    Kind::Reserved => {
                        assert_eq!((field.key, field.meaning), ("layout.reserved", "Must be zero."));
                    }
                    _ => assert_eq!(other, None, "{}", field.key),
                }
            }
        }
        assert_eq!(said["SECS.SIZE"], Secs::LAYOUT.fields[0].meaning);
    }

    fn a_machine_without_an_extension_counts_its_fields_as_reserved() {
        let mut secs = Secs { size: 8192, ..Secs::default() };
        secs.cet_attributes = teescope_core::sgx::structs::CetAttributes::SH_STK_EN;
        let bytes = secs.encode();
        assert_eq!(Secs::reserved_violation(&bytes), None);
        let found = Secs::LAYOUT.reserved_violation_without(&bytes, &["KSS", "CET"]);
        let found = found.expect("a violation");
        assert_eq!((found.offset, &*found.field, found.found), (32, "CET_ATTRIBUTES", 1));
    }
}
