//! Enclave files of the Intel SGX SDK, of many shapes: their image, written out as a stream, measures in
//! `sgxs` what our leaves measure of the file.

use std::rc::Rc;

use sgxs::sigstruct::EnclaveHash;
use teescope_core::sgx::image::open;
use teescope_core::sgx::{Build, Report, sgxs as ours};

use super::peer::Sha;
use crate::Dice;

#[path = "../../../../core/tests/it/sgx/files/sdk/random.rs"]
mod random;
#[path = "../../../../core/tests/it/sgx/files/sdk/writer.rs"]
#[expect(dead_code, reason = "the engine's tests use more of it")]
mod writer;

/// Files.
const FILES: u64 = 150;

/// MRENCLAVE of a stream as `sgxs` measures it.
fn theirs(stream: &[u8]) -> [u8; 32] {
    let hash = EnclaveHash::from_stream::<_, Sha>(&mut &stream[..]);
    hash.expect("a stream").hash()
}

#[test]
fn files_written_as_streams_measure_the_same() {
    for which in 0..FILES {
        let mut dice = Dice::new(3000 + which);
        let sdk = random::any(&mut |n| dice.below(n));
        let file: Rc<[u8]> = Rc::from(sdk.write().0);
        let build = Build::usual(
            open(&file.clone().into())
                .expect("an image")
                .expect("whole"),
        );
        let ops: Vec<_> = (0..build.image.len()).filter_map(|i| build.op(i)).collect();
        let stream = ours::write(&ops).expect("a stream");
        let expected = theirs(&stream);
        let report = Report::of(&file).expect("measured");
        assert_eq!(report.mrenclave, Some(expected), "file {which}");
        assert_eq!(sdk.mrenclave(), expected, "file {which}");
    }
}
