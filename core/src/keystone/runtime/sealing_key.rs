//! GET_SEALING_KEY: the runtime fetches a key from the monitor into its own buffer, hands it to the
//! application and wipes the buffer.

use super::super::machine::Machine;
use super::super::sbi;
use super::super::structs::SealingKey;
use super::{MINUS_ONE, Own};
use crate::memory::Physical;
use crate::rules;
use crate::trace::{Recorder, Stop};

rules! {
    FITS = "GETSEALINGKEY.buffers-fit": "Key structure and identifier fit into the runtime’s copy buffers of 2,048 bytes", "keystone runtime/call/syscall.c, handle_syscall";
}

/// Bytes of a copy buffer.
const BUFFER: u64 = 2048;

/// Carries out the call: where the key goes, how much of it, the identifier, its length.
pub(super) fn get_sealing_key<R: Recorder>(
    m: &mut Machine,
    own: &Own,
    [to, len, identifier, identifier_len, _]: [u64; 5],
    recorder: &mut R,
) -> Result<(), Stop> {
    let fits = len <= BUFFER && identifier_len <= BUFFER;
    recorder.require(&FITS, fits, MINUS_ONE)?;
    let variables = m.variables(own);
    let bytes = m.copy_from(own, identifier, identifier_len)?;
    m.put(variables.copy_buffer_2, &bytes, recorder);
    let (key, name) = (variables.copy_buffer_1, variables.copy_buffer_2);
    m.ecall(
        own.hart,
        sbi::SEALING_KEY,
        [key, name, identifier_len],
        recorder,
    )?;
    let bytes = m.ram.bytes(Physical(key), len as usize);
    let given = m.copy_to(own, to, &bytes, recorder);
    m.put(key, &[0; SealingKey::SIZE], recorder);
    given
}
