//! SGX against Intel's published structures and real artefacts.

mod layouts;
mod sigstruct;
