//! SHA-256 and its midstates against FIPS examples and the measurements of whole enclaves.

use sha2::Digest;
use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::{BLOCK, Midstate, sha256};

use crate::vectors;

shared_test! {
    fn published_digests() {
        // FIPS 180-4 examples.
        for (message, digest) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] {
            assert_eq!(hex::encode(&sha256(message.as_bytes())), digest);
        }
        assert_eq!(Midstate::new().finish(), sha256(b""));
    }

    fn any_division_into_blocks_gives_the_same() {
        let bytes: Vec<u8> = (0..64 * 40).map(|i| (i % 251) as u8).collect();
        for (count, first) in [(0, 0), (1, 1), (5, 1), (5, 4), (40, 17)] {
            let message = &bytes[..64 * count];
            let mut state = Midstate::new();
            assert!(state.absorb_blocks(&message[..64 * first]).is_empty());
            let mut state = Midstate::from_midstate(state.midstate_be(), first as u64);
            state.absorb(message[64 * first..].as_chunks().0);
            assert_eq!((state.blocks(), state.bits()), (count as u64, 512 * count as u64));
            let before = state;
            assert_eq!(state.finish(), <[u8; 32]>::from(sha2::Sha256::digest(message)));
            assert_eq!(state, before);
        }
        let mut state = Midstate::new();
        assert_eq!(state.absorb_blocks(&bytes[..130]), &bytes[128..130]);
        assert_eq!(state.blocks(), 2);
    }

    fn midstates_of_an_enclave_being_built() {
        // A fully measured .sgxs file is the measured stream itself.
        let Some(stream) = vectors::read("sgx/mrenclave/base.sgxs") else { return };
        let Some(json) = vectors::json("sgx/mrenclave/synthetic.json") else { return };
        let cases = json["cases"].as_array().expect("cases");
        let base = cases.iter().find(|case| case["name"] == "base").expect("the base case");
        // One of the entries only says how many steps are not listed.
        let steps = base["steps"].as_array().expect("steps");
        let steps: Vec<_> = steps.iter().filter(|step| step["blocks"].is_u64()).collect();
        assert_eq!(steps.len(), 40);
        let mut state = Midstate::new();
        for step in steps {
            let blocks = step["blocks"].as_u64().expect("a number");
            let new = &stream[state.blocks() as usize * BLOCK..blocks as usize * BLOCK];
            assert!(state.absorb_blocks(new).is_empty());
            assert_eq!(step["midstate"], hex::encode(&state.midstate_be()), "{blocks} blocks");
            assert_eq!(step["if_final"], hex::encode(&state.finish()), "{blocks} blocks");
        }
        assert_eq!(base["blocks_total"], state.blocks());
        assert_eq!(base["bits_total"], state.bits());
        assert_eq!(base["mrenclave"], hex::encode(&state.finish()));
        assert_eq!(state.finish(), sha256(&stream));
    }
}
