//! Offsets and sizes of the structures' fields against `sgx-isa`, which leaves them to `repr(C)`.

use std::mem::offset_of;

use sgx_isa as theirs;
use teescope_core::bytes::{Field, Layout};
use teescope_core::sgx::structs as ours;

/// The size of what a path leads to.
fn size<T, F>(_: impl Fn(&T) -> &F) -> usize {
    size_of::<F>()
}

/// The field of that name.
fn field(layout: &'static Layout, name: &str) -> &'static Field {
    let found = layout.fields.iter().find(|f| f.name == name);
    found.unwrap_or_else(|| panic!("{} has no {name}", layout.name))
}

/// Asserts that the fields named lie where the other crate has them, and are as long.
macro_rules! same {
    ($layout:expr, $theirs:ident { $($field:ident $name:literal),+ $(,)? }) => {{
        let layout: &'static Layout = $layout;
        $({
            let own = field(layout, $name);
            let at = offset_of!(theirs::$theirs, $field);
            assert_eq!(own.offset, at, "{}.{}", layout.name, $name);
            let len = size(|t: &theirs::$theirs| &t.$field);
            assert_eq!(own.size, len, "{}.{}", layout.name, $name);
        })+
    }};
}

/// Asserts that a structure is as long.
macro_rules! as_long {
    ($($own:ident $theirs:ident),+ $(,)?) => {
        $(assert_eq!(ours::$own::LAYOUT.size, theirs::$theirs::UNPADDED_SIZE, stringify!($own));)+
    };
}

#[test]
fn sizes() {
    as_long!(
        Secs Secs,
        Tcs Tcs,
        PageInfo Pageinfo,
        SecInfo Secinfo,
        Pcmd Pcmd,
        SigStruct Sigstruct,
        EinitToken Einittoken,
        Report Report,
        TargetInfo Targetinfo,
        KeyRequest Keyrequest,
        ReportMacStruct ReportMacStruct,
    );
}

/// The alignment of a structure is that of the address the processor asks for.
#[test]
fn alignments() {
    assert_eq!(ours::Secs::LAYOUT.align, align_of::<theirs::Secs>());
    assert_eq!(ours::Tcs::LAYOUT.align, align_of::<theirs::Tcs>());
    assert_eq!(ours::PageInfo::LAYOUT.align, align_of::<theirs::Pageinfo>());
    assert_eq!(ours::SecInfo::LAYOUT.align, align_of::<theirs::Secinfo>());
    assert_eq!(ours::Pcmd::LAYOUT.align, align_of::<theirs::Pcmd>());
    assert_eq!(
        ours::SigStruct::LAYOUT.align,
        align_of::<theirs::Sigstruct>()
    );
    assert_eq!(
        ours::EinitToken::LAYOUT.align,
        align_of::<theirs::Einittoken>()
    );
    assert_eq!(ours::Report::LAYOUT.align, align_of::<theirs::Report>());
    assert_eq!(
        ours::TargetInfo::LAYOUT.align,
        align_of::<theirs::Targetinfo>()
    );
    assert_eq!(
        ours::KeyRequest::LAYOUT.align,
        align_of::<theirs::Keyrequest>()
    );
}

#[test]
fn of_building() {
    same!(ours::Secs::LAYOUT, Secs {
        size "SIZE", baseaddr "BASEADDR", ssaframesize "SSAFRAMESIZE", miscselect "MISCSELECT",
        attributes "ATTRIBUTES", mrenclave "MRENCLAVE", mrsigner "MRSIGNER", isvprodid "ISVPRODID",
        isvsvn "ISVSVN",
    });
    same!(ours::Tcs::LAYOUT, Tcs {
        flags "FLAGS", ossa "OSSA", cssa "CSSA", nssa "NSSA", oentry "OENTRY", ofsbasgx "OFSBASGX",
        ogsbasgx "OGSBASGX", fslimit "FSLIMIT", gslimit "GSLIMIT",
    });
    same!(ours::PageInfo::LAYOUT, Pageinfo {
        linaddr "LINADDR", srcpge "SRCPGE", secinfo "SECINFO_or_PCMD", secs "SECS",
    });
    same!(ours::SecInfo::LAYOUT, Secinfo { flags "FLAGS" });
    same!(ours::Pcmd::LAYOUT, Pcmd { secinfo "SECINFO", enclaveid "ENCLAVEID", mac "MAC" });
}

#[test]
fn of_launching() {
    same!(ours::SigStruct::LAYOUT, Sigstruct {
        header "HEADER", vendor "VENDOR", date "DATE", header2 "HEADER2", swdefined "SWDEFINED",
        modulus "MODULUS", exponent "EXPONENT", signature "SIGNATURE", miscselect "MISCSELECT",
        miscmask "MISCMASK", cet_attributes "CET_ATTRIBUTES",
        cet_attributes_mask "CET_ATTRIBUTES_MASK", isvfamilyid "ISVFAMILYID",
        attributes "ATTRIBUTES", attributemask "ATTRIBUTEMASK", enclavehash "ENCLAVEHASH",
        isvextprodid "ISVEXTPRODID", isvprodid "ISVPRODID", isvsvn "ISVSVN", q1 "Q1", q2 "Q2",
    });
    same!(ours::EinitToken::LAYOUT, Einittoken {
        valid "VALID", attributes "ATTRIBUTES", mrenclave "MRENCLAVE", mrsigner "MRSIGNER",
        cpusvnle "CPUSVNLE", isvprodidle "ISVPRODIDLE", isvsvnle "ISVSVNLE",
        maskedmiscselectle "MASKEDMISCSELECTLE", maskedattributesle "MASKEDATTRIBUTESLE",
        keyid "KEYID", mac "MAC",
    });
}

#[test]
fn of_attesting() {
    // The body of a report is a structure of its own here, and opens the report.
    same!(ours::ReportBody::LAYOUT, Report {
        cpusvn "CPUSVN", miscselect "MISCSELECT", cet_attributes "CET_ATTRIBUTES",
        isvextnprodid "ISVEXTPRODID", attributes "ATTRIBUTES", mrenclave "MRENCLAVE",
        mrsigner "MRSIGNER", configid "CONFIGID", isvprodid "ISVPRODID", isvsvn "ISVSVN",
        configsvn "CONFIGSVN", isvfamilyid "ISVFAMILYID", reportdata "REPORTDATA",
    });
    same!(ours::Report::LAYOUT, Report { keyid "KEYID", mac "MAC" });
    same!(ours::TargetInfo::LAYOUT, Targetinfo {
        measurement "MEASUREMENT", attributes "ATTRIBUTES", miscselect "MISCSELECT",
    });
    same!(ours::KeyRequest::LAYOUT, Keyrequest {
        keyname "KEYNAME", keypolicy "KEYPOLICY", isvsvn "ISVSVN", cpusvn "CPUSVN",
        attributemask "ATTRIBUTEMASK", keyid "KEYID", miscmask "MISCMASK",
    });
}
