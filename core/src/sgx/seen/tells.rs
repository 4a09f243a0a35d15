//! What is told of the structures of one size besides their fields.

use alloc::string::ToString;

use super::super::signers;
use super::super::structs::{
    GprSgx, KeyName, KeyPolicy, KeyRequest, Report, ReportBody, Secs, TargetInfo, Tcs,
};
use super::fields;
use crate::bytes::{Inspection, Wire, hex};
use crate::text;
use crate::text::Text;

pub(super) fn report(bytes: &[u8], seen: &mut Inspection) {
    super::structure(Report::LAYOUT, bytes, seen);
    fields::identity(&Report::read(bytes).body, seen);
    seen.notes.push(text!(
        "artefact.report-mac",
        "The MAC can be checked on the machine that made it and by the target enclave only, with the report key that EGETKEY gives it; nobody else can, this page included."
    ));
}

pub(super) fn report_body(bytes: &[u8], seen: &mut Inspection) {
    super::structure(ReportBody::LAYOUT, bytes, seen);
    fields::identity(&ReportBody::read(bytes), seen);
    seen.notes.push(text!(
        "artefact.body-alone",
        "A report body alone proves nothing: it is believed for the MAC of a REPORT or for the signature of a quote around it."
    ));
}

pub(super) fn targetinfo(bytes: &[u8], seen: &mut Inspection) {
    super::structure(TargetInfo::LAYOUT, bytes, seen);
    let target = TargetInfo::read(bytes);
    seen.follows
        .push(("MRENCLAVE", hex::encode(&target.measurement)));
    if let Some(known) = signers::enclave_says(&target.measurement) {
        seen.notes.push(known);
    }
    fields::mode(target.attributes, seen);
}

pub(super) fn keyrequest(bytes: &[u8], seen: &mut Inspection) {
    super::structure(KeyRequest::LAYOUT, bytes, seen);
    policy(&KeyRequest::read(bytes), seen);
}

/// Who gets the key that is asked for.
pub(super) fn policy(request: &KeyRequest, seen: &mut Inspection) {
    if request.keyname != KeyName::SEAL {
        return;
    }
    let has = |flag| request.keypolicy.contains(flag);
    seen.notes.push(match (has(KeyPolicy::MRENCLAVE), has(KeyPolicy::MRSIGNER)) {
        (true, _) => text!(
            "artefact.seal-mrenclave",
            "Sealed to MRENCLAVE: only this very enclave gets the key again; an update of it does not."
        ),
        (false, true) => text!(
            "artefact.seal-mrsigner",
            "Sealed to MRSIGNER: every enclave of the same signer and ISVPRODID whose ISVSVN is at least as high gets the key, so an update can read what was sealed."
        ),
        (false, false) => text!(
            "artefact.seal-nobody",
            "Sealed neither to MRENCLAVE nor to MRSIGNER: every enclave on this machine with the same masked attributes and ISVPRODID gets the key."
        ),
    });
}

pub(super) fn secs(bytes: &[u8], seen: &mut Inspection) {
    super::structure(Secs::LAYOUT, bytes, seen);
    let secs = Secs::read(bytes);
    let end = secs.baseaddr.wrapping_add(secs.size);
    seen.follows.push(("SIZE", hex::size(secs.size)));
    seen.follows.push(("end of ELRANGE", hex::addr(end)));
    seen.notes.push(match secs.mrenclave {
        [0, ..] if secs.mrenclave == [0; 32] => text!(
            "artefact.secs-new",
            "MRENCLAVE is zero: it is what a driver fills in for ECREATE. From then on no software can read it."
        ),
        _ => text!(
            "artefact.secs-late",
            "MRENCLAVE is not zero, but software can read a SECS only before ECREATE, which clears it: this comes from a simulator, or from one who reads the processor’s memory."
        ),
    });
    fields::mode(secs.attributes, seen);
}

pub(super) fn tcs(bytes: &[u8], seen: &mut Inspection) {
    super::structure(Tcs::LAYOUT, bytes, seen);
    let tcs = Tcs::read(bytes);
    seen.follows.push(("frames", tcs.nssa.to_string()));
    let cleared = tcs.state != 0
        || tcs.cssa != 0
        || tcs.aep != 0
        || tcs.flags != super::super::structs::TcsFlags::NONE;
    seen.notes.push(match cleared {
        false => text!(
            "artefact.tcs-fresh",
            "STATE, CSSA, AEP and FLAGS are zero, as EADD leaves them: the thread has not entered yet, or this is the page in the enclave’s file."
        ),
        true => text!(
            "artefact.tcs-used",
            "STATE, CSSA, AEP or FLAGS is not zero. EADD clears STATE, CSSA, AEP and DBGOPTIN before it measures, so they do not change MRENCLAVE."
        ),
    });
}

pub(super) fn gprsgx(bytes: &[u8], seen: &mut Inspection) {
    super::structure(GprSgx::LAYOUT, bytes, seen);
    exit(&GprSgx::read(bytes), seen);
}

/// Why the enclave was left.
pub(super) fn exit(regs: &GprSgx, seen: &mut Inspection) {
    use super::super::structs::ExitInfo;
    seen.follows.push(("RIP", hex::addr(regs.rip)));
    let info = regs.exitinfo;
    seen.notes.push(match info.contains(ExitInfo::VALID) {
        true => text!(
            "artefact.exit-reported",
            "EXITINFO tells of exception {vector}: {kind}.",
            vector = u64::from(info.vector()),
            kind = Text::from(info.to_string())
        ),
        false => text!(
            "artefact.exit-silent",
            "EXITINFO is not valid: an interrupt, or a fault that the enclave is not told of, led out."
        ),
    });
}
