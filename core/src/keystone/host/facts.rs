//! What the files of a process say, before the monitor has seen any of them.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::driver::Driver;
use super::files::{EnclaveFiles, Part};
use crate::bytes::hex;
use crate::formats::elf::Elf;
use crate::keystone::machine::Machine;
use crate::text;
use crate::text::Text;
use crate::view::{Fact, Facts, Tone};

/// The files, how they will lie in memory and what they will measure; `None` if no process has any.
#[must_use]
pub fn facts(m: &Machine) -> Option<Facts> {
    let files = m.driver.files.as_ref()?;
    let mut facts: Vec<Fact> = Part::ALL.map(|part| of_file(files, part)).to_vec();
    facts.push(fact(
        "pages",
        text!("host.facts.pages", "Pages asked for"),
        text!(
            "host.facts.pages-value",
            "{n}: whole pages of the files, {spare} to spare, {free} of free memory",
            n = files.asked_pages(),
            spare = EnclaveFiles::SPARE,
            free = hex::size(files.freemem)
        ),
    ));
    facts.push(fact(
        "hash",
        text!("host.facts.hash", "Expected measurement"),
        hex::encode(&files.expected_hash()).into(),
    ));
    facts.extend(measured(m, &m.driver, files));
    Some(Facts {
        id: "files",
        title: text!("host.facts", "The files"),
        note: text!(
            "host.facts.note",
            "computed by the SDK, as a verifier would"
        ),
        facts,
    })
}

/// What the monitor has measured, beside what was expected.
fn measured(m: &Machine, driver: &Driver, files: &EnclaveFiles) -> Option<Fact> {
    let mut made = driver.enclaves.iter().filter_map(|(_, h)| h.eid);
    let hash = m.enclave(made.next()?)?.hash;
    let same = hash == files.expected_hash();
    let value = match same {
        true => text!("host.facts.same", "the expected one"),
        false => text!(
            "host.facts.other",
            "another: {hash}",
            hash = hex::encode(&hash)
        ),
    };
    let tone = if same { Tone::Good } else { Tone::Bad };
    let name = text!("host.facts.measured", "What the monitor measured");
    Some(Fact {
        tone,
        ..fact("measured", name, value)
    })
}

fn of_file(files: &EnclaveFiles, part: Part) -> Fact {
    let bytes = &files.bytes[part as usize];
    let size = text!(
        "host.facts.size",
        "{n} bytes, {pages} pages",
        n = bytes.len(),
        pages = files.pages(part)
    );
    let (value, tone) = match part {
        Part::Loader => (size, Tone::Plain),
        _ => match Elf::parse(bytes) {
            Ok(elf) => {
                let machine = elf.header.machine.to_string();
                let entry = hex::addr(elf.header.entry);
                let elf = text!(
                    "host.facts.elf",
                    "{size}; ELF, {machine}, starts at {entry}, {n} segments",
                    size = size,
                    machine = machine,
                    entry = entry,
                    n = elf.loaded().count()
                );
                (elf, Tone::Plain)
            }
            Err(bad) => (Text::join(&[size, bad.text()], "; "), Tone::Warn),
        },
    };
    Fact {
        tone,
        ..fact(part.id(), name(part), value)
    }
}

fn name(part: Part) -> Text {
    match part {
        Part::Loader => text!("host.loader", "Loader"),
        Part::Runtime => text!("host.runtime", "Runtime"),
        Part::Eapp => text!("host.eapp", "Application"),
    }
}

fn fact(key: &str, name: Text, value: Text) -> Fact {
    Fact {
        key: key.to_string(),
        name,
        value,
        mono: true,
        tone: Tone::Plain,
        cite: Text::none(),
        model: false,
        place: None,
    }
}

/// Commands that compute the expected measurement outside.
#[must_use]
pub fn snippet(files: &EnclaveFiles) -> crate::trace::Snippet {
    use crate::trace::{Snippet, SnippetInput};
    let names = ["loader.bin", "runtime.elf", "eapp.elf"];
    let inputs = names
        .iter()
        .zip(&files.bytes)
        .map(|(name, bytes)| SnippetInput {
            name: (*name).to_string(),
            bytes: Ok(bytes.clone()),
        });
    Snippet {
        title: text!(
            "host.snippet",
            "The measurement, from the three files alone"
        ),
        code: format!(
            "python3 -c \"import hashlib\nfiles = [open(n, 'rb').read() for n in ('{}', '{}', '{}')]\nfiles = [f + bytes(-len(f) % 4096) for f in files]\nsizes = b''.join(len(f).to_bytes(8, 'little') for f in files)\nprint(hashlib.sha3_512(sizes + b''.join(files)).hexdigest())\"",
            names[0], names[1], names[2]
        ),
        inputs: inputs.collect(),
        prints: hex::encode(&files.expected_hash()),
    }
}

/// Files that stand for an enclave: a loader that goes round in circles, and two programs of one
/// segment each that do the same.
#[must_use]
pub fn demo(seed: u64) -> EnclaveFiles {
    let code = |len: usize| {
        // `auipc t0, 0`, sixteen times `nop`, `jal x0, 0`; then bytes that tell one seed from another.
        let mut code = vec![0x97, 0x02, 0, 0];
        code.extend_from_slice(&[0x13, 0, 0, 0].repeat(16));
        code.extend_from_slice(&[0x6f, 0, 0, 0]);
        code.extend_from_slice(&seed.to_le_bytes());
        code.extend((code.len()..len).map(|i| (i * 7 + (i >> 8)) as u8));
        code
    };
    let program = |at: u64, len: usize| crate::formats::elf::program(at, &code(len));
    EnclaveFiles::usual(
        code(600).into(),
        program(0xffff_ffff_c000_0000, 9000).into(),
        program(0x1_0000, 5000).into(),
    )
}
