//! Cryptography against published values and other people's artefacts.

mod cmac;
mod entropy;
mod rsa3072;
mod sha256;
mod sha3;
