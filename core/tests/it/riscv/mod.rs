//! RISC-V: physical memory protection against QEMU's answers, published values and a naive twin; Sv39.

mod dump;
mod lines;
mod pmp;
mod samples;
mod sv39;
mod twin;
