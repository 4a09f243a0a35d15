//! Processor architectures as far as machines share them.

pub mod x86;
