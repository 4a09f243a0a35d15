//! What became of operations, as JSON in the form of `steps` in files of known answers.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value as Json};

use super::{CaseDone, Done, Measured};
use crate::bytes::hex;
use crate::crypto::sha256::sha256;
use crate::sgx::processor::{Processor, registers};
use crate::trace::{Outcome, parse_number};

impl CaseDone {
    /// `name`, `steps`, and `blocks_total`, `bits_total` and `mrenclave` of enclave 0 at the end
    /// (`null` where there is none).
    #[must_use]
    pub fn json(&self) -> Json {
        let mut out = Map::new();
        out.insert("name".into(), self.name.clone().into());
        let steps: Vec<Json> = self.steps.iter().map(Done::json).collect();
        out.insert("steps".into(), steps.into());
        let end = self.measurement;
        out.insert("blocks_total".into(), end.map(|m| m.blocks).into());
        out.insert("bits_total".into(), end.map(|m| m.blocks * 512).into());
        let digest = end.map(|m| hex::encode(&m.if_final));
        out.insert("mrenclave".into(), digest.into());
        out.into()
    }
}

impl Done {
    /// `step`, `op` and its arguments; `outcome` (`done`, `refused`, `faulted`) with `code`, `name`,
    /// `address` and `rule`; `block`, or `header` and `data_sha256`, where the measurement took
    /// something in; `read`, the bytes that an access read; `inside` and `registers` of the processor
    /// it concerns; `blocks`, `midstate` and `if_final` of the enclave it concerns.
    #[must_use]
    pub fn json(&self) -> Json {
        let mut out = Map::new();
        out.insert("step".into(), self.step.into());
        out.insert("op".into(), self.op.name.clone().into());
        for (key, value) in &self.op.args {
            out.insert(key.clone(), argument(key, value));
        }
        out.insert("outcome".into(), self.outcome.id().into());
        let (code, name, address) = match self.outcome {
            Outcome::Done => (None, None, None),
            Outcome::Refused(status) => (Some(status.code), Some(status.name), None),
            Outcome::Faulted(fault) => (fault.code, Some(fault.name), fault.address),
        };
        let address = address.map(|a| format!("{a:#x}"));
        let ended: [(&str, Json); 3] = [
            ("code", code.into()),
            ("name", name.into()),
            ("address", address.into()),
        ];
        // Of RAISE these are arguments, and it ends in none.
        for (key, value) in ended
            .into_iter()
            .filter(|(key, _)| self.op.arg(key).is_none())
        {
            out.insert(key.into(), value);
        }
        out.insert("rule".into(), self.broken.map(|rule| rule.id).into());
        if let Some((record, data)) = &self.absorbed {
            let digest: String = hex::encode(record);
            if data.is_empty() {
                out.insert("block".into(), digest.into());
            } else {
                out.insert("header".into(), digest.into());
                out.insert("data_sha256".into(), hex::encode(&sha256(data)).into());
            }
        }
        if let Some(read) = &self.read {
            out.insert("read".into(), hex::encode(read).into());
        }
        if let Some(cpu) = &self.processor {
            out.insert("inside".into(), cpu.inside.is_some().into());
            out.insert("registers".into(), file(cpu));
        }
        let m = self.measurement;
        let bytes = |f: fn(Measured) -> [u8; 32]| m.map(|m| hex::encode(&f(m)));
        out.insert("blocks".into(), m.map(|m| m.blocks).into());
        out.insert("midstate".into(), bytes(|m| m.midstate).into());
        out.insert("if_final".into(), bytes(|m| m.if_final).into());
        out.into()
    }
}

/// The registers of a processor by their names in lower case, and XMM0 as it lies in memory.
fn file(cpu: &Processor) -> Json {
    let mut out = Map::new();
    for (name, offset) in registers() {
        let value = format!("{:#x}", cpu.register(offset));
        out.insert(name.to_ascii_lowercase(), value.into());
    }
    out.insert("xmm0".into(), hex::encode(cpu.xstate.xmm(0)).into());
    out.insert("mxcsr".into(), format!("{:#x}", cpu.xstate.mxcsr()).into());
    out.into()
}

/// An argument: offsets, flags and counts as numbers where every JSON reader keeps them exactly,
/// otherwise as text. Long bytes are left out in favour of their digest.
fn argument(key: &str, value: &str) -> Json {
    const EXACT: u64 = 1 << 53;
    if matches!(key, "offset" | "secinfo_flags" | "ssaframesize" | "size")
        && let Some(n) = parse_number(value).filter(|n| *n < EXACT)
    {
        return n.into();
    }
    if value.len() > 256 {
        return format!(
            "sha256-{} of the text",
            hex::encode(&sha256(value.as_bytes()))
        )
        .into();
    }
    value.into()
}
