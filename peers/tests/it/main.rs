//! Our measurements, signatures and layouts beside other people's, over the same bytes.

#[path = "../../../core/tests/it/engine/dice.rs"]
#[expect(dead_code, reason = "the engine's tests use more of it")]
mod dice;
mod ed25519_sha3;
mod sgx;
mod sha3;

use dice::Dice;

/// So many bytes that look random and are the same every time.
fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let step = |_| {
        // xorshift64: good enough to reach every branch.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(step).collect()
}
