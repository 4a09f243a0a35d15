//! What some enclave files need besides to be laid out: the signing tool's configuration, or libpal and its release.

use alloc::rc::Rc;
use alloc::vec;

use super::Turned;
use super::params::choice;
use crate::sgx::gramine;
use crate::sgx::image::{self, Completed, Image, Incomplete};
use crate::sgx::sdk::unsigned::RELEASES;
use crate::sgx::sdk::{Looks, looks_like};
use crate::sgx::structs::SigStruct;
use crate::text;
use crate::text::Text;
use crate::trace::param::file;
use crate::trace::{BadInput, Input, Param};

pub(super) fn config() -> Param {
    file(
        "config",
        text!("param.config", "Configuration"),
        text!(
            "param.config.help",
            "For an enclave of the Intel SGX SDK that is not signed yet: the signing tool’s configuration. With it the file is completed as sgx_sign does, and measures what sgx_sign would sign."
        ),
        text!(
            "param.config.what",
            "the signing tool’s configuration, Enclave.config.xml"
        ),
    )
}

pub(super) fn sdk() -> Param {
    let mut choices = vec![("file", text!("param.sdk.file", "as the file says"))];
    let names = RELEASES.iter().rev().map(|r| {
        let words = text!(
            "param.sdk.assumed",
            "SDK {release}, as an assumption",
            release = r.name
        );
        (r.name, words)
    });
    choices.extend(names);
    choice(
        "sdk",
        text!("param.sdk", "Signing tool"),
        text!(
            "param.sdk.help",
            "What sgx_sign writes depends on its version. An enclave names the SDK it was built with, and sgx_sign takes no other; where it names one that is not known here, a known one can be assumed. Only with a configuration."
        ),
        &choices,
    )
}

pub(super) fn libpal() -> Param {
    file(
        "libpal",
        "libpal".into(),
        text!(
            "param.libpal.help",
            "For a manifest of Gramine: the libpal.so of the same Gramine, which is in the enclave with it."
        ),
        text!("param.libpal.what", "libpal.so of Gramine"),
    )
}

pub(super) fn gramine() -> Param {
    let auto = text!("param.gramine.auto", "as the files tell, or the newest");
    let mut choices = vec![("auto", auto)];
    choices.extend(gramine::RELEASES.iter().map(|r| (r.id, r.name.into())));
    choice(
        "gramine",
        "Gramine".into(),
        text!(
            "param.gramine.help",
            "For a manifest of Gramine: the releases whose layout is used. A SIGSTRUCT proves which it is; without one, the keys in the manifest leave few, of which the newest is an assumption."
        ),
        &choices,
    )
}

/// The enclave of a file, and what is to be said about how it was come by.
pub(super) fn open(
    turned: &Turned<'_>,
    input: &Input,
    sig: Option<&SigStruct>,
) -> Result<(Rc<dyn Image>, Option<Text>), BadInput> {
    let start = usize::try_from(input.bytes.len()).unwrap_or(usize::MAX);
    let start = start.min(gramine::LOOKED_AT);
    let manifest = input.bytes.with(0, start, gramine::looks_like);
    match (manifest, turned.file("libpal")?, turned.file("config")?) {
        (true, _, Some(config)) => Err(not_needed(config, input)),
        (true, Some(libpal), None) => laid_out(turned, input, libpal, sig),
        (true, None, None) => Err(BadInput {
            key: "libpal".into(),
            missing_file: true,
            why: gramine::needs_libpal().text(),
        }),
        (false, Some(libpal), _) => {
            let why = text!(
                "file.libpal-alone",
                "it goes with a manifest of Gramine, and the enclave is none."
            );
            Err(libpal.unreadable("libpal", why))
        }
        (false, None, config) => {
            let mut bytes = input.bytes.clone();
            let mut says = None;
            if let Some(config) = config {
                let completed = complete(turned, input, config)?;
                says = Some(completed.words());
                bytes = completed.file.into();
            }
            let opened = image::open_for(&bytes, turned.text("edmm") != "no");
            let opened = opened.map_err(|bad| input.unreadable("stream", bad.text()))?;
            Ok((opened.ok_or_else(|| input.wanting("stream"))?, says))
        }
    }
}

/// The enclave of a manifest and libpal.
fn laid_out(
    turned: &Turned<'_>,
    input: &Input,
    libpal: &Input,
    sig: Option<&SigStruct>,
) -> Result<(Rc<dyn Image>, Option<Text>), BadInput> {
    let (manifest, program) = (input.whole("stream")?, libpal.whole("libpal")?);
    let named = gramine::Release::of(turned.text("gramine"));
    let made = gramine::make(&manifest, &program, sig.map(|s| s.enclavehash), named);
    let made = made.map_err(|unfit| {
        let (file, key) = if unfit.libpal {
            (libpal, "libpal")
        } else {
            (input, "stream")
        };
        file.unreadable(key, unfit.bad.text())
    })?;
    let says = made.says();
    Ok((made.image, Some(says)))
}

/// The file of an enclave that is not signed, completed from the signing tool’s configuration.
fn complete(turned: &Turned<'_>, input: &Input, config: &Input) -> Result<Completed, BadInput> {
    let bytes = input.whole("stream")?;
    if !matches!(looks_like(&bytes), Some(Looks::Unsigned | Looks::Broken)) {
        return Err(not_needed(config, input));
    }
    let release = Some(turned.text("sdk")).filter(|name| *name != "file");
    let done = image::complete(&bytes, &config.whole("config")?, release);
    done.map_err(|bad| match bad {
        Incomplete::Program(why) => input.unreadable("stream", why.text()),
        Incomplete::Config(why) => config.unreadable("config", why.text()),
    })
}

fn not_needed(config: &Input, input: &Input) -> BadInput {
    let why = text!(
        "config.not-needed",
        "a configuration goes with an enclave of the Intel SGX SDK that is not signed yet; {name} is none.",
        name = input.name.as_str()
    );
    config.unreadable("config", why)
}
