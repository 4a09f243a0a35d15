//! EGETKEY: a key that this enclave, or its signer's enclaves, get on this processor and nobody else.

use super::operand::{self, Operand};
use crate::rules;
use crate::sgx::encls::GP;
use crate::sgx::keys;
use crate::sgx::machine::{Machine, SecsState};
use crate::sgx::processor::rflags;
use crate::sgx::status;
use crate::sgx::structs::{AttributesFlags, KeyName, KeyRequest, SecInfoFlags};
use crate::trace::{Recorder, Rule, Status, Stop};

const ALL: &str = "Intel SDM vol. 3D, EGETKEY, Operation";

rules! {
    INSIDE = "EGETKEY.inside": "The processor is in an enclave", ALL;
    REQUEST_ALIGNED = "EGETKEY.keyrequest-aligned": "RBX, the address of KEYREQUEST, is a multiple of 512", ALL;
    REQUEST_IN_ELRANGE = "EGETKEY.keyrequest-in-elrange": "KEYREQUEST lies in the enclave's range", ALL;
    REQUEST_IN_EPC = "EGETKEY.keyrequest-in-epc": "RBX resolves into the EPC", ALL;
    REQUEST_VALID = "EGETKEY.keyrequest-valid": "The page at RBX is valid", ALL;
    REQUEST_NOT_BLOCKED = "EGETKEY.keyrequest-not-blocked": "The page at RBX is not blocked", ALL;
    REQUEST_PAGE = "EGETKEY.keyrequest-page": "The page at RBX is this enclave's, regular, where it belongs, neither pending nor modified, and readable", ALL;
    OUTPUT_ALIGNED = "EGETKEY.output-aligned": "RCX, where the key goes, is a multiple of 16", ALL;
    OUTPUT_IN_ELRANGE = "EGETKEY.output-in-elrange": "The key goes into the enclave's range", ALL;
    OUTPUT_IN_EPC = "EGETKEY.output-in-epc": "RCX resolves into the EPC", ALL;
    OUTPUT_VALID = "EGETKEY.output-valid": "The page at RCX is valid", ALL;
    OUTPUT_NOT_BLOCKED = "EGETKEY.output-not-blocked": "The page at RCX is not blocked", ALL;
    OUTPUT_PAGE = "EGETKEY.output-page": "The page at RCX is this enclave's, regular, where it belongs, neither pending nor modified, and writable", ALL;
    RESERVED_ZERO = "EGETKEY.keyrequest-reserved-zero": "The reserved fields of KEYREQUEST and the reserved bits of KEYPOLICY are zero", ALL;
    NEEDS_KSS = "EGETKEY.kss-fields": "Without the attribute KSS, KEYPOLICY asks for none of its bits, and CONFIGSVN is zero", ALL;
    NAME_KNOWN = "EGETKEY.keyname-known": "KEYNAME names a key", ALL;
    MAY_LAUNCH = "EGETKEY.einittoken-key-allowed": "The launch token key is for enclaves with the attribute EINITTOKEN_KEY", ALL;
    MAY_PROVISION = "EGETKEY.provision-key-allowed": "The provisioning keys are for enclaves with the attribute PROVISIONKEY", ALL;
    CPUSVN = "EGETKEY.cpusvn": "KEYREQUEST.CPUSVN is not beyond this processor's in any component", "Intel SDM vol. 3D, EGETKEY, Operation (model: how CPUSVN is ordered is not published; component by component here)";
    ISVSVN = "EGETKEY.isvsvn": "KEYREQUEST.ISVSVN is not beyond the enclave's", ALL;
    CONFIGSVN = "EGETKEY.configsvn": "KEYREQUEST.CONFIGSVN is not beyond the enclave's", ALL;
}

static REQUEST: [&Rule; 6] = [
    &REQUEST_ALIGNED,
    &REQUEST_IN_ELRANGE,
    &REQUEST_IN_EPC,
    &REQUEST_VALID,
    &REQUEST_NOT_BLOCKED,
    &REQUEST_PAGE,
];
static OUTPUT: [&Rule; 6] = [
    &OUTPUT_ALIGNED,
    &OUTPUT_IN_ELRANGE,
    &OUTPUT_IN_EPC,
    &OUTPUT_VALID,
    &OUTPUT_NOT_BLOCKED,
    &OUTPUT_PAGE,
];

/// KEYPOLICY bits that came with KSS.
const OF_KSS: u16 = 0x3c;

/// Carries out EGETKEY with RBX = KEYREQUEST and RCX = where the key goes. RAX and ZF say how it went.
pub(super) fn egetkey<R: Recorder>(m: &mut Machine, cpu: u8, recorder: &mut R) -> Result<(), Stop> {
    let own = m.cpu(cpu);
    recorder.require(&INSIDE, own.inside.is_some(), GP)?;
    let inside = own.inside.clone().ok_or(GP)?;
    let request = Operand {
        at: own.regs.rbx,
        size: 512,
        align: 512,
        right: SecInfoFlags::R,
    };
    let output = Operand {
        at: own.regs.rcx,
        size: 16,
        align: 16,
        right: SecInfoFlags::W,
    };
    let request_page = operand::find(m, (&own, &inside), request, &REQUEST, recorder)?;
    let page = operand::find(m, (&own, &inside), output, &OUTPUT, recorder)?;
    let bytes: [u8; 512] = m.operand(request_page, request);
    let request = KeyRequest::from_bytes(&bytes);
    let state = m.secs.get(&inside.secs).ok_or(GP)?;
    let result = allowed(&request, &bytes, state, &m.platform.cpusvn, recorder);
    let status = match result {
        Ok(()) => 0,
        Err(Stop::Refused(status)) => status.code,
        Err(fault) => return Err(fault),
    };
    let mut after = own;
    after.regs.rax = status;
    after.regs.rflags &= !rflags::STATUS;
    if status != 0 {
        after.regs.rflags |= rflags::ZF;
        m.set_cpu(cpu, after, recorder);
        return result;
    }
    let key = keys::requested_key(&request, &state.fields, &state.ids, &m.platform.cpusvn);
    recorder.tell(|| key.event());
    m.epc_write(page, output.offset(), &key.key, recorder);
    m.set_cpu(cpu, after, recorder);
    Ok(())
}

/// Whether the enclave may have the key it asks for.
fn allowed<R: Recorder>(
    request: &KeyRequest,
    bytes: &[u8; 512],
    state: &SecsState,
    cpusvn: &[u8; 16],
    recorder: &mut R,
) -> Result<(), Stop> {
    let (secs, flags) = (&state.fields, state.fields.attributes.flags);
    let policy = request.keypolicy.bits();
    let zero = KeyRequest::reserved_violation(bytes).is_none() && policy & !0x3f == 0;
    recorder.require(&RESERVED_ZERO, zero, GP)?;
    let plain = policy & OF_KSS == 0 && request.configsvn == 0;
    let kss = flags.contains(AttributesFlags::KSS);
    recorder.require(&NEEDS_KSS, kss || plain, GP)?;
    let name = request.keyname;
    let known = name.value() <= KeyName::SEAL.value();
    recorder.require(&NAME_KNOWN, known, status::INVALID_KEYNAME)?;
    const NO: Status = status::INVALID_ATTRIBUTE;
    match name {
        // A report key is always that of the enclave as it is, on this processor as it is.
        KeyName::REPORT => return Ok(()),
        KeyName::EINITTOKEN => {
            let may = flags.contains(AttributesFlags::EINITTOKEN_KEY);
            recorder.require(&MAY_LAUNCH, may, NO)?;
        }
        KeyName::PROVISION | KeyName::PROVISION_SEAL => {
            let may = flags.contains(AttributesFlags::PROVISIONKEY);
            recorder.require(&MAY_PROVISION, may, NO)?;
        }
        _ => {}
    }
    let beyond = request.cpusvn.iter().zip(cpusvn).any(|(r, own)| r > own);
    recorder.require(&CPUSVN, !beyond, status::INVALID_CPUSVN)?;
    let svn = request.isvsvn <= secs.isvsvn;
    recorder.require(&ISVSVN, svn, status::INVALID_ISVSVN)?;
    let config = request.configsvn <= secs.configsvn;
    recorder.require(&CONFIGSVN, config, status::INVALID_ISVSVN)
}
