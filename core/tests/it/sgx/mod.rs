//! SGX against Intel's published structures and real artefacts, and its leaves rule by rule.

mod around;
mod artefacts;
mod diff;
mod error_numbers;
mod files;
mod footprint;
mod inside;
mod inspect;
mod launch;
mod layouts;
mod leaf;
mod model;
mod op_text;
mod real_signers;
mod real_tail;
mod rows;
mod rules;
mod scene;
mod sigstruct;
mod slips;
mod synthetic;
mod twin;
mod walk;
