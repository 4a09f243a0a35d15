//! Which layout is the one that was signed: each that fits is measured by the leaves themselves.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::layout::lay_out;
use super::loader::{LOADERS, Loader};
use super::program::Program;
use crate::bytes::Malformed;
use crate::sgx::build::{Build, Creation, Measuring};
use crate::sgx::image::{Found, Laid};
use crate::sgx::structs::SigStruct;
use crate::text;
use crate::text::Text;

/// A layout, and the loaders that lay this image out so.
struct Fitting {
    loaders: Vec<&'static Loader>,
    image: Rc<Laid>,
}

impl Fitting {
    fn releases(&self) -> String {
        names(&self.loaders)
    }
}

fn names(loaders: &[&Loader]) -> String {
    let all: Vec<&str> = loaders.iter().map(|l| l.releases).collect();
    all.join(", ")
}

/// The search for the layout.
pub(super) struct Trial {
    /// Those that are still to be measured.
    left: VecDeque<Fitting>,
    /// The first of them on its way.
    measuring: Option<Measuring>,
    /// The loaders that fit.
    tried: Vec<&'static Loader>,
    /// Where the properties are.
    at: u64,
    /// What was signed.
    signed: Option<[u8; 32]>,
    found: Option<Result<Rc<Laid>, Malformed>>,
}

impl Trial {
    /// A search of which nothing is done but laying out.
    pub(super) fn new(bytes: &Rc<[u8]>) -> Self {
        let mut trial = Self {
            left: VecDeque::new(),
            measuring: None,
            tried: Vec::new(),
            at: 0,
            signed: None,
            found: None,
        };
        if let Err(bad) = trial.lay_out(bytes) {
            trial.found = Some(Err(bad));
        }
        trial
    }

    /// Lays out what fits; layouts that come to the same stand once.
    fn lay_out(&mut self, bytes: &Rc<[u8]>) -> Result<(), Malformed> {
        let program = Program::read(bytes)?;
        self.at = program.properties.at;
        let signed = program.properties.sigstruct;
        self.signed = signed.map(|(_, sig)| SigStruct::from_bytes(sig).enclavehash);
        let size = program.properties.header.size;
        let mut refused = None;
        for loader in LOADERS.iter().filter(|l| l.properties == size) {
            let image = match lay_out(&program, loader) {
                Ok(image) => image,
                Err(bad) => {
                    refused = Some(bad);
                    continue;
                }
            };
            self.tried.push(loader);
            match self.left.iter_mut().find(|f| f.image.is_like(&image)) {
                Some(same) => same.loaders.push(loader),
                None => self.left.push_back(Fitting {
                    loaders: Vec::from([loader]),
                    image: Rc::new(image),
                }),
            }
        }
        if self.left.is_empty() {
            return Err(refused.unwrap_or_else(|| unknown(self.at, size)));
        }
        Ok(())
    }

    /// Goes on by up to so many operations; the answer once there is one.
    pub(super) fn work(&mut self, mut steps: u64) -> Option<&Result<Rc<Laid>, Malformed>> {
        while self.found.is_none() {
            let Some(signed) = self.signed else {
                let newest = self.left.pop_back();
                self.found = newest.map(|f| Ok(found(f, None, assumed)));
                break;
            };
            let Some(fitting) = self.left.front() else {
                self.found = Some(Err(self.none()));
                break;
            };
            // What a SIGSTRUCT asks for besides is not measured.
            let build = || Build {
                image: fitting.image.clone(),
                creation: Creation::usual(),
            };
            let measuring = self
                .measuring
                .get_or_insert_with(|| Measuring::new(build()));
            let before = measuring.progress().0;
            let measured = measuring.work(steps).map(|m| m.map(|m| m.finish()));
            steps = steps.saturating_sub(measuring.progress().0 - before);
            match measured {
                Ok(None) => return None,
                Ok(Some(measured)) if measured == signed => {
                    self.measuring = None;
                    let (fits, others) = (self.tried.len(), self.left.pop_front());
                    let says = |f: &Fitting| proved(f, fits);
                    self.found = others.map(|f| Ok(found(f, Some(measured), says)));
                }
                // What no processor builds, nobody signed.
                Ok(Some(_)) | Err(_) => {
                    self.measuring = None;
                    self.left.pop_front();
                }
            }
        }
        self.found.as_ref()
    }

    /// That no layout is the one that was signed.
    fn none(&self) -> Malformed {
        let why = text!(
            "oe.none",
            "does not name the version of Open Enclave that lays the image out, and none of the layouts that fit gives the ENCLAVEHASH that was signed. Tried: {releases}. Either the image was changed after it was signed, or its host adds pages that are not in the file, as EGo and Mystikos do",
            releases = names(&self.tried)
        );
        Malformed::says(self.at, ".oeinfo", why)
    }
}

/// That no release has properties of such a size.
fn unknown(at: u64, size: u32) -> Malformed {
    let mut sizes: Vec<u64> = LOADERS.iter().map(|l| u64::from(l.properties)).collect();
    sizes.dedup();
    let sizes: Vec<Text> = sizes.into_iter().map(Text::from).collect();
    let why = text!(
        "oe.unknown-size",
        "is {size}; the releases of Open Enclave whose layout is known here have properties of {sizes} bytes",
        size = u64::from(size),
        sizes = Text::join(&sizes, ", ")
    );
    Malformed::says(at, "oe_enclave_properties_header_t.size", why)
}

/// The image with what is known of how it was found.
fn found(
    fitting: Fitting,
    measured: Option<[u8; 32]>,
    says: impl FnOnce(&Fitting) -> Text,
) -> Rc<Laid> {
    let says = says(&fitting);
    let releases = alloc::format!("{} {}", super::FORMAT, fitting.releases());
    let mut image = fitting.image;
    // Nobody else holds it: what measured it is gone.
    if let Some(image) = Rc::get_mut(&mut image) {
        image.found = Some(Found {
            releases,
            measured,
            says,
        });
    }
    image
}

fn proved(fitting: &Fitting, fits: usize) -> Text {
    let alike = fitting.loaders.len();
    if alike == fits {
        return text!(
            "oe.proved",
            "Laid out as Open Enclave {releases} does it, and that gives the ENCLAVEHASH that was signed: this proves the layout, which the file does not name. {known} layouts are known here; no other fits the size of its properties.",
            releases = fitting.releases(),
            known = LOADERS.len()
        );
    }
    text!(
        "oe.proved-of",
        "Laid out as Open Enclave {releases} does it: this alone, of the {fits} layouts that fit the size of its properties, gives the ENCLAVEHASH that was signed. That proves the layout, which the file does not name. {known} layouts are known here.",
        releases = fitting.releases(),
        fits = fits,
        known = LOADERS.len()
    )
}

fn assumed(fitting: &Fitting) -> Text {
    text!(
        "oe.assumed",
        "Laid out as Open Enclave {releases} does it. This is an assumption: the file does not name its version and is not signed, and this is the newest of the layouts that fit the size of its properties. Sign it (oesign sign), and the ENCLAVEHASH proves the layout.",
        releases = fitting.releases()
    )
}
