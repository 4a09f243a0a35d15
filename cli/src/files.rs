//! Files of the user: small ones are read whole, of large ones the parts that are needed; `-` is
//! standard input.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use teescope_core::bytes::hex;
use teescope_core::memory::Source;
use teescope_core::trace::{Input, Supply};

use crate::out::{Result, UNUSABLE, complain, why};

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &OsStr) -> Result<Vec<u8>> {
    let shown = name(path);
    if path == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|e| why(format!("Standard input cannot be read: {e}.")))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|e| why(format!("{shown} cannot be read: {e}.")))
}

/// Reads a file that must be UTF-8 text.
pub(crate) fn text(path: &OsStr) -> Result<String> {
    let shown = name(path);
    String::from_utf8(read(path)?).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        why(format!("{shown} is not UTF-8 text: see offset {at:#x}."))
    })
}

/// How a path is named in sentences.
pub(crate) fn name(path: &OsStr) -> String {
    if path == "-" {
        return "standard input".into();
    }
    let path = Path::new(path);
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Files up to this size are read whole.
const WHOLE_MOST: u64 = 32 << 20;

/// A large file, as it was when it was named.
struct Large {
    path: PathBuf,
    len: u64,
    modified: Option<SystemTime>,
}

impl Large {
    /// The file of that path, if it is large and can be read from anywhere.
    fn of(path: &OsStr) -> Option<Self> {
        let found = std::fs::metadata(path)
            .ok()
            .filter(|m| path != "-" && m.is_file())?;
        (found.len() > WHOLE_MOST).then(|| Self {
            path: path.into(),
            len: found.len(),
            modified: found.modified().ok(),
        })
    }

    /// Some bytes; fewer, if the file has changed or ends early.
    fn read(&self, start: u64, len: u64) -> std::io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        let now = file.metadata()?;
        if (now.len(), now.modified().ok()) != (self.len, self.modified) {
            return Ok(Vec::new());
        }
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(len).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The files of one command, from which parts are supplied.
#[derive(Clone, Default)]
pub(crate) struct Files(Rc<RefCell<Vec<(String, Input, Large)>>>);

impl Files {
    /// A file as a scenario takes it for that parameter. What it is named by is its digest, which
    /// [`name`](Self::name) tells.
    pub(crate) fn input(&self, key: &str, path: &OsStr) -> Result<Input> {
        let shown = name(path);
        let Some(large) = Large::of(path) else {
            let bytes = Source::from(read(path)?);
            return Ok(Input { name: shown, bytes });
        };
        let bytes = Source::parts(large.len);
        let input = Input { name: shown, bytes };
        let mut all = self.0.borrow_mut();
        all.push((key.to_string(), input.clone(), large));
        Ok(input)
    }

    /// The value of a parameter that takes this file.
    pub(crate) fn named(&self, input: &Input) -> String {
        loop {
            if let Some(digest) = input.bytes.digest() {
                return format!("sha256-{}", hex::encode(&digest));
            }
            self.supply_all();
        }
    }

    /// Supplies what any of the files lacks.
    pub(crate) fn supply_all(&self) {
        for (_, input, large) in &*self.0.borrow() {
            if let Some(range) = input.bytes.lacks() {
                give(input, large, range.start, range.end);
            }
        }
    }

    /// Supplies what a run needs. A file that cannot be read any more ends the command.
    pub(crate) fn supply(&self) -> Supply {
        let own = self.clone();
        Rc::new(move |need| {
            let all = own.0.borrow();
            let found = all.iter().find(|(key, ..)| *key == need.source);
            if let Some((_, input, large)) = found {
                give(input, large, need.start, need.end);
            }
        })
    }
}

fn give(input: &Input, large: &Large, start: u64, end: u64) {
    let read = large.read(start, end - start);
    let given = match &read {
        Ok(bytes) => {
            let given = input.bytes.supply(start, end - start, bytes);
            given.map_err(|why| why.en())
        }
        Err(e) => Err(format!("It cannot be read any more: {e}.")),
    };
    if let Err(why) = given {
        complain(&format!("{}: {why}", input.name));
        std::process::exit(UNUSABLE.into());
    }
}
