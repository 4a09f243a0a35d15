//! The key that signs the example enclaves, as numbers: reading its file would bring a reader of files along with
//! every enclave.

use crate::crypto::rsa3072::{KeyRefused, PrivateKey};

/// The key that signs the example enclaves, in PEM behind a warning. Everybody has it.
pub const DEMO_SIGNER_PEM: &str = include_str!("demo-signer.pem");

/// Its primes and the inverse of the second modulo the first, as the file has them.
const PRIMES: [[u8; 192]; 3] = [
    number(concat!(
        "e8e5d6df94c68a050e31feb19de053506a4de42ab54bd84fdf0adbc8fd6d18c0",
        "2562385fe49e74563a3cc760f172e5b6e2a29a2f7a7306e084721b79f6ec246a",
        "ea656a766d3b41cc75727833ec07cff8a58abd2df7ea75c26c136075a4aa182e",
        "88d59c0f2d21dd4f0160a253a5e6a73f48fc199d484c5f6244b43c4c0e72142f",
        "0e96cbfccabadef3aaabd33acc5413bd0a29136ac817dce4ad00280d39abeb44",
        "4b5d6c028a6c79ccb44a07b4fae6941a67498ce18c39a4a68419a0e63f46ed95",
    )),
    number(concat!(
        "c4e392bedc3a6fcd1c2efffc8b9fe8e318cc7704595ce572a6b4299af91cc203",
        "615308ecf9c7213f7518be2e55e4765177647a1aaac0bf508a5f143e19b39361",
        "1802d77e8eceb60fe84ded9f7143c30bd14314bece53e4a34847e3693fd12d79",
        "fc380e129e4956a7962ea180d0b54424fc64e13cb698c6f3e52c485163005e36",
        "36c362acac72d2f14c9d17fe7e74d140d0e81d6f1772f5926f89b45ccc3196d9",
        "450c5f29cbe851cec256f7c2303a4d2ed52928ea3c09a621369e4893d6fac2f3",
    )),
    number(concat!(
        "1120f5d999b52ddced8b063fb154b9926d8b0e8d4ceea2df56a73c627628ba15",
        "dfe22b56de96b78e60db422069ab4edd327c1f48abd585a60a8c12be403a771f",
        "e6d17175c63b237ecc5179a8c87ee8a33800aa71cc3acca4200773a94b37e69a",
        "733f1488fad92f49841f61e42a05a0ecf009fca57e2df6db6ab6a4af3ccc7367",
        "803d19c47bc30888541015a91b0749a3797c42b2bec84bb6068a5a0f2ddafcab",
        "250d979f614c29a2888827b8ef6d2e034775e98fadf7f2cf50c422f087a56878",
    )),
];

/// The key that signs the example enclaves. Everybody has it: it proves nothing.
pub fn demo_signer() -> Result<PrivateKey, KeyRefused> {
    let [p, q, q_inverse] = &PRIMES;
    PrivateKey::from_primes(p, q, q_inverse)
}

/// The number that 384 digits in lower case spell, most significant byte first.
const fn number(digits: &str) -> [u8; 192] {
    let digits = digits.as_bytes();
    assert!(digits.len() == 384);
    let mut out = [0; 192];
    let mut i = 0;
    while i < 384 {
        let digit = match digits[i] {
            d @ b'0'..=b'9' => d - b'0',
            d => d - b'a' + 10,
        };
        out[i / 2] = out[i / 2] << 4 | digit;
        i += 1;
    }
    out
}
