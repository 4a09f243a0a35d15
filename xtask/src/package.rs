//! Archives the built page for a static host.

use crate::page;
use crate::places::Places;
use crate::say::Result;
use crate::sh::Run;

/// Builds dist/ and writes target/teescope.tar.gz from it.
pub(crate) fn package(places: &Places) -> Result<()> {
    page::release(places)?;
    let archive = places.root.join("target").join("teescope.tar.gz");
    let file = archive.to_string_lossy();
    Run::new("tar", ["-czf", &file, "-C", "dist", "."])
        .dir(&places.root)
        .output()?;
    println!("wrote {file}");
    Ok(())
}
