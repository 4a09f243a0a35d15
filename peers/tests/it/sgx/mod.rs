//! Enclaves, their authors and their structures against the crates of the Fortanix SGX tools and `rsa`.

mod layouts;
mod mrenclave;
mod numbers;
mod peer;
mod sdk;
mod sigstruct;
