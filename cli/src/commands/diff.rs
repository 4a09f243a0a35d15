//! `diff`: why two enclaves measure differently; its exit code is for gates in people's builds.

use std::ffi::OsStr;
use std::path::Path;

use serde_json::{Value as Json, json};
use teescope_core::artefacts;
use teescope_core::trace::Input;
use teescope_core::view::{
    Bytes, Certainty, Difference, First, Panel, Spot, Verdict, differ_supplied,
};

use crate::args::{Args, Opt, Usage};
use crate::files;
use crate::files::Files;
use crate::out::{DIFFERS, Out, Result, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "diff",
    takes: &["A", "B"],
    does: "tell why two enclaves measure differently; exit code 0 same identity, 1 different",
    more: "A and B are files: an enclave (an SGXS stream, a signed image, or a manifest of Gramine,\n\
           which needs --libpal) or a SIGSTRUCT, whose ENCLAVEHASH is compared. Or they are a MRENCLAVE itself, 64 hex digits.\n\
           Told are the likely causes, the first differing record with its bytes, and every\n\
           differing page. Against an expected value alone, a few plausible single changes are tried.\n\
           Exit codes: 0 the same MRENCLAVE, 1 another, 2 something cannot be used.\n\
           JSON keys: verdict (same, different), headline, says [sentence], causes [{cause,\n\
           certainty (shown, likely, follows), title, says, advice}], a and b {name, kind, what,\n\
           format, mrenclave, mrsigner, pages, size, ssaframesize}; of two enclaves first {record,\n\
           a and b {op, page, offset, file_offset, record, step}, differing_bytes,\n\
           agreed_midstate, agreed_blocks, says} (missing where they never part), pages [{what, pages,\n\
           a and b {page, offset, flags, measured}, bytes, unmeasured_bytes}], pages_not_listed;\n\
           against a value tried {changes, of, hit}.",
    options: &[Opt {
        name: "--libpal",
        takes: Some("FILE"),
        many: true,
        does: "libpal.so for manifests of Gramine; given twice, that of A and that of B",
    }],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let all = Files::default();
    let (a, b) = (side(&all, "a", args.get(0))?, side(&all, "b", args.get(1))?);
    let libpals = args.values("--libpal").map(|path| {
        let bytes = files::read(OsStr::new(path))?.into();
        let name = path.to_string();
        Ok(Input { name, bytes })
    });
    let libpals = libpals.collect::<Result<Vec<_>>>()?;
    let libpals = [libpals.first(), libpals.get(1).or(libpals.first())];
    let differ = artefacts::diff_with(&a, &b, libpals).map_err(|e| words.stop(&e))?;
    let found = differ_supplied(differ, &all.supply()).map_err(|e| words.stop(&e))?;
    let mut out = Out::new();
    if args.has("--json") {
        out.json(&json(&found, &words))?;
    } else {
        print(&found, &words, &mut out)?;
    }
    out.end()?;
    Ok(match found.verdict {
        Verdict::Same => 0,
        Verdict::Different => DIFFERS,
    })
}

/// A file, or the value that the word itself is.
fn side(all: &Files, key: &str, word: &OsStr) -> Result<Input> {
    let text = word.to_string_lossy();
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    let is_value = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if is_value && !Path::new(word).exists() {
        return Ok(Input {
            name: format!("{}…", &digits[..8]),
            bytes: digits.as_bytes().into(),
        });
    }
    let input = all.input(key, word)?;
    match input.bytes.is_empty() {
        true => Err(why(format!("{} is empty.", input.name))),
        false => Ok(input),
    }
}

fn print(found: &Difference, words: &Words, out: &mut Out) -> Result {
    out.line(&words.say(&found.headline))?;
    for (letter, side) in ["A", "B"].into_iter().zip(&found.sides) {
        let what = words.say(&side.what);
        out.line(&format!(
            "{letter}  {}  {} ({what})",
            side.identity, side.name
        ))?;
    }
    for cause in &found.causes {
        let mark = match cause.certainty {
            Certainty::Shown => "",
            Certainty::Likely => " ?",
            Certainty::Follows => " ←",
        };
        let (title, says) = (words.say(&cause.title), words.say(&cause.says));
        out.line(&format!("\n{title}{mark} [{}]\n  {says}", cause.id))?;
        if cause.certainty != Certainty::Follows {
            out.line(&format!("  {}", words.say(&cause.advice)))?;
        }
    }
    if !found.says.is_empty() {
        out.line("")?;
    }
    for says in &found.says {
        out.line(&words.say(says))?;
    }
    if let Some(first) = &found.first {
        self::first(first, words, out)?;
    }
    for panel in &found.panels {
        if let Panel::Table(table) = panel
            && !table.rows.is_empty()
        {
            out.line(&format!(
                "\n{} ({})",
                words.say(&table.title),
                words.say(&table.note)
            ))?;
            for row in &table.rows {
                let cells = row.cells.iter().map(|c| words.say(&c.text));
                let cells: Vec<String> = cells.filter(|c| !c.is_empty()).collect();
                out.line(&format!("  {}", cells.join("  ")))?;
            }
        }
    }
    Ok(())
}

fn first(first: &First, words: &Words, out: &mut Out) -> Result {
    out.line("")?;
    for says in &first.says {
        out.line(&words.say(says))?;
    }
    for (name, value) in &first.facts {
        out.line(&format!("  {}: {value}", words.say(name)))?;
    }
    let lines = first.differ.iter().map(|at| at / 16);
    let mut lines: Vec<usize> = lines.collect();
    lines.dedup();
    for line in lines.into_iter().take(8) {
        for (letter, bytes) in ["A", "B"].into_iter().zip(&first.bytes) {
            let hex = row(bytes.as_ref(), line, &first.differ);
            out.line(&format!("  {letter} {:04x} {hex}", line * 16))?;
        }
    }
    Ok(())
}

/// Sixteen bytes, the differing ones in brackets.
fn row(bytes: Option<&Bytes>, line: usize, differ: &[usize]) -> String {
    let Some(bytes) = bytes else {
        return "–".into();
    };
    let all = (line * 16..line * 16 + 16).map_while(|at| bytes.data.get(at).map(|b| (at, b)));
    let shown = all.map(|(at, b)| match differ.binary_search(&at) {
        Ok(_) => format!("[{b:02x}]"),
        Err(_) => format!(" {b:02x} "),
    });
    shown.collect()
}

fn json(found: &Difference, words: &Words) -> Json {
    let causes = found.causes.iter().map(|c| {
        json!({
            "cause": c.id,
            "certainty": c.certainty.id(),
            "title": words.say(&c.title),
            "says": words.say(&c.says),
            "advice": words.say(&c.advice),
        })
    });
    let causes: Vec<Json> = causes.collect();
    let says: Vec<String> = found.says.iter().map(|s| words.say(s)).collect();
    let mut all = found.json.clone();
    all["verdict"] = found.verdict.id().into();
    all["headline"] = words.say(&found.headline).into();
    all["says"] = says.into();
    all["causes"] = causes.into();
    for (key, side) in ["a", "b"].into_iter().zip(&found.sides) {
        all[key]["what"] = words.say(&side.what).into();
    }
    if let Some(first) = &found.first {
        for (key, spot) in ["a", "b"].into_iter().zip(&first.spots) {
            let step = |s: &Spot| format!("{}@{}", s.scenario, s.step);
            all["first"][key]["step"] = spot.as_ref().map(step).into();
        }
        all["first"]["says"] = first.says.iter().map(|s| words.say(s)).collect();
    }
    all
}
