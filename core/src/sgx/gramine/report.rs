//! What `measure` says of an enclave of Gramine.

use alloc::format;

use super::prove::Proof;
use super::{Release, make};
use crate::sgx::build::Build;
use crate::sgx::image::Found;
use crate::sgx::report::{Report, refused};
use crate::sgx::structs::SigStruct;
use crate::text;
use crate::text::Text;

impl Report {
    /// Measures the enclave of a manifest and libpal, by building it with the leaves themselves. A SIGSTRUCT
    /// proves how it is laid out; else the releases that are named say it, or the newest that the manifest fits.
    ///
    /// # Errors
    /// A file is malformed, they do not fit together, or there are no such releases; a sentence says which.
    pub fn gramine(
        manifest: &[u8],
        libpal: &[u8],
        sigstruct: Option<&[u8]>,
        releases: Option<&str>,
    ) -> Result<Self, Text> {
        let named = releases.map(named).transpose()?;
        let mut report = match sigstruct {
            None => Self::default(),
            Some(bytes) => {
                SigStruct::LAYOUT
                    .check_length(bytes, 0)
                    .map_err(|bad| bad.text())?;
                Self::signed(bytes, 0).map_err(|bad| bad.text())?
            }
        };
        let made = make(manifest, libpal, report.enclavehash, named).map_err(|u| u.text())?;
        let proved = report.enclavehash.filter(|_| made.proof == Proof::Proved);
        let measured = match proved {
            Some(measured) => measured,
            None => {
                let build = Build::usual(made.image.clone());
                build.measure().map_err(|stop| refused(&stop))?.finish()
            }
        };
        report.warnings.push(made.says());
        let found = Found {
            releases: format!("Gramine {}", made.release.name),
            measured: proved,
            says: made.says(),
        };
        Ok(Self {
            found: Some(found),
            mrenclave: Some(measured),
            pages: Some(made.image.pages()),
            measured_pages: Some(made.image.measured_pages()),
            size: Some(made.image.size()),
            format: made.image.format(),
            inputs: Some(made.image.inputs()),
            ..report
        })
    }
}

fn named(id: &str) -> Result<&'static Release, Text> {
    Release::of(id).ok_or_else(|| {
        let all: alloc::vec::Vec<_> = super::RELEASES.iter().map(|r| r.id).collect();
        text!(
            "gramine.unknown-release",
            "There are no releases “{id}” of Gramine here. There are {all}.",
            id = id,
            all = all.join(", ")
        )
    })
}
