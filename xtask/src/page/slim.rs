//! Takes from what the tools and people wrote what a browser does not need: remarks, indentation, long names of
//! imports, and the sheets of style that could be one.

use std::fmt::Write as _;

use super::binary::{Bytes, IMPORTS, put, sections};

/// What wasm-bindgen calls the module of its functions.
const BOUND: &[u8] = b"./teescope_bg.js";

/// A module and the JavaScript that binds it, with numbers for the names of the functions between them; `None` if
/// they are not as wasm-bindgen writes them.
pub(super) fn bound(module: &[u8], script: &str) -> Option<(Vec<u8>, String)> {
    let mut names = Vec::new();
    let module = sections(module, |kind, section| {
        Some(match kind {
            IMPORTS => Some(imports(section, &mut names)?),
            _ => None,
        })
    })?;
    let mut told = String::new();
    let mut in_remark = false;
    for line in script.lines().map(str::trim_start) {
        in_remark |= line.starts_with("/**");
        if in_remark {
            in_remark = !line.ends_with("*/");
            continue;
        }
        let key = line.split_once(": ").and_then(|(key, rest)| {
            let at = names.iter().position(|name| name == key.as_bytes())?;
            Some((at, rest))
        });
        if let Some((at, rest)) = key {
            _ = writeln!(told, "{at}: {rest}");
        } else if !line.is_empty() && !line.starts_with("//") {
            _ = writeln!(told, "{line}");
        }
    }
    let is_told = |name: &Vec<u8>| !told.lines().any(|line| line.as_bytes().starts_with(name));
    names.iter().all(is_told).then_some((module, told))
}

/// The imports with numbers for names where they are bound; the names go into `names`.
fn imports(section: &[u8], names: &mut Vec<Vec<u8>>) -> Option<Vec<u8>> {
    let mut bytes = Bytes(section);
    let count = bytes.number()?;
    let mut out = Vec::with_capacity(section.len());
    put(&mut out, count);
    let sized = |out: &mut Vec<u8>, name: &[u8]| {
        put(out, name.len() as u32);
        out.extend_from_slice(name);
    };
    for _ in 0..count {
        let (module, name) = (bytes.sized()?, bytes.sized()?);
        // Functions alone are asked for: their kind, and the number of their type.
        bytes.is(0)?;
        let kind = bytes.number()?;
        sized(&mut out, module);
        if module == BOUND {
            sized(&mut out, names.len().to_string().as_bytes());
            names.push(name.to_owned());
        } else {
            sized(&mut out, name);
        }
        out.push(0);
        put(&mut out, kind);
    }
    bytes.0.is_empty().then_some(out)
}

/// A sheet of style without remarks and indentation.
pub(super) fn sheet(css: &str) -> String {
    let mut told = String::new();
    let mut rest = css;
    while let Some((before, remark)) = rest.split_once("/*") {
        told.push_str(before);
        rest = remark.split_once("*/").map_or("", |(_, after)| after);
    }
    told.push_str(rest);
    let lines = told.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::new(), |all, line| all + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::super::binary::MAGIC;
    use super::*;

    #[test]
    fn names_between_the_module_and_its_script_become_numbers() {
        let module = |names: [&str; 2]| {
            let mut section = vec![3];
            for (from, name) in [
                ("./teescope_bg.js", names[0]),
                ("./x.js", "y"),
                ("./teescope_bg.js", names[1]),
            ] {
                section.push(from.len() as u8);
                section.extend(from.bytes());
                section.push(name.len() as u8);
                section.extend(name.bytes());
                section.extend([0, 7]);
            }
            let mut out = MAGIC.to_vec();
            out.extend([IMPORTS, section.len() as u8]);
            out.extend(section);
            out
        };
        let script = "/**\n * A remark.\n */\nconst bound = {\n    __wbg_a_1: function(x) {\n        // Another.\n        return x;\n    },\n    __wbg_a_12: function() {},\n};\n";
        let told = "const bound = {\n0: function(x) {\nreturn x;\n},\n1: function() {},\n};\n";
        let expected = (module(["0", "1"]), told.to_owned());
        let names = ["__wbg_a_1", "__wbg_a_12"];
        assert_eq!(bound(&module(names), script), Some(expected));
        assert_eq!(bound(b"\0asm", script), None);
    }

    #[test]
    fn a_sheet_keeps_its_rules() {
        let css = "/* One,\n   two. */\na { b: c; }\n\n@media d {\n  /* e */ f > g { content: \"▸ \"; }\n}\n";
        assert_eq!(
            sheet(css),
            "a { b: c; }\n@media d {\nf > g { content: \"▸ \"; }\n}\n"
        );
    }
}
