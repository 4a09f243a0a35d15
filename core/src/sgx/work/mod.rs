//! What the code on a processor does that takes many accesses: it copies, and it checks a report.

mod op_text;
mod tells;

use alloc::vec::Vec;

use super::access::Who;
use super::machine::Machine;
use super::structs::Report;
use crate::crypto::cmac::cmac;
use crate::rules;
use crate::text;
use crate::trace::{Compared, Recorder, Status, Stop, Value};
use crate::view::Access;

pub(super) use op_text::{OPERATIONS, parse, print};
pub(super) use tells::{brief, name, says, tells};

rules! {
    MAC_AGREES = "REPORT.mac-agrees": "REPORT.MAC is the AES-CMAC of the report’s first 384 bytes under the target’s report key", "Intel SDM vol. 3D, EREPORT and EGETKEY; the comparison is the target's own code, as sgx_verify_report of Intel's SDK";
}

/// The most bytes that are copied at a time.
pub const MOST_COPIED: u16 = 4096;

/// What sgx_verify_report answers.
const MAC_MISMATCH: Status = Status {
    code: 0x3001,
    name: "SGX_ERROR_MAC_MISMATCH",
};

/// Work of the code on a logical processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Which processor.
    pub cpu: u8,
    /// What it does.
    pub task: Task,
}

/// What code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// It copies bytes.
    Copy {
        /// From this linear address.
        from: u64,
        /// To this one.
        to: u64,
        /// How many.
        len: u16,
    },
    /// It computes the MAC of a report and compares.
    Check {
        /// Where the REPORT lies.
        report: u64,
        /// Where the report key lies.
        key: u64,
    },
}

impl Machine {
    /// Carries out what the code on a processor does.
    pub(super) fn work<R: Recorder>(&mut self, op: &Work, recorder: &mut R) -> Result<(), Stop> {
        let who = Who::Code(op.cpu);
        match op.task {
            Task::Copy { from, to, len } => {
                let bytes = self.fetched(who, from, usize::from(len), recorder)?;
                let parts = self.judged(who, to, bytes.len(), Access::Write, recorder)?;
                self.put(&parts, &bytes, recorder)
            }
            Task::Check { report, key } => {
                let report: [u8; Report::SIZE] = self.fetched_exactly(who, report, recorder)?;
                let key: [u8; 16] = self.fetched_exactly(who, key, recorder)?;
                let computed = cmac(&key, &report[..Report::MACED]);
                let given = Report::from_bytes(&report).mac;
                let sides = || Compared {
                    wanted_is: text!("sgx.work.mac-computed", "the MAC computed by the target"),
                    wanted: Value::from(&computed[..]),
                    found_is: text!("sgx.work.mac-given", "the MAC in the report"),
                    found: Value::from(&given[..]),
                };
                recorder.compare(&MAC_AGREES, computed == given, sides, MAC_MISMATCH)
            }
        }
    }

    /// The bytes that code reads.
    fn fetched<R: Recorder>(
        &mut self,
        who: Who,
        at: u64,
        len: usize,
        recorder: &mut R,
    ) -> Result<Vec<u8>, Stop> {
        let parts = self.judged(who, at, len, Access::Read, recorder)?;
        Ok(self.get(&parts))
    }

    fn fetched_exactly<const N: usize, R: Recorder>(
        &mut self,
        who: Who,
        at: u64,
        recorder: &mut R,
    ) -> Result<[u8; N], Stop> {
        let bytes = self.fetched(who, at, N, recorder)?;
        let mut out = [0; N];
        out.iter_mut().zip(bytes).for_each(|(o, b)| *o = b);
        Ok(out)
    }
}
