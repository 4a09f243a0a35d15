//! Keys, measurement, reports and sealing keys of a run of the real security monitor.

use serde_json::Value;
use teescope_core::bytes::hex;
use teescope_core::crypto::ed25519_sha3::{self, Invalid};
use teescope_core::keystone::keys::{
    Identity, SeedFrom, TEST_DEVICE, guess_sm_key, keys_of, sm_seed,
};
use teescope_core::keystone::measure::current::{Files, measure};
use teescope_core::keystone::report::make;
use teescope_core::keystone::sealing::{sealing_key, sealing_prk};
use teescope_core::keystone::structs::Report;
use teescope_core::memory::Ram;
use teescope_core::trace::{Event, Everything, Place, Silent};

use super::samples::{array, bytes, image, number};
use crate::vectors;

const DIGEST: Place = Place::new("digest", 0, 64);

/// The boot of that run.
fn identity(keys: &Value) -> Identity {
    let sm_hash = array(&keys["sm_hash"]);
    Identity::boot(&TEST_DEVICE, sm_hash, SeedFrom::OneByteEach, &mut Silent)
}

shared_test! {
    fn the_chain_of_keys_is_that_of_the_run() {
        let Some(keys) = vectors::json("keystone/keys.json") else { return };
        assert_eq!(TEST_DEVICE.secret, array(&keys["device_secret_key"]));
        assert_eq!(TEST_DEVICE.public, array(&keys["device_public_key"]));
        assert_eq!(ed25519_sha3::public(&TEST_DEVICE.secret), TEST_DEVICE.public);
        let sm_hash = array(&keys["sm_hash"]);
        let seed = sm_seed(&TEST_DEVICE.secret, &sm_hash, SeedFrom::OneByteEach);
        assert_eq!(seed, array(&keys["sm_seed"]));
        let identity = identity(&keys);
        assert_eq!(identity.sm.secret, array(&keys["sm_secret_key"]));
        assert_eq!(identity.sm.public, array(&keys["sm_public_key"]));
        assert_eq!(identity.sm_signature, array(&keys["sm_signature"]));
        let whole = sm_seed(&TEST_DEVICE.secret, &sm_hash, SeedFrom::AllBytes);
        let intended = array(&keys["sm_public_key_if_the_seed_hashed_all_of_both"]);
        assert_eq!(keys_of(&whole).public, intended);
        assert_eq!(hex::encode(&sealing_prk(&identity.sm)), keys["sealing_prk"].as_str().expect("hex"));
    }

    fn the_monitors_secret_key_follows_from_a_report() {
        let Some(keys) = vectors::json("keystone/keys.json") else { return };
        let sm_hash = array(&keys["sm_hash"]);
        let (first, guessed) = guess_sm_key(&sm_hash, &array(&keys["sm_public_key"])).expect("found");
        assert_eq!(first, TEST_DEVICE.secret[0]);
        assert_eq!(guessed.secret, array(&keys["sm_secret_key"]));
        let intended = array(&keys["sm_public_key_if_the_seed_hashed_all_of_both"]);
        assert_eq!(guess_sm_key(&sm_hash, &intended), None);
    }

    fn a_device_has_at_most_256_monitor_keys() {
        let mut hash = [0x5a; 64];
        let mut seen = std::collections::BTreeSet::new();
        for first in 0..=255 {
            hash[0] = first;
            hash[1] ^= first;
            seen.insert(sm_seed(&TEST_DEVICE.secret, &hash, SeedFrom::OneByteEach));
        }
        assert_eq!(seen.len(), 256);
        let before = sm_seed(&TEST_DEVICE.secret, &hash, SeedFrom::OneByteEach);
        hash[1..].fill(0xff);
        assert_eq!(sm_seed(&TEST_DEVICE.secret, &hash, SeedFrom::OneByteEach), before);
    }

    fn the_measurement_is_that_of_the_run() {
        let (Some(run), Some(keys)) = (vectors::json("keystone/sm-attest.json"), vectors::json("keystone/keys.json")) else { return };
        let page0 = vectors::read("keystone/enclave-page0.bin").expect("page 0");
        let (at, create) = (&run["steps"][0], &run["steps"][1]);
        let mut ram = Ram::default();
        let pages = number(&at["runtime_pages"]) + number(&at["user_pages"]);
        image(&mut ram, number(&at["base"]), &page0, number(&at["tag"]), pages);
        let files = Files {
            epm: number(&create["epm"][0]),
            runtime: number(&create["runtime"]),
            user: number(&create["user"]),
            free: number(&create["free"]),
        };
        let sizes: Vec<u64> = keys["enclave_sizes"].as_array().expect("a list").iter().map(number).collect();
        assert_eq!(files.sizes(), sizes[..]);
        let mut told = Everything::default();
        let hash = measure(&ram, &files, DIGEST, &mut told);
        assert_eq!(hash, array(&keys["enclave_hash"]));
        // One absorption for the sizes and one a page.
        assert_eq!(told.events.len(), 1 + 6);
        let Some(Event::Absorb(last)) = told.events.last() else { panic!("no absorption") };
        assert_eq!(last.blocks, (24 + 6 * 4096) / 72);
    }

    fn every_report_of_the_run_is_made_again() {
        let (Some(run), Some(keys)) = (vectors::json("keystone/sm-attest.json"), vectors::json("keystone/keys.json")) else { return };
        let (identity, hash) = (identity(&keys), array(&keys["enclave_hash"]));
        let steps = run["steps"].as_array().expect("steps");
        let mut data = Vec::new();
        let mut reports = 0;
        for pair in steps.windows(2) {
            if pair[0]["do"] == "host_write" {
                data = bytes(&pair[0]["bytes"]);
            }
            if pair[1]["note"] != "report" {
                continue;
            }
            reports += 1;
            let real = Report::from_bytes(&array(&pair[1]["bytes"]));
            let len = number(&pair[0]["args"][2]) as usize;
            let ours = make(&identity, &hash, &data[..len], &real.enclave.data);
            assert!(ours == real, "report over {len} bytes");
            // What lay behind the data is not signed: without it all the rest is the same.
            let mut clean = make(&identity, &hash, &data[..len], &[0; 1024]);
            clean.enclave.data[len..].copy_from_slice(&real.enclave.data[len..]);
            assert!(clean == real);
            let signed = real.enclave.signed().expect("a length that fits");
            assert_eq!(ed25519_sha3::verify(&signed, &real.sm.public_key, &real.enclave.signature), Ok(()));
            assert_eq!(ed25519_sha3::verify(&real.sm.signed(), &real.dev_public_key, &real.sm.signature), Ok(()));
        }
        assert_eq!(reports, 4);
    }

    fn every_sealing_key_of_the_run_is_made_again() {
        let (Some(run), Some(keys)) = (vectors::json("keystone/sm-attest.json"), vectors::json("keystone/keys.json")) else { return };
        let (identity, hash) = (identity(&keys), array(&keys["enclave_hash"]));
        let mut made = 0;
        for step in run["steps"].as_array().expect("steps") {
            let note = step["note"].as_str().unwrap_or_default();
            let Some(identifier) = note.strip_prefix("sealing key and signature; identifier ") else { continue };
            made += 1;
            let identifier = hex::decode(identifier).expect("hex");
            let ours = sealing_key(&identity.sm, &hash, &identifier, &mut Silent);
            assert_eq!(ours.encode(), array(&step["bytes"]), "{note}");
        }
        assert_eq!(made, 4);
    }

    fn a_strangers_report_without_keys_is_signed_again() {
        let Some(issue) = vectors::json("keystone/issue-361.json") else { return };
        let (secret, public) = (array(&issue["sm_secret_key"]), array(&issue["sm_public_key"]));
        let data = bytes(&issue["data"]);
        let mut report = Report::default();
        report.enclave.hash = array(&issue["enclave_hash"]);
        report.enclave.data_len = data.len() as u64;
        report.enclave.data[..data.len()].copy_from_slice(&data);
        let signed = report.enclave.signed().expect("a length that fits");
        let signature = ed25519_sha3::sign(&signed, &public, &secret);
        assert_eq!(signature, array(&issue["signature"]));
        // The public key of the scalar zero is the neutral point; 32 zero bytes are another one, of
        // order four. So nobody can verify this.
        assert_eq!(ed25519_sha3::verify(&signed, &public, &signature), Err(Invalid::Equation));
    }
}
