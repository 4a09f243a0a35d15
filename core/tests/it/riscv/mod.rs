//! RISC-V: physical memory protection against QEMU's answers, published values and a naive twin.

mod pmp;
mod samples;
mod twin;
