//! `sgx/hello-enclave`: an enclave built from nothing to EINIT.

use alloc::vec;

use super::author::{Signer, boot, caption_einit, einit, key_param, launch};
use super::enclave::Enclave;
use super::{Built, Turned, params};
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::sgx::platform::Platform;
use crate::text;
use crate::trace::{BadInput, Plan, ScenarioInfo};

pub(super) static HELLO: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    let mut all = params::example();
    all.push(key_param());
    ScenarioInfo {
        id: "sgx/hello-enclave",
        title: text!("hello.title", "Hello, enclave"),
        question: text!("hello.question", "How does an enclave come into being?"),
        lesson: text!(
            "hello.lesson",
            "The untrusted operating system builds the enclave, page by page, and cannot cheat: the processor measures every page as it goes in, and EINIT compares the result with what the author signed."
        ),
        params: all,
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let enclave = Enclave::example(turned);
    let signer = Signer::demo(enclave.attributes, enclave.miscselect)?.with_key(turned)?;
    let mut segments = vec![boot()];
    segments.extend(enclave.create());
    segments.extend(enclave.load());
    segments.push(launch("init.launch", signer.mrsigner()));
    segments.push(einit(&enclave, enclave.signed(signer), caption_einit()));
    Ok((Machine::new(Platform::client()), Plan::new(segments)))
}
