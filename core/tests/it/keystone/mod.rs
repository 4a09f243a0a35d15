//! Keystone against traces of the real security monitor and a stranger's artefacts.

mod classic;
mod evidence;
mod layouts;
mod report;
mod samples;
