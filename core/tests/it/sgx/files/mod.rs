//! Files of outsiders: read, recognised, run and measured.

mod apply;
pub(super) mod gramine;
mod malformed;
pub(super) mod oe;
mod parts;
mod report;
mod runs;
pub(super) mod sdk;
mod sgxs;
mod workshop;

use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::trace::{BadInput, Input, Inputs, Session, Settings};

/// Opens `sgx/from-file` with these files by parameter and these other parameters.
fn open(files: &[(&str, &[u8])], set: &[(&str, &str)]) -> Result<Box<dyn Session>, BadInput> {
    let mut settings = Settings::default();
    let mut inputs = Inputs::new();
    for (key, bytes) in files {
        let digest = format!("sha256-{}", hex::encode(&sha256(bytes)));
        settings.params.insert((*key).into(), digest);
        let input = Input {
            name: format!("{key}.bin"),
            bytes: (*bytes).into(),
        };
        inputs.insert((*key).into(), input);
    }
    for (key, value) in set {
        settings.params.insert((*key).into(), (*value).into());
    }
    teescope_core::tees::open("sgx/from-file", &settings, &inputs)
}
