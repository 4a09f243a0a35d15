//! `measure`: the identity that files give an enclave.

use teescope_core::artefacts;
use teescope_core::trace::Params;

use crate::args::{Args, Opt, Usage};
use crate::files::Files;
use crate::out::{Out, Result, complain, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "measure",
    takes: &["FILE..."],
    does: "tell an enclave's identity from its files: MRENCLAVE, enclave hash and the rest",
    more: "One FILE: an SGXS stream, an enclave file of the Intel SGX SDK (.signed.so) or an image of the\n\
           Open Enclave SDK, which is built and measured by the machine's own leaves, or a bare\n\
           SIGSTRUCT of 1,808 bytes, whose ENCLAVEHASH is told.\n\
           JSON keys: mrenclave, mrsigner, isvprodid, isvsvn, attributes {flags, xfrm}, pages,\n\
           measured_pages, size, format, enclavehash, layout {releases, proved}, inputs. All are always\n\
           there; null is what the file does not say, or where the file says the layout itself.\n\
           measured_pages are those with all 16 chunks measured.\n\
           Three FILEs: loader, runtime and application of a Keystone enclave, in this order.\n\
           JSON keys: enclave_hash, loader_size, runtime_size, eapp_size, pages, epm_size,\n\
           epm_allocator, utm_size, freemem.\n\
           Sizes, flags and xfrm are hex in strings, since they may pass 2^53.",
    options: &[
        Opt {
            name: "--edmm",
            takes: Some("yes|no"),
            many: false,
            does: "whether the processor has dynamic memory (SGX2; yes if not given)",
        },
        Opt {
            name: "--tee",
            takes: Some("TEE"),
            many: false,
            does: "for which machine; if not given, the number of files tells",
        },
        Opt {
            name: "--freemem",
            takes: Some("BYTES"),
            many: false,
            does: "free memory that the enclave asks for (1 MiB if not given)",
        },
        Opt {
            name: "--utm",
            takes: Some("BYTES"),
            many: false,
            does: "shared buffer that the enclave asks for (8 KiB if not given)",
        },
    ],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let all = Files::default();
    let read = args.from(0).iter().map(|path| all.input("", path));
    let inputs = read.collect::<Result<Vec<_>>>()?;
    let names: Vec<&str> = inputs.iter().map(|i| i.name.as_str()).collect();
    let names = names.join(", ");
    let mut options = Params::new();
    for key in ["edmm", "freemem", "utm"] {
        if let Some(value) = args.value(&format!("--{key}")) {
            options.insert(key.to_string(), value.to_string());
        }
    }
    let mut measured = artefacts::measure(&inputs, args.value("--tee"), &options);
    while inputs.iter().any(|input| input.bytes.is_lacking()) {
        all.supply_all();
        measured = artefacts::measure(&inputs, args.value("--tee"), &options);
    }
    let measured = measured.map_err(|e| why(format!("{names}: {}", words.say(&e))))?;
    for warning in &measured.warnings {
        complain(&format!("{names}: {}", words.say(warning)));
    }
    let mut out = Out::new();
    if args.has("--json") {
        out.json(&measured.json)?;
    } else {
        for (key, value) in &measured.rows {
            let value = if value.is_empty() { "–" } else { value };
            out.line(&format!("{key:<17} {value}"))?;
        }
    }
    out.end()?;
    Ok(0)
}
