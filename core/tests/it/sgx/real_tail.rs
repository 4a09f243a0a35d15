//! Two production enclaves, resumed from a midstate like the one a SECS holds, up to their real EINIT.

use serde_json::Value as Json;
use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::Midstate;
use teescope_core::formats::dcap::Attributes;
use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::structs::{AttributesFlags, Miscselect, SigStruct};
use teescope_core::sgx::{Call, Content, Ecreate, EpcPage, Machine, Op, Platform, SigSource};
use teescope_core::trace::{Machine as _, Outcome, Recorder, Silent, Touches};

use super::scene::{BASE, eadd, eextend, einit};
use crate::vectors;

const SECS: EpcPage = EpcPage(0);

fn number(json: &Json) -> u64 {
    json.as_u64().expect("a number")
}

fn bytes<const N: usize>(json: &Json) -> [u8; N] {
    let bytes = hex::decode(json.as_str().expect("a string")).expect("hex");
    bytes.try_into().expect("the length")
}

/// Every operation of the tail, in order.
fn ops(case: &Json) -> impl Iterator<Item = Op> {
    let groups = case["ops"].as_array().expect("operations").clone();
    groups.into_iter().flat_map(|group| {
        let content = match group.get("fill_u32_le") {
            Some(fill) => Content::Fill(number(fill) as u32),
            None => {
                let prefix = group["page_prefix_hex"].as_str().expect("a prefix");
                Content::Bytes(hex::decode(prefix).expect("hex").into())
            }
        };
        let (offset, flags) = (number(&group["offset"]), number(&group["secinfo_flags"]));
        let chunks = if group["measured"] == true { 16 } else { 0 };
        (0..number(&group["pages"])).flat_map(move |page| {
            let at = offset + page * 4096;
            let add = eadd(0, at, flags, content.clone());
            std::iter::once(add).chain((0..chunks).map(move |n| eextend(0, at + n * 256)))
        })
    })
}

/// The machine just before the tail, its SECS as the real author asked for it.
fn resumed(case: &Json, attributes: Attributes, miscselect: Miscselect) -> Machine {
    let mut m = Machine::new(Platform::client());
    let create = Op::Ecreate(Ecreate {
        enclave: 0,
        process: 0,
        base: BASE,
        size: number(&case["size"]),
        ssaframesize: number(&case["ssaframesize"]) as u32,
        attributes,
        miscselect,
        call: Call::default(),
    });
    assert_eq!(m.apply(&create, &mut Silent), Outcome::Done);
    let after: [u8; 32] = bytes(&case["after_ecreate_midstate"]);
    let state = m.secs.get_mut(&SECS).expect("a SECS");
    assert_eq!(state.measurement.midstate_be(), after);
    state.measurement = Midstate::from_midstate(
        bytes(&case["resume_midstate"]),
        number(&case["resume_blocks"]),
    );
    m
}

/// Carries out the whole tail.
fn build<R: Recorder>(case: &Json, m: &mut Machine, recorder: &mut R) {
    for op in ops(case) {
        assert_eq!(m.apply(&op, recorder), Outcome::Done, "{op:?}");
    }
    let measurement = m.secs.get(&SECS).expect("a SECS").measurement;
    assert_eq!(measurement.blocks(), number(&case["blocks_total"]));
    assert_eq!(measurement.finish(), bytes(&case["mrenclave"]));
}

shared_test! {
    fn production_enclaves_end_in_their_mrenclave_and_their_author_is_believed() {
        let Some(file) = vectors::json("sgx/mrenclave/real-tail.json") else { return };
        for case in file["cases"].as_array().expect("cases") {
            let name = case["name"].as_str().expect("a name");
            let Some(sig) = vectors::read(&format!("sgx/sigstruct/{name}.sigstruct.bin")) else { return };
            let read = SigStruct::decode(&sig, 0).expect(name);
            let flags = read.attributes.flags.without(AttributesFlags::INIT);
            let own = Attributes { flags, ..read.attributes };
            let mut m = resumed(case, own, read.miscselect);
            build(case, &mut m, &mut Silent);
            assert_eq!(m.secs.get(&SECS).expect("a SECS").measurement.finish(), read.enclavehash, "{name}");
            // The launch control registers name the author: the real SIGSTRUCT initialises it.
            m.launch_hash = read.mrsigner();
            let last = m.apply(&einit(0, SigSource::Bytes(sig.into())), &mut Silent);
            assert_eq!(last, Outcome::Done, "{name}");
            let f = &m.secs.get(&SECS).expect("a SECS").fields;
            assert_eq!((f.mrenclave, f.mrsigner), (read.enclavehash, read.mrsigner()));
            assert_eq!((f.isvprodid, f.isvsvn), (read.isvprodid, read.isvsvn));
        }
    }

    fn a_recorder_that_keeps_places_changes_nothing() {
        let Some(file) = vectors::json("sgx/mrenclave/real-tail.json") else { return };
        let case = &file["cases"][0];
        let none = Miscselect::from_bits(0);
        let mut m = resumed(case, Attributes::new(4, 3), none);
        let mut touches = Touches::default();
        build(case, &mut m, &mut touches);
        assert!(!touches.places.is_empty());
        assert_eq!(m.epc_linear(SECS).0, kernel(m.platform.epc_base));
    }
}
