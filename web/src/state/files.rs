//! Files the reader dropped or chose: kept by digest, offered to the scenario that takes them.

use std::collections::BTreeMap;
use std::rc::Rc;

use teescope_core::artefacts::CASE;
use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{
    BadInput, Case, Input, Inputs, Link, Param, ParamKind, ScenarioInfo, Settings,
};

use super::{Notice, Page, State};
use crate::inspect;

/// Bytes by which a large file is recognised.
const HEAD: usize = 1 << 16;

/// Files by the SHA-256 of their bytes, in hex.
pub(crate) type Files = BTreeMap<String, Input>;

pub(crate) fn digest(bytes: &[u8]) -> String {
    hex::encode(&sha256(bytes))
}

/// The files that the settings name, by parameter.
pub(crate) fn inputs(
    info: Option<&ScenarioInfo>,
    settings: &Settings,
    files: &Files,
) -> Result<Inputs, BadInput> {
    let mut out = Inputs::new();
    for param in info.iter().flat_map(|i| &i.params) {
        let ParamKind::File { .. } = param.kind else {
            continue;
        };
        let value = settings.params.get(param.key).map_or("", String::as_str);
        let Some(digest) = value.strip_prefix("sha256-") else {
            continue;
        };
        let input = files.get(digest).ok_or_else(|| BadInput {
            key: param.key.to_string(),
            missing_file: true,
            why: text!(
                "ui.file.named",
                "This link names a file that only you have: {title}. Drop it here or choose it; it is taken if its SHA-256 is {digest}. It does not leave this page.",
                title = param.title.clone(),
                digest = digest
            ),
        })?;
        out.insert(param.key.to_string(), input.clone());
    }
    Ok(out)
}

/// Takes files in: a case file is opened, an artefact goes to the scenario that knows it.
pub(crate) fn take(state: &mut State, files: Vec<Input>) {
    let mut link: Option<Link> = None;
    let mut said = Vec::new();
    if matches!(state.page, Page::Diff) {
        state.notice = None;
        return sides(state, files);
    }
    for file in files {
        if let Some(case) = case(&file) {
            match case {
                Ok(case) => open_case(state, case),
                Err(why) => state.notice = Some(Notice::bad(why)),
            }
            return;
        }
        // Of a large file the beginning is here, which tells what it is.
        let large = file.bytes.is_parts();
        let bytes: Rc<[u8]> = match large {
            false => file.bytes.whole().unwrap_or_else(|| Rc::from([])),
            true => file.bytes.with(0, HEAD, |head| Rc::from(head)),
        };
        if matches!(state.page, Page::Inspect) && !large {
            state.notice = None;
            return inspect::take(state, &file.name, &bytes);
        }
        let digest = hex::encode(&file.bytes.digest().unwrap_or_default());
        let name = file.name.clone();
        Rc::make_mut(&mut state.files).insert(digest.clone(), file);
        if let Some(asked) = asked_for(state, &digest) {
            link = Some(asked);
            continue;
        }
        let Some(found) = state.source.recognise(&bytes) else {
            state.notice = Some(Notice::bad(unknown(state, &name, &digest)));
            // What no machine runs can still be looked at.
            if !matches!(state.page, Page::Asking(_)) && !large {
                inspect::take(state, &name, &bytes);
                state.visits += 1;
                state.page = Page::Inspect;
            }
            return;
        };
        let mut next = link.take().unwrap_or_else(|| state.link());
        if next.scenario != found.scenario && !takes(state, &next.scenario, found.key) {
            next = Link {
                scenario: found.scenario.to_string(),
                ..Link::default()
            };
        }
        next.settings.edits.clear();
        next.settings
            .params
            .insert(found.key.to_string(), format!("sha256-{digest}"));
        next.step.clear();
        link = Some(next);
        said.push(text!(
            "ui.file.taken",
            "{name} is taken as {what}: {why}",
            name = name,
            what = found.what,
            why = found.why
        ));
    }
    if let Some(link) = link {
        state.visits += 1;
        state.unreadable = false;
        state.notice = None;
        state.open = None;
        state.show(link);
        if state.notice.is_none() && !said.is_empty() {
            state.notice = Some(Notice::good(Text::join(&said, " ")));
        }
    }
}

/// Puts files on the sides of the comparison: two on both, one on the side that is missing.
fn sides(state: &mut State, files: Vec<Input>) {
    let several = files.len() > 1;
    for (n, file) in files.into_iter().take(2).enumerate() {
        let side = match several {
            true => n,
            false => usize::from(state.sides.given[0].is_some()),
        };
        state.put_side(side, Some(file), false);
    }
}

/// Whether a scenario has a parameter of that key which takes a file.
fn takes(state: &State, scenario: &str, key: &str) -> bool {
    let info = state.source.info(scenario);
    info.is_some_and(|i| {
        let file = |p: &Param| p.key == key && matches!(p.kind, ParamKind::File { .. });
        i.params.iter().any(file)
    })
}

/// The link that waits for exactly this file.
fn asked_for(state: &State, digest: &str) -> Option<Link> {
    let Page::Asking(asking) = &state.page else {
        return None;
    };
    let wanted = asking.link.settings.params.values();
    let named = wanted
        .into_iter()
        .any(|v| v.strip_prefix("sha256-") == Some(digest));
    named.then(|| asking.link.clone())
}

fn unknown(state: &State, name: &str, digest: &str) -> Text {
    if let Page::Asking(asking) = &state.page
        && asking.bad.missing_file
    {
        return text!(
            "ui.file.other",
            "{name} is not the file this link asks for: its SHA-256 is {digest}.",
            name = name,
            digest = digest
        );
    }
    text!(
        "ui.file.unknown",
        "{name} is no artefact that a machine here knows. Its SHA-256 is {digest}.",
        name = name,
        digest = digest
    )
}

/// Reads a case file; `None` if the file is none.
fn case(file: &Input) -> Option<Result<Case, Text>> {
    if file.bytes.is_parts() {
        return None;
    }
    let bytes = file.bytes.whole()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    if !text.trim_start().starts_with('{') || !text.contains("\"teescope\"") {
        return None;
    }
    Some(Case::read(text).map_err(|e| e.why))
}

fn open_case(state: &mut State, case: Case) {
    state.visits += 1;
    state.notice = None;
    if case.scenario == CASE {
        return open_looked(state, case);
    }
    state.show(Link {
        scenario: case.scenario,
        settings: case.settings,
        ..Link::default()
    });
    state.expected = Some(case.digest);
    replayed(state);
}

/// A case of something that was looked at: its file is asked for.
fn open_looked(state: &mut State, case: Case) {
    let digest = case.settings.params.get("file").cloned();
    state.notice = Some(Notice::good(text!(
        "ui.case.looked",
        "This case file tells of a file that only you have. Drop it here or choose it; it is taken if it is {digest}.",
        digest = digest.unwrap_or_default()
    )));
    state.page = Page::Inspect;
    state.inspected = None;
    state.looked = Some(case);
}

/// Says whether a run that a case file told came to the digest it names, once the run is complete.
pub(super) fn replayed(state: &mut State) {
    let (Some(expected), Page::Player(play)) = (state.expected, &state.page) else {
        return;
    };
    let run = play.run();
    if run.done < run.len {
        return;
    }
    let same = run.session.borrow_mut().digest() == expected;
    state.expected = None;
    state.notice = Some(match same {
        true => Notice::good(text!(
            "ui.case.same",
            "The case file was replayed and came to the same digest."
        )),
        false => Notice::bad(text!(
            "ui.case.other",
            "The case file was replayed but came to another digest than the one written in it. It was changed by hand, or made by another version."
        )),
    });
}
