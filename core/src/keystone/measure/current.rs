//! The measurement of today: three sizes, then the loader, the runtime and the application as they
//! lie in memory.

use super::Running;
use crate::memory::{PAGE, Physical, Ram};
use crate::text;
use crate::text::Text;
use crate::trace::{Place, Recorder};

/// Where the files of an enclave lie. Free memory, from `free` on, is not measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Files {
    /// The loader: the start of the enclave's memory.
    pub epm: u64,
    /// The runtime.
    pub runtime: u64,
    /// The application.
    pub user: u64,
    /// The end of the application.
    pub free: u64,
}

impl Files {
    /// The three sizes that open the measurement, in bytes: loader, runtime, application.
    #[must_use]
    pub fn sizes(&self) -> [u64; 3] {
        [
            self.runtime.wrapping_sub(self.epm),
            self.user.wrapping_sub(self.runtime),
            self.free.wrapping_sub(self.user),
        ]
    }
}

/// SHA3-512 over the three sizes and the pages of the three files, told step by step. `digest` is
/// where the running value lives.
///
/// Each file is taken page by page from its own start, so that with addresses inside a page, which
/// the monitor allows, bytes behind a file's end are measured too.
#[must_use]
pub fn measure<R: Recorder>(ram: &Ram, files: &Files, digest: Place, recorder: &mut R) -> [u8; 64] {
    let mut running = Running::new(digest, recorder);
    let [loader, runtime, user] = files.sizes();
    running.words(&[
        (text!("keystone.size.loader", "size of the loader"), loader),
        (
            text!("keystone.size.runtime", "size of the runtime"),
            runtime,
        ),
        (text!("keystone.size.user", "size of the application"), user),
    ]);
    pages(&mut running, ram, files.epm, files.runtime, |n| {
        text!("keystone.page.loader", "loader, page {n}", n = n)
    });
    pages(&mut running, ram, files.runtime, files.user, |n| {
        text!("keystone.page.runtime", "runtime, page {n}", n = n)
    });
    pages(&mut running, ram, files.user, files.free, |n| {
        text!("keystone.page.user", "application, page {n}", n = n)
    });
    running.sponge.finish()
}

fn pages<R: Recorder>(
    running: &mut Running<'_, R>,
    ram: &Ram,
    from: u64,
    to: u64,
    label: fn(u64) -> Text,
) {
    let mut page = from;
    while page < to {
        let n = (page - from) / PAGE as u64;
        running.page(ram, Physical(page), || label(n));
        let Some(next) = page.checked_add(PAGE as u64) else {
            return;
        };
        page = next;
    }
}
