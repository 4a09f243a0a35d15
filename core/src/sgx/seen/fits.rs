//! Structures of one size: what must hold of their fields for bytes of that size to be one.

use super::super::structs::{
    Attributes, AttributesFlags, EinitToken, GprSgx, KeyName, KeyRequest, PageInfo, PageType, Pcmd,
    Report, ReportBody, ReportMacStruct, SecInfo, Secs, TargetInfo, Tcs, Xfrm,
};
use super::{Kind, tells};
use crate::bytes::Structure;
use crate::memory::PAGE;
use crate::text;
use crate::text::Text;

/// Linear addresses of programs end here with four-level paging; above them lies the operating system.
const USER_END: u64 = 1 << 47;

/// The structure, if the bytes have its size, or up to its alignment zeros besides, and its reserved bytes are zero.
fn sized<T: Structure>(bytes: &[u8]) -> Option<T> {
    let (own, rest) = bytes.split_at_checked(T::SIZE)?;
    let padded = bytes.len() == T::SIZE.next_multiple_of(T::LAYOUT.align);
    let fits = rest.is_empty() || padded && rest.iter().all(|b| *b == 0);
    if !fits {
        return None;
    }
    T::parse(own, 0).ok()
}

/// Whether an enclave may have these attributes.
pub(super) fn may_have(attributes: Attributes) -> bool {
    let always = Xfrm::X87.with(Xfrm::SSE);
    attributes.xfrm.contains(always)
        && attributes.xfrm.unknown() == 0
        && attributes.flags.unknown() == 0
}

/// Whether a report may say this of an enclave: EREPORT runs in initialised ones only.
pub(super) fn may_report(body: &ReportBody) -> bool {
    may_have(body.attributes)
        && body.attributes.flags.contains(AttributesFlags::INIT)
        && body.miscselect.unknown() == 0
        && body.cet_attributes.unknown() == 0
}

/// Whether EGETKEY could be asked for this: a key that exists, under a policy that exists.
pub(super) fn may_ask(request: &KeyRequest) -> bool {
    request.keyname <= KeyName::SEAL
        && request.keypolicy.unknown() == 0
        && request.cet_attributes_mask.unknown() == 0
}

/// Whether a page may be of this type with these permissions.
fn may_be_page(info: &SecInfo) -> bool {
    let flags = info.flags;
    flags.unknown() == 0 && flags.page_type() <= PageType::SS_REST && flags.bits() != 0
}

macro_rules! kind {
    ($name:ident, $what:literal, $file:literal, $fits:expr, $tell:expr) => {
        pub(super) const $name: Kind = Kind {
            what: |_| Text::from($what),
            file: $file,
            fits: $fits,
            tell: $tell,
        };
    };
}

kind!(REPORT, "REPORT", "report.bin", report, tells::report);
kind!(
    REPORT_BODY,
    "REPORT body",
    "report-body.bin",
    report_body,
    tells::report_body
);
kind!(
    TARGETINFO,
    "TARGETINFO",
    "targetinfo.bin",
    targetinfo,
    tells::targetinfo
);
kind!(
    KEYREQUEST,
    "KEYREQUEST",
    "keyrequest.bin",
    keyrequest,
    tells::keyrequest
);
kind!(SECS, "SECS", "secs.bin", secs, tells::secs);
kind!(TCS, "TCS", "tcs.bin", tcs, tells::tcs);
kind!(
    TOKEN_FILE,
    "EINITTOKEN",
    "token.bin",
    token_file,
    |bytes, seen| {
        super::structure(EinitToken::LAYOUT, bytes, seen);
    }
);
kind!(
    REPORTMACSTRUCT,
    "REPORTMACSTRUCT",
    "reportmacstruct.bin",
    reportmacstruct,
    |bytes, seen| { super::structure(ReportMacStruct::LAYOUT, bytes, seen) }
);
kind!(GPRSGX, "GPRSGX", "gprsgx.bin", gprsgx, tells::gprsgx);
kind!(PCMD, "PCMD", "pcmd.bin", pcmd, |bytes, seen| {
    super::structure(Pcmd::LAYOUT, bytes, seen)
});
kind!(SECINFO, "SECINFO", "secinfo.bin", secinfo, |bytes, seen| {
    super::structure(SecInfo::LAYOUT, bytes, seen);
});
kind!(
    PAGEINFO,
    "PAGEINFO",
    "pageinfo.bin",
    pageinfo,
    |bytes, seen| {
        super::structure(PageInfo::LAYOUT, bytes, seen);
    }
);

fn report(bytes: &[u8]) -> Option<Text> {
    let found: Report = sized(bytes)?;
    may_report(&found.body).then(|| {
        text!(
            "artefact.is-report",
            "it has the 432 bytes of a REPORT, zeros in its four reserved fields, and attributes that an initialised enclave can have"
        )
    })
}

fn report_body(bytes: &[u8]) -> Option<Text> {
    let found: ReportBody = sized(bytes)?;
    may_report(&found).then(|| {
        text!(
            "artefact.is-report-body",
            "it has the 384 bytes of what a REPORT’s MAC covers, zeros in its reserved fields, and attributes that an initialised enclave can have"
        )
    })
}

fn targetinfo(bytes: &[u8]) -> Option<Text> {
    let found: TargetInfo = sized(bytes)?;
    let fits = may_have(found.attributes) && found.miscselect.unknown() == 0;
    fits.then(|| {
        text!(
            "artefact.is-targetinfo",
            "it has the 512 bytes of a TARGETINFO, zeros in its reserved fields, and at offset 32 attributes that an enclave can have"
        )
    })
}

fn keyrequest(bytes: &[u8]) -> Option<Text> {
    let found: KeyRequest = sized(bytes)?;
    may_ask(&found).then(|| {
        text!(
            "artefact.is-keyrequest",
            "it has the 512 bytes of a KEYREQUEST, zeros in its reserved fields, and a KEYNAME and a KEYPOLICY that exist"
        )
    })
}

fn secs(bytes: &[u8]) -> Option<Text> {
    let found: Secs = sized(bytes)?;
    let fits = found.size.is_power_of_two()
        && found.size >= 2 * PAGE as u64
        && found.baseaddr.is_multiple_of(found.size)
        && found.ssaframesize > 0
        && may_have(found.attributes);
    fits.then(|| {
        text!(
            "artefact.is-secs",
            "it has the 4,096 bytes of a SECS, zeros in its reserved fields, a SIZE that is a power of two, a BASEADDR aligned to it, and attributes that an enclave can have"
        )
    })
}

fn tcs(bytes: &[u8]) -> Option<Text> {
    let found: Tcs = sized(bytes)?;
    let page = PAGE as u64;
    let fits = found.flags.unknown() == 0
        && found.nssa > 0
        && found.cssa <= found.nssa
        && found.ossa.is_multiple_of(page)
        && found.ofsbasgx.is_multiple_of(page)
        && found.ogsbasgx.is_multiple_of(page);
    fits.then(|| {
        text!(
            "artefact.is-tcs",
            "it has the 4,096 bytes of a TCS, zeros in its reserved field, at least one save area frame, and offsets aligned to pages where they must be"
        )
    })
}

/// A launch token as the SDK keeps it: an EINITTOKEN in a larger buffer.
fn token_file(bytes: &[u8]) -> Option<Text> {
    if !matches!(bytes.len(), 512 | 1024) {
        return None;
    }
    let token = EinitToken::decode(bytes.get(..EinitToken::SIZE)?, 0).ok()?;
    let fits = token.valid == 1 && may_have(token.attributes);
    fits.then(|| {
        text!(
            "artefact.is-token-file",
            "its first 304 bytes are an EINITTOKEN with VALID set and zeros where it has reserved fields; the Intel SDK keeps launch tokens in a buffer of 1,024 bytes"
        )
    })
}

fn reportmacstruct(bytes: &[u8]) -> Option<Text> {
    let found: ReportMacStruct = sized(bytes)?;
    let kind = found.reporttype & 0xff;
    (kind == 0x81 || kind == 0).then(|| {
        text!(
            "artefact.is-reportmacstruct",
            "it has the 256 bytes of a REPORTMACSTRUCT, zeros in its reserved fields, and a REPORTTYPE that exists"
        )
    })
}

/// Whether these registers may be those of an interrupted program.
pub(super) fn may_run(regs: &GprSgx) -> bool {
    // Bit 1 is always set, bits 3, 5, 15 and all above 21 never.
    let rflags = regs.rflags & 2 != 0 && regs.rflags & !0x3f_7fd5 == 2;
    let inside = |at: u64| at != 0 && at < USER_END;
    rflags && inside(regs.rip) && inside(regs.rsp) && regs.exitinfo.unknown() == 0
}

fn gprsgx(bytes: &[u8]) -> Option<Text> {
    let found: GprSgx = sized(bytes)?;
    may_run(&found).then(|| {
        text!(
            "artefact.is-gprsgx",
            "it has the 184 bytes of GPRSGX, and its RFLAGS, RIP, RSP and EXITINFO can be those of an interrupted enclave"
        )
    })
}

fn pcmd(bytes: &[u8]) -> Option<Text> {
    let found: Pcmd = sized(bytes)?;
    may_be_page(&found.secinfo).then(|| {
        text!(
            "artefact.is-pcmd",
            "it has the 128 bytes of a PCMD, zeros in its reserved fields, and opens with a SECINFO that can be one"
        )
    })
}

fn secinfo(bytes: &[u8]) -> Option<Text> {
    let found: SecInfo = sized(bytes)?;
    may_be_page(&found).then(|| {
        text!(
            "artefact.is-secinfo",
            "it has the 64 bytes of a SECINFO: a page type and permissions that exist, and then only zeros"
        )
    })
}

fn pageinfo(bytes: &[u8]) -> Option<Text> {
    let found: PageInfo = sized(bytes)?;
    let page = |at: u64| at != 0 && at.is_multiple_of(PAGE as u64);
    let fits = page(found.srcpge)
        && found.linaddr.is_multiple_of(PAGE as u64)
        && found.secinfo_or_pcmd.is_multiple_of(64)
        && found.secinfo_or_pcmd != 0
        && found.secs.is_multiple_of(PAGE as u64);
    fits.then(|| {
        text!(
            "artefact.is-pageinfo",
            "it has the 32 bytes of a PAGEINFO, and its four addresses are aligned as PAGEINFO’s must be"
        )
    })
}
