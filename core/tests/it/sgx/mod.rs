//! SGX against Intel's published structures and real artefacts, and its leaves rule by rule.

mod around;
mod files;
mod layouts;
mod leaf;
mod rows;
mod rules;
mod scene;
mod sigstruct;
