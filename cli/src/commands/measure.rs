//! `measure`: the identity that a file gives an enclave.

use std::rc::Rc;

use teescope_core::sgx::Report;

use crate::args::{Args, Usage};
use crate::files;
use crate::out::{Out, Result, complain, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "measure",
    takes: &["FILE"],
    does: "tell MRENCLAVE, MRSIGNER and the rest of an enclave's identity",
    more: "FILE is an SGXS stream, which is built and measured by the machine's own leaves, or a\n\
           bare SIGSTRUCT of 1,808 bytes, whose ENCLAVEHASH is told.\n\
           JSON keys: mrenclave, mrsigner, isvprodid, isvsvn, attributes {flags, xfrm}, pages,\n\
           measured_pages, size. All are always there; null is what the file does not say.\n\
           measured_pages are those with all 16 chunks measured. size, flags and xfrm are hex\n\
           in strings, since they may pass 2^53.",
    options: &[],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let bytes: Rc<[u8]> = Rc::from(files::read(args.get(0))?);
    let name = files::name(args.get(0));
    let report = Report::of(&bytes).map_err(|e| why(format!("{name}: {}", words.say(&e))))?;
    if let Some(warning) = &report.warning {
        complain(&format!("{name}: {}", words.say(warning)));
    }
    let mut out = Out::new();
    if args.has("--json") {
        out.json(&report.json())?;
    } else {
        for (key, value) in report.rows() {
            let value = if value.is_empty() { "–" } else { &value };
            out.line(&format!("{key:<17} {value}"))?;
        }
    }
    out.end()?;
    Ok(0)
}
