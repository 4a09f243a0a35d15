//! Processor architectures as far as machines share them.

pub mod riscv;
pub mod x86;
