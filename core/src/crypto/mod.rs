//! Digests, signatures and seeded contents, with every intermediate value in reach.
//!
//! A measurement is shown while it runs, so [`sha256::Midstate`] stops between any two blocks and
//! [`sha3::Sponge`] between any two bytes; a signature is explained, so [`rsa3072`] gives the
//! quotients and remainders it is checked with. Nothing here draws random numbers: what looks
//! random comes from [`entropy`].

pub mod cmac;
pub mod ed25519_sha3;
pub mod entropy;
pub mod hkdf;
pub mod rsa3072;
pub mod sha256;
pub mod sha3;
