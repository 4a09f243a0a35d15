//! Which releases of Gramine signed an enclave: those whose layout gives what the SIGSTRUCT was signed for.

use alloc::rc::Rc;

use super::manifest::not_final;
use super::{RELEASES, Release, Unfit, open, releases};
use crate::sgx::build::Build;
use crate::sgx::image::Image;
use crate::text;
use crate::text::Text;

/// How it is known that the releases are the right ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sgx) enum Proof {
    /// ENCLAVEHASH of the SIGSTRUCT is what they make of the files.
    Proved,
    /// No SIGSTRUCT was there to compare with.
    Assumed,
    /// There was one, and no releases make what it was signed for.
    Refuted,
}

/// An enclave of Gramine, and how far it is known to be the one that was signed.
#[derive(Clone, Debug)]
pub(in crate::sgx) struct Made {
    /// The enclave.
    pub image: Rc<dyn Image>,
    /// Which releases lay it out so.
    pub release: &'static Release,
    /// How that is known.
    pub proof: Proof,
}

/// The enclave of a manifest and libpal: as the releases that are named lay it out, or those that the manifest
/// fits and whose layout gives `signed`, or the newest of those that it fits.
///
/// # Errors
/// One of the files is malformed, or they do not fit together; says which, and where.
pub(in crate::sgx) fn make(
    manifest: &[u8],
    libpal: &[u8],
    signed: Option<[u8; 32]>,
    named: Option<&'static Release>,
) -> Result<Made, Unfit> {
    let (entries, fitting) = releases(manifest).map_err(Unfit::manifest)?;
    let tried = named.as_ref().map_or(&fitting[..], core::slice::from_ref);
    let mut first = None;
    for release in tried {
        let image: Rc<dyn Image> = Rc::new(open(manifest, &entries, libpal, release)?);
        let made = |proof| Made {
            image: image.clone(),
            release,
            proof,
        };
        match signed {
            None => return Ok(made(Proof::Assumed)),
            Some(hash) if Some(hash) == measured(&image) => return Ok(made(Proof::Proved)),
            Some(_) => {
                first.get_or_insert_with(|| made(Proof::Refuted));
            }
        }
    }
    let missing = || not_final(manifest, &entries, named.unwrap_or(&RELEASES[0]));
    first.ok_or_else(|| Unfit::manifest(missing()))
}

/// What an image measures when the leaves build it; `None` where one of them refuses.
fn measured(image: &Rc<dyn Image>) -> Option<[u8; 32]> {
    let measured = Build::usual(image.clone()).measure().ok()?;
    Some(measured.finish())
}

impl Made {
    /// What a reader should know about how the layout was chosen.
    #[must_use]
    pub(in crate::sgx) fn says(&self) -> Text {
        let name = self.release.name;
        match self.proof {
            Proof::Proved => text!(
                "gramine.proved",
                "Laid out as Gramine {name} does it, and that gives the ENCLAVEHASH of the SIGSTRUCT: this proves that the layout is the one that was signed.",
                name = name
            ),
            Proof::Assumed => text!(
                "gramine.assumed",
                "Laid out as Gramine {name} does it. This is an assumption: neither the manifest nor libpal names the version. The enclave’s .sig would prove it.",
                name = name
            ),
            Proof::Refuted => text!(
                "gramine.refuted",
                "Laid out as Gramine {name} does it, but neither this nor any other layout that fits the manifest gives the ENCLAVEHASH of the SIGSTRUCT. One of the files is another than the one that was signed; often it is libpal.so of another build.",
                name = name
            ),
        }
    }
}
