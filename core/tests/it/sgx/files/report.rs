//! `measure`: the identities of real SIGSTRUCTs and of the vector streams.

use std::rc::Rc;

use serde_json::json;
use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::sgx::Report;

use super::sgxs::{eadd, ecreate};
use crate::vectors;

fn report(bytes: &[u8]) -> Report {
    Report::of(&Rc::from(bytes)).unwrap_or_else(|why| panic!("{}", why.en()))
}

fn refused(bytes: &[u8]) -> String {
    match Report::of(&Rc::from(bytes)) {
        Ok(report) => panic!("accepted: {report:?}"),
        Err(why) => why.en(),
    }
}

shared_test! {
    fn streams_tell_measurement_pages_and_size() {
        for (name, measured, mrenclave) in [
            ("base", 5, "726b59d3414039eb84f66d030bf1aa2980dad718929a5bd3a2ef1f95f79199c9"),
            ("unmeasured", 4, "8d28117f8a37ebf7d5db15eb27f45dbf29ecf3927765671b5cf9cf1a9ef1b47c"),
        ] {
            let Some(bytes) = vectors::read(&format!("sgx/mrenclave/{name}.sgxs")) else { return };
            assert_eq!(report(&bytes).json(), json!({
                "mrenclave": mrenclave, "mrsigner": null, "isvprodid": null, "isvsvn": null,
                "attributes": {"flags": null, "xfrm": null},
                "pages": 5, "measured_pages": measured, "size": "0x8000",
                "format": "SGXS", "enclavehash": null, "inputs": {}, "layout": null,
                "sdk_release": null, "sdk_assumed": null,
            }));
        }
    }

    fn sigstructs_tell_who_signed_what() {
        // Read off with another tool: Python's struct and hashlib.
        let known = [
            ("intel-le-2024", Some("acb77012053e05a63d413b8bbae8fb6c5d73b3f2996d91c43bbbf90959c0f8d4"),
                "0x24", 32, 7),
            ("fortanix-test-enclave", None, "0x4", 65535, 0),
            ("fortanix-sig1", None, "0x4", 0, 0),
            ("signal-cds-cd6cfc34", None, "0x4", 0, 0),
            ("signal-cds-2e5a4fe3", None, "0x4", 0, 0),
        ];
        for (name, signer, flags, isvprodid, isvsvn) in known {
            let path = format!("sgx/sigstruct/{name}.sigstruct.bin");
            let Some(bytes) = vectors::read(&path) else { return };
            let found = report(&bytes);
            assert!(found.warnings.is_empty(), "{name}");
            let mrsigner = hex::encode(&sha256(&bytes[128..512]));
            assert_eq!(signer.unwrap_or(&mrsigner), mrsigner);
            assert_eq!(found.json(), json!({
                "mrenclave": hex::encode(&bytes[960..992]), "mrsigner": mrsigner,
                "isvprodid": isvprodid, "isvsvn": isvsvn,
                "attributes": {"flags": flags, "xfrm": "0x3"},
                "pages": null, "measured_pages": null, "size": null,
                "format": "SIGSTRUCT", "enclavehash": hex::encode(&bytes[960..992]), "inputs": {}, "layout": null,
                "sdk_release": null, "sdk_assumed": null,
            }), "{name}");
        }
        // The digests in the names and in SOURCES.md.
        for (name, mrenclave) in [("signal-cds-cd6cfc34", "cd6cfc34"), ("signal-cds-2e5a4fe3", "2e5a4fe3"),
            ("fortanix-test-enclave", "784acfd7")] {
            let path = format!("sgx/sigstruct/{name}.sigstruct.bin");
            let Some(bytes) = vectors::read(&path) else { return };
            let found = report(&bytes).mrenclave.expect("a digest");
            assert!(hex::encode(&found).starts_with(mrenclave), "{name}");
        }
    }

    fn a_signature_that_does_not_verify_is_told_beside_the_fields() {
        let Some(mut bytes) = vectors::read("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else { return };
        bytes[1026] ^= 1;
        let found = report(&bytes);
        assert_eq!(found.isvsvn, Some(1));
        let warning = found.warnings.first().expect("a warning").en();
        assert!(warning.starts_with("The signature does not verify"), "{warning}");
    }

    fn what_cannot_be_measured_is_refused_with_the_rule() {
        let said = refused(&[ecreate(0x3000), eadd(0, 0x205)].concat());
        assert_eq!(said, "No processor builds this enclave: operation 1 of the file ends in #GP(0). \
            The rule that does not hold is ECREATE.size-power-of-two: SIZE is at least two pages and a power of two.");
        let said = refused(&[ecreate(0x2000), eadd(0, 0x205), eadd(0x1000, 0x202)].concat());
        assert!(said.contains("operation 3 of the file ends in #GP(0)"), "{said}");
        assert!(refused(b"hello").starts_with("The file is neither an SGXS stream"));
        assert!(refused(b"").starts_with("The file is neither"));
        assert!(refused(&[0; 304]).starts_with("The file says nothing about an enclave’s identity"));
        assert!(refused(&ecreate(0x2000)[..63]).starts_with("ECREATE.reserved at offset 0x14 (20) needs 44 bytes"));
    }
}
