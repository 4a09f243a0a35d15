//! `measure`: the identity that files give an enclave.

use std::ffi::{OsStr, OsString};

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
           SIGSTRUCT of 1,808 bytes, whose ENCLAVEHASH is told. An enclave file of the Intel SGX SDK that\n\
           is not signed yet is completed with --config as sgx_sign does.\n\
           JSON keys: mrenclave, mrsigner, isvprodid, isvsvn, attributes {flags, xfrm}, pages,\n\
           measured_pages, size, format, enclavehash, layout {releases, proved}, inputs, sdk_release,\n\
           sdk_assumed. All are always there; null is what the file does not say, or where the file says\n\
           the layout itself. sdk_release is that of the sgx_sign that was followed with --config;\n\
           sdk_assumed is whether the file names another one.\n\
           measured_pages are those with all 16 chunks measured.\n\
           A manifest of Gramine (.manifest.sgx) with --libpal, and with --sigstruct, which proves how\n\
           the enclave is laid out; the three may also be given as FILEs in this order.\n\
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
            name: "--config",
            takes: Some("XML"),
            many: false,
            does: "the signing tool's configuration, for an enclave file that is not signed yet",
        },
        Opt {
            name: "--sdk",
            takes: Some("RELEASE"),
            many: false,
            does: "with --config: assume the sgx_sign of 2.17, 2.20 or 2.26 (if not given, the file's own)",
        },
        Opt {
            name: "--libpal",
            takes: Some("FILE"),
            many: false,
            does: "libpal.so of Gramine, for a manifest",
        },
        Opt {
            name: "--sigstruct",
            takes: Some("FILE"),
            many: false,
            does: "the SIGSTRUCT (.sig) that was signed for the manifest and libpal",
        },
        Opt {
            name: "--gramine",
            takes: Some("1.4|1.0|…"),
            many: false,
            does: "the releases of Gramine whose layout is used, where no SIGSTRUCT proves it",
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
    let besides = ["--config", "--libpal", "--sigstruct"]
        .into_iter()
        .filter_map(|name| args.value(name));
    let paths = args.from(0).iter().map(OsString::as_os_str);
    let read = paths
        .chain(besides.map(OsStr::new))
        .map(|path| all.input("", path));
    let inputs = read.collect::<Result<Vec<_>>>()?;
    let names: Vec<&str> = inputs.iter().map(|i| i.name.as_str()).collect();
    let names = names.join(", ");
    let mut options = Params::new();
    for key in ["edmm", "freemem", "utm", "sdk", "gramine"] {
        if let Some(value) = args.value(&format!("--{key}")) {
            options.insert(key.to_string(), value.to_string());
        }
    }
    let tee = args
        .value("--tee")
        .or(args.value("--config").map(|_| "sgx"));
    let mut measured = artefacts::measure(&inputs, tee, &options);
    while inputs.iter().any(|input| input.bytes.is_lacking()) {
        all.supply_all();
        measured = artefacts::measure(&inputs, tee, &options);
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
