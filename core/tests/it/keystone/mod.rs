//! Keystone against traces of the real security monitor and a stranger's artefacts.

mod classic;
mod evidence;
mod files;
mod host;
mod inspector;
mod layouts;
mod monitor;
mod profile;
mod report;
mod runtime;
mod samples;
mod traces;
mod twin;
