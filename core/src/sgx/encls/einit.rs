//! EINIT: the enclave's author is checked, the measurement is closed, the enclave may run.

use alloc::rc::Rc;

use super::super::keys;
use super::super::machine::{EpcPage, Machine};
use super::super::signature;
use super::super::status;
use super::super::structs::{
    Attributes, AttributesFlags, EinitToken, Miscselect, PageType, SigStruct,
};
use super::{GP, Registers, aligned, resolve};
use crate::arch::x86;
use crate::memory::Linear;
use crate::rules;
use crate::text;
use crate::text::Text;
use crate::trace::{Compared, Event, Recorder, Status, Stop, Value};

const ALL: &str = "Intel SDM vol. 3D, EINIT, Operation";
const SIGNATURE: &str =
    "Intel SDM vol. 3D, EINIT, Operation (signature verification) and SIGSTRUCT";
const LAUNCH: &str = "Intel SDM vol. 3D, EINIT, Operation (launch control)";

rules! {
    SIGSTRUCT_ALIGNED = "EINIT.sigstruct-aligned": "RBX, the address of SIGSTRUCT, and RCX, the address of the SECS, are multiples of 4,096, and RDX, the address of EINITTOKEN, of 512", ALL;
    SECS_IN_EPC = "EINIT.secs-in-epc": "RCX resolves into the EPC", ALL;
    HEADER_RULE = "EINIT.header": "SIGSTRUCT.HEADER is the constant 06000000E10000000000010000000000", ALL;
    VENDOR_RULE = "EINIT.vendor": "SIGSTRUCT.VENDOR is 0 or 0x8086", ALL;
    HEADER2_RULE = "EINIT.header2": "SIGSTRUCT.HEADER2 is the constant 01010000600000006000000001000000", ALL;
    EXPONENT_RULE = "EINIT.exponent": "SIGSTRUCT.EXPONENT is 3", ALL;
    SIGSTRUCT_RESERVED = "EINIT.sigstruct-reserved-zero": "The reserved fields of SIGSTRUCT are zero", ALL;
    NO_EVENT = "EINIT.no-event-pending": "No unmasked event waits for the processor", ALL;
    SIGNATURE_VALID = "EINIT.signature-valid": "SIGNATURE cubed modulo MODULUS is the PKCS#1 v1.5 padding of the SHA-256 of bytes 0 to 127 and 900 to 1027", SIGNATURE;
    QUOTIENTS = "EINIT.q1-q2": "Q1 and Q2 are the quotients that let the processor cube without dividing: Q1 = floor(S²/M), Q2 = floor((S³ − Q1·S·M)/M)", SIGNATURE;
    SECS_NOT_IN_USE = "EINIT.secs-not-in-use": "No other logical processor is working on the SECS", ALL;
    SECS_VALID = "EINIT.secs-valid": "RCX is a valid page of type PT_SECS", ALL;
    NOT_INIT = "EINIT.not-initialised": "The enclave is not initialised yet", ALL;
    KSS_IDS = "EINIT.kss-ids": "Without the attribute KSS, ISVFAMILYID and ISVEXTPRODID are zero", "model choice between editions: code 1, as the manual prints; Intel's simulation returns a signature error";
    MEASUREMENT = "EINIT.enclavehash-equals-mrenclave": "The finished measurement equals SIGSTRUCT.ENCLAVEHASH", ALL;
    TOKEN_KEY_SIGNER = "EINIT.einittoken-key-signer": "An enclave that may derive the launch token key is signed by the launch authority in IA32_SGXLEPUBKEYHASH", LAUNCH;
    ATTRIBUTES_MATCH = "EINIT.attributes-match": "SECS.ATTRIBUTES and SIGSTRUCT.ATTRIBUTES agree in every bit of ATTRIBUTEMASK", ALL;
    MISCSELECT_MATCH = "EINIT.miscselect-match": "SECS.MISCSELECT and SIGSTRUCT.MISCSELECT agree in every bit of MISCMASK", ALL;
    SIGNER_IS_LAUNCH = "EINIT.mrsigner-is-launch-hash": "Without a token, MRSIGNER equals IA32_SGXLEPUBKEYHASH", LAUNCH;
    TOKEN_PRODUCTION = "EINIT.token-not-from-debug-le": "A production enclave's token does not come from a debug launch enclave", LAUNCH;
    TOKEN_RESERVED = "EINIT.token-reserved-zero": "The reserved fields of EINITTOKEN are zero", LAUNCH;
    TOKEN_CPUSVN = "EINIT.token-cpusvn": "EINITTOKEN.CPUSVNLE is not newer than this processor's CPUSVN in any component", LAUNCH;
    TOKEN_MAC = "EINIT.token-mac": "EINITTOKEN.MAC is the AES-CMAC of its first 192 bytes under the launch token key", "Intel SDM vol. 3D, EINIT; model: the derivation of the key is not published";
    TOKEN_MRENCLAVE = "EINIT.token-mrenclave": "EINITTOKEN.MRENCLAVE is the enclave's", LAUNCH;
    TOKEN_MRSIGNER = "EINIT.token-mrsigner": "EINITTOKEN.MRSIGNER is the enclave's", LAUNCH;
    TOKEN_ATTRIBUTES = "EINIT.token-attributes": "EINITTOKEN.ATTRIBUTES are the enclave's", "model: the manual names SGX_INVALID_EINIT_ATTRIBUTE and gives it no number; 2 is used here";
}

/// Carries out EINIT with RBX = SIGSTRUCT, RCX = the SECS, RDX = EINITTOKEN.
pub(in super::super) fn einit<R: Recorder>(
    m: &mut Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(), Stop> {
    let Registers { rbx, rcx, rdx } = registers;
    let all_aligned = aligned(rbx | rcx, 4096) && aligned(rdx, 512);
    recorder.require(&SIGSTRUCT_ALIGNED, all_aligned, GP)?;
    let page = resolve(m, recorder, &SECS_IN_EPC, rcx)?;
    let mut bytes = [0; SigStruct::SIZE];
    m.read_operand(Linear(rbx), &mut bytes)?;
    let mut token = [0; EinitToken::SIZE];
    m.read_operand(Linear(rdx), &mut token)?;
    let sig = SigStruct::from_bytes(&bytes);
    form(&sig, &bytes, recorder)?;
    recorder.require(&NO_EVENT, !m.pending_event, status::UNMASKED_EVENT)?;
    let padding = signed(&sig, &bytes, recorder)?;
    secs_ready(m, page, rcx, recorder)?;
    let Some(state) = m.secs.get(&page) else {
        return Err(x86::pf(rcx).into());
    };
    let finished = state.finished();
    let assumed = state.assumed.is_some();
    let mrsigner = sig.mrsigner();
    let own = state.fields.attributes;
    kss(&sig, own, recorder)?;
    same(
        recorder,
        &MEASUREMENT,
        &sig.enclavehash,
        &finished,
        measured_words(assumed),
        status::INVALID_MEASUREMENT,
    )?;
    let may_launch =
        !own.flags.contains(AttributesFlags::EINITTOKEN_KEY) || mrsigner == m.launch_hash;
    recorder.require(&TOKEN_KEY_SIGNER, may_launch, status::INVALID_ATTRIBUTE)?;
    masked(&sig, own, state.fields.miscselect, recorder)?;
    launch(m, &token, own, &finished, &mrsigner, recorder)?;
    commit(m, page, &sig, finished, padding, recorder);
    Ok(())
}

/// What EINIT checks of a SIGSTRUCT alone, whatever the enclave: its form, its signature, its quotients.
pub(in super::super) fn alone<R: Recorder>(
    sig: &SigStruct,
    bytes: &[u8; SigStruct::SIZE],
    recorder: &mut R,
) -> Result<(), Stop> {
    form(sig, bytes, recorder)?;
    signed(sig, bytes, recorder).map(|_| ())
}

/// The checks of the constant and reserved parts of SIGSTRUCT.
fn form<R: Recorder>(
    sig: &SigStruct,
    bytes: &[u8; SigStruct::SIZE],
    recorder: &mut R,
) -> Result<(), Stop> {
    const BAD: Status = status::INVALID_SIG_STRUCT;
    let constant = |text: Text| (text, text!("einit.in-sigstruct", "in SIGSTRUCT"));
    same(
        recorder,
        &HEADER_RULE,
        &SigStruct::HEADER,
        &sig.header,
        constant(text!("einit.constant", "the constant")),
        BAD,
    )?;
    recorder.require(&VENDOR_RULE, sig.vendor == 0 || sig.vendor == 0x8086, BAD)?;
    same(
        recorder,
        &HEADER2_RULE,
        &SigStruct::HEADER2,
        &sig.header2,
        constant(text!("einit.constant", "the constant")),
        BAD,
    )?;
    recorder.require(&EXPONENT_RULE, sig.exponent == 3, BAD)?;
    let zero = SigStruct::LAYOUT
        .reserved_violation_without(bytes, &["CET"])
        .is_none();
    recorder.require(&SIGSTRUCT_RESERVED, zero, BAD)
}

/// The check of the RSA signature and its quotients; gives the 352 padding bytes the SECS keeps.
fn signed<R: Recorder>(
    sig: &SigStruct,
    bytes: &[u8; SigStruct::SIZE],
    recorder: &mut R,
) -> Result<Rc<[u8]>, Stop> {
    let proof = signature::proof(sig, bytes);
    recorder.compare(
        &SIGNATURE_VALID,
        proof.signature,
        || Compared {
            wanted_is: text!("einit.digest-of-body", "SHA-256 of the signed bytes"),
            wanted: Value::from(&proof.digest[..]),
            found_is: text!("einit.digest-in-signature", "end of SIGNATURE³ mod MODULUS"),
            found: Value::from(&proof.recovered[..]),
        },
        status::INVALID_SIGNATURE,
    )?;
    recorder.require(&QUOTIENTS, proof.quotients, status::INVALID_SIGNATURE)?;
    Ok(signature::padding(&proof.digest))
}

/// The checks that RCX is a SECS nobody else works on, of an enclave not initialised.
fn secs_ready<R: Recorder>(
    m: &Machine,
    page: EpcPage,
    rcx: u64,
    recorder: &mut R,
) -> Result<(), Stop> {
    recorder.require(&SECS_NOT_IN_USE, !m.is_held(page), GP)?;
    let is_secs = m.epcm(page).is_some_and(|e| e.page_type == PageType::SECS);
    recorder.require(&SECS_VALID, is_secs, x86::pf(rcx))?;
    recorder.require(
        &NOT_INIT,
        !m.secs.get(&page).is_some_and(|s| s.is_init()),
        GP,
    )
}

fn kss<R: Recorder>(sig: &SigStruct, own: Attributes, recorder: &mut R) -> Result<(), Stop> {
    let zero = sig.isvfamilyid == [0; 16] && sig.isvextprodid == [0; 16];
    let held = zero || own.flags.contains(AttributesFlags::KSS);
    recorder.require(&KSS_IDS, held, status::INVALID_SIG_STRUCT)
}

/// The comparisons of ATTRIBUTES and MISCSELECT under SIGSTRUCT's masks.
fn masked<R: Recorder>(
    sig: &SigStruct,
    own: Attributes,
    misc: Miscselect,
    recorder: &mut R,
) -> Result<(), Stop> {
    let words = || {
        (
            text!("einit.signed-masked", "SIGSTRUCT, under its mask"),
            text!("einit.secs-masked", "SECS, under the same mask"),
        )
    };
    let bytes = |a: Attributes| {
        let mut out = [0; 16];
        out[..8].copy_from_slice(&a.flags.bits().to_le_bytes());
        out[8..].copy_from_slice(&a.xfrm.bits().to_le_bytes());
        out
    };
    let mask = sig.attributemask;
    let (wanted, found) = (bytes(sig.attributes.masked(mask)), bytes(own.masked(mask)));
    same(
        recorder,
        &ATTRIBUTES_MATCH,
        &wanted,
        &found,
        words(),
        status::INVALID_ATTRIBUTE,
    )?;
    let mask = sig.miscmask.bits();
    let wanted = (sig.miscselect.bits() & mask).to_le_bytes();
    let found = (misc.bits() & mask).to_le_bytes();
    same(
        recorder,
        &MISCSELECT_MATCH,
        &wanted,
        &found,
        words(),
        status::INVALID_ATTRIBUTE,
    )
}

/// Launch control: without a valid token the signer must be the one in the MSRs; else the token decides.
fn launch<R: Recorder>(
    m: &Machine,
    bytes: &[u8; EinitToken::SIZE],
    own: Attributes,
    mrenclave: &[u8; 32],
    mrsigner: &[u8; 32],
    recorder: &mut R,
) -> Result<(), Stop> {
    const BAD: Status = status::INVALID_EINITTOKEN;
    let token = EinitToken::from_bytes(bytes);
    if token.valid & 1 == 0 {
        let words = (
            text!("einit.msr", "IA32_SGXLEPUBKEYHASH"),
            "MRSIGNER".into(),
        );
        return same(
            recorder,
            &SIGNER_IS_LAUNCH,
            &m.launch_hash,
            mrsigner,
            words,
            BAD,
        );
    }
    let debug_le = token.maskedattributesle.is_debug() && !own.is_debug();
    recorder.require(&TOKEN_PRODUCTION, !debug_le, BAD)?;
    let zero = EinitToken::reserved_violation(bytes).is_none() && token.valid == 1;
    recorder.require(&TOKEN_RESERVED, zero, BAD)?;
    let newer = token
        .cpusvnle
        .iter()
        .zip(&m.platform.cpusvn)
        .any(|(t, own)| t > own);
    recorder.require(&TOKEN_CPUSVN, !newer, status::INVALID_CPUSVN)?;
    let mac = keys::token_mac(&token, bytes);
    let words = (
        text!("einit.mac-computed", "the MAC computed here"),
        text!("einit.mac-given", "the MAC in the token"),
    );
    same(recorder, &TOKEN_MAC, &mac, &token.mac, words, BAD)?;
    let words = |name: &'static str| (text!("einit.in-token", "in the token"), Text::from(name));
    let wrong = status::INVALID_MEASUREMENT;
    same(
        recorder,
        &TOKEN_MRENCLAVE,
        &token.mrenclave,
        mrenclave,
        words("MRENCLAVE"),
        wrong,
    )?;
    same(
        recorder,
        &TOKEN_MRSIGNER,
        &token.mrsigner,
        mrsigner,
        words("MRSIGNER"),
        wrong,
    )?;
    recorder.require(
        &TOKEN_ATTRIBUTES,
        token.attributes == own,
        status::INVALID_ATTRIBUTE,
    )
}

/// Requires two byte strings to be equal and shows both.
fn same<R: Recorder>(
    recorder: &mut R,
    rule: &'static crate::trace::Rule,
    wanted: &[u8],
    found: &[u8],
    (wanted_is, found_is): (Text, Text),
    otherwise: Status,
) -> Result<(), Stop> {
    let sides = || Compared {
        wanted_is,
        wanted: Value::from(wanted),
        found_is,
        found: Value::from(found),
    };
    recorder.compare(rule, wanted == found, sides, otherwise)
}

fn measured_words(assumed: bool) -> (Text, Text) {
    (
        text!("einit.signed", "signed (SIGSTRUCT.ENCLAVEHASH)"),
        match assumed {
            true => text!("einit.assumed", "assumed (MRENCLAVE)"),
            false => text!("einit.measured", "measured (MRENCLAVE)"),
        },
    )
}

/// Closes the measurement and writes the identity into the SECS.
fn commit<R: Recorder>(
    m: &mut Machine,
    page: EpcPage,
    sig: &SigStruct,
    mrenclave: [u8; 32],
    padding: Rc<[u8]>,
    recorder: &mut R,
) {
    let place = |offset, len| m.epc_place(page, offset, len);
    let (at_mrenclave, at_mrsigner) = (place(64, 32), place(128, 32));
    let (at_prodid, at_svn, at_flags) = (place(256, 2), place(258, 2), place(48, 8));
    let Some(state) = m.secs.get_mut(&page) else {
        return;
    };
    let running = state.measurement.midstate_be();
    let before = state.fields.clone();
    let fields = &mut state.fields;
    fields.mrenclave = mrenclave;
    fields.mrsigner = sig.mrsigner();
    fields.isvprodid = sig.isvprodid;
    fields.isvsvn = sig.isvsvn;
    fields.attributes.flags = before.attributes.flags.with(AttributesFlags::INIT);
    state.padding = padding;
    state.ids = [sig.isvfamilyid, sig.isvextprodid];
    let fields = &state.fields;
    recorder.write(at_mrenclave, || {
        (Value::from(&running[..]), Value::from(&mrenclave[..]))
    });
    recorder.write(at_mrsigner, || {
        (
            Value::from(&before.mrsigner[..]),
            Value::from(&fields.mrsigner[..]),
        )
    });
    recorder.write(at_prodid, || (0.into(), u64::from(fields.isvprodid).into()));
    recorder.write(at_svn, || (0.into(), u64::from(fields.isvsvn).into()));
    recorder.write(at_flags, || {
        (
            before.attributes.flags.bits().into(),
            fields.attributes.flags.bits().into(),
        )
    });
    recorder.tell(|| Event::Transition {
        what: "enclave",
        from: "created",
        to: "initialised",
    });
}
