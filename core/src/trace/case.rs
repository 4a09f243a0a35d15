//! Case files: a run small enough for an issue or a paper, replayed to the same digest.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Map, Value as Json};

use super::edit::Edit;
use super::scenario::Settings;
use crate::bytes::hex;
use crate::text::Text;

/// The number of the rules a run follows. It changes when a machine would give other results for
/// the same case, so that an old case file says so instead of failing without a reason.
pub(super) const REVISION: u64 = 1;

/// A run: which scenario, with which settings, and what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The scenario's id.
    pub scenario: String,
    /// Parameters, seed and edits.
    pub settings: Settings,
    /// The digest of the run ([`Session::digest`](super::Session::digest)).
    pub digest: [u8; 32],
}

/// A case file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError {
    /// What is wrong and what to do, as a sentence.
    pub why: Text,
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why.en())
    }
}

impl Case {
    /// Writes the case file: JSON, keys in a fixed order.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = String::from("{\n");
        out.push_str(&alloc::format!(
            "  \"teescope\": \"case\",\n  \"revision\": {REVISION},\n"
        ));
        out.push_str(&alloc::format!(
            "  \"scenario\": {},\n",
            quote(&self.scenario)
        ));
        let params: Vec<String> = self
            .settings
            .params
            .iter()
            .map(|(k, v)| alloc::format!("{}: {}", quote(k), quote(v)))
            .collect();
        out.push_str(&alloc::format!("  \"set\": {{{}}},\n", params.join(", ")));
        out.push_str(&alloc::format!("  \"seed\": \"{}\",\n", self.settings.seed));
        let edits: Vec<String> = self
            .settings
            .edits
            .iter()
            .map(|e| quote(&e.to_string()))
            .collect();
        out.push_str(&alloc::format!("  \"edits\": [{}],\n", edits.join(", ")));
        out.push_str(&alloc::format!(
            "  \"digest\": \"{}\"\n}}\n",
            hex::encode(&self.digest)
        ));
        out
    }

    /// Reads a case file.
    ///
    /// # Errors
    /// It is no JSON, a key is missing, unknown or of the wrong kind, or another revision wrote it.
    pub fn read(text: &str) -> Result<Self, CaseError> {
        let json: Json = serde_json::from_str(text).map_err(|e| CaseError {
            why: crate::text!(
                "case.no-json",
                "The case file is not JSON: {error}.",
                error = e.to_string()
            ),
        })?;
        let Json::Object(map) = json else {
            return Err(bad("teescope"));
        };
        if map.get("teescope").and_then(Json::as_str) != Some("case") {
            return Err(bad("teescope"));
        }
        let revision = map
            .get("revision")
            .and_then(Json::as_u64)
            .ok_or_else(|| bad("revision"))?;
        if revision != REVISION {
            return Err(CaseError {
                why: crate::text!(
                    "case.revision",
                    "The case file was written by revision {theirs} of the rules; this is revision {ours}, which may give other results. Use the version that wrote it.",
                    theirs = revision,
                    ours = REVISION
                ),
            });
        }
        let known = [
            "teescope", "revision", "scenario", "set", "seed", "edits", "digest",
        ];
        if let Some(key) = map.keys().find(|k| !known.contains(&k.as_str())) {
            return Err(bad(key));
        }
        let scenario = string(&map, "scenario")?;
        let seed = super::op_text::number(&string(&map, "seed")?).ok_or_else(|| bad("seed"))?;
        let digest = hex::decode(&string(&map, "digest")?)
            .ok()
            .and_then(|d| d.try_into().ok());
        let digest = digest.ok_or_else(|| bad("digest"))?;
        let Some(Json::Object(set)) = map.get("set") else {
            return Err(bad("set"));
        };
        let mut settings = Settings {
            seed,
            ..Settings::default()
        };
        for (key, value) in set {
            let value = value.as_str().ok_or_else(|| bad("set"))?;
            settings.params.insert(key.clone(), value.to_string());
        }
        let Some(Json::Array(edits)) = map.get("edits") else {
            return Err(bad("edits"));
        };
        for edit in edits {
            let edit = Edit::parse(edit.as_str().ok_or_else(|| bad("edits"))?);
            settings
                .edits
                .push(edit.map_err(|b| CaseError { why: b.why })?);
        }
        Ok(Self {
            scenario,
            settings,
            digest,
        })
    }
}

/// A string as JSON writes it.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' => {
                out.push_str("\\u00");
                out.push_str(&hex::encode(&[c as u8]));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

fn string(map: &Map<String, Json>, key: &str) -> Result<String, CaseError> {
    map.get(key)
        .and_then(Json::as_str)
        .map(ToString::to_string)
        .ok_or_else(|| bad(key))
}

fn bad(key: &str) -> CaseError {
    CaseError {
        why: crate::text!(
            "case.bad-key",
            "The key “{key}” of the case file is missing, unknown or of the wrong kind. A case file has the keys teescope, revision, scenario, set, seed, edits and digest.",
            key = key
        ),
    }
}
