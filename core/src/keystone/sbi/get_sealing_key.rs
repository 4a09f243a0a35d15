//! get_sealing_key: a key that only this enclave on this monitor gets back.

use super::super::faults::Faults;
use super::super::machine::Machine;
use super::super::os::{load_fault, store_fault};
use super::super::sealing::sealing_key;
use super::super::status;
use super::super::structs::SealingKey;
use super::After;
use crate::memory::Physical;
use crate::rules;
use crate::trace::{Recorder, Stop};
use crate::view::Access;

const SEAL: &str = "keystone sm/src/enclave.c, get_sealing_key";
const MEANT: &str = "as for attest_enclave; upstream does not check it";

rules! {
    IDENTIFIER_THERE = "SEAL.identifier-there": "There is memory at the identifier, at most 4,096 bytes of it", "model: upstream reads it as machine mode does and copies it to its stack";
    KEY_THERE = "SEAL.key-there": "There is memory where the key is to go", SEAL;
    IDENTIFIER_READABLE = "SEAL.identifier-readable": "The enclave may read the identifier it names", MEANT;
    KEY_WRITABLE = "SEAL.key-writable": "The enclave may write where the key is to go", MEANT;
}

/// The longest identifier that is tried.
const LONGEST: u64 = 4096;

/// Carries out get_sealing_key with the key's address, the identifier's and its length.
pub(super) fn get_sealing_key<R: Recorder>(
    m: &mut Machine,
    (hart, eid): (u8, u8),
    [to, identifier, len]: [u64; 3],
    recorder: &mut R,
) -> Result<After, Stop> {
    let size = SealingKey::SIZE as u64;
    if m.platform.has(Faults::SEALING_POINTER) {
        // Machine mode passes the PMP: nothing here asks whether the enclave could have done it itself.
        let there = len <= LONGEST && m.platform.is_memory(identifier, len);
        recorder.require(&IDENTIFIER_THERE, there, load_fault(identifier))?;
        let there = m.platform.is_memory(to, size);
        recorder.require(&KEY_THERE, there, store_fault(to))?;
    } else {
        let readable = len <= LONGEST && m.judge(hart, Access::Read, identifier, len).is_ok();
        recorder.require(&IDENTIFIER_READABLE, readable, status::NOT_ACCESSIBLE)?;
        let writable = m.judge(hart, Access::Write, to, size).is_ok();
        recorder.require(&KEY_WRITABLE, writable, status::ILLEGAL_ARGUMENT)?;
    }
    let identifier = m.ram.bytes(Physical(identifier), len as usize);
    let hash = m.enclave(eid).map_or([0; 64], |e| e.hash);
    let Some(identity) = m.monitor.identity.clone() else {
        return Err(status::UNKNOWN_ERROR.into());
    };
    let key = sealing_key(&identity.sm, &hash, &identifier, recorder);
    m.put(to, &key.encode(), recorder);
    Ok(After::Returned(0))
}
