//! What a comparison came to, in words, panels and for programs.

use alloc::vec;
use alloc::vec::Vec;

use serde_json::Value as Json;

use super::cause::Why;
use super::causes::{About, Found, causes};
use super::first::{Told, first};
use super::given::Kind;
use super::job::{Job, Stage};
use super::json;
use super::lockstep::{Building, Lockstep};
use super::pages::Pages;
use super::shape::Shape;
use super::tries::Tries;
use super::{metadata, panels, sigs, spot, trial};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::view::{Certainty, Difference, Panel, Side, Verdict};

/// The answer of a comparison.
pub(super) fn tell(job: &Job) -> Difference {
    let same = job.ends[0] == job.ends[1];
    let mut out = Difference {
        verdict: if same {
            Verdict::Same
        } else {
            Verdict::Different
        },
        headline: headline(job, same),
        identity: "MRENCLAVE",
        sides: [0, 1].map(|side: usize| Side {
            name: job.given[side].name.clone(),
            what: job.given[side].what(),
            identity: hex::encode(&job.ends[side]),
        }),
        says: Vec::new(),
        causes: Vec::new(),
        first: None,
        panels: Vec::new(),
        json: Json::Null,
    };
    let mut facts = json::sides(&job.given, job.ends);
    match &job.stage {
        Stage::Comparing(lockstep, shapes, pages) => {
            both(&mut out, &mut facts, job, lockstep, shapes, pages);
        }
        Stage::Trying(tries) => tried(&mut out, &mut facts, job, tries),
        _ => {}
    }
    signatures(&mut out, job);
    if same {
        alike(&mut out, job);
    }
    out.json = Json::Object(facts);
    out
}

fn headline(job: &Job, same: bool) -> Text {
    let stated = job.given.iter().any(|g| g.image().is_none());
    match (same, stated) {
        (true, false) if job.is_one_file() => {
            text!("diff.identical", "The files are the same, byte for byte.")
        }
        (true, false) => text!("diff.same", "Same MRENCLAVE, different files."),
        (true, true) => text!("diff.as-expected", "The MRENCLAVE is as expected."),
        (false, false) => text!("diff.different", "The MRENCLAVEs differ."),
        (false, true) => text!("diff.not-as-expected", "The MRENCLAVE is not as expected."),
    }
}

/// Two enclaves.
fn both(
    out: &mut Difference,
    facts: &mut json::Object,
    job: &Job,
    lockstep: &Lockstep,
    shapes: &[Shape; 2],
    pages: &Pages,
) {
    let found = Found {
        same: out.verdict == Verdict::Same,
        about: [0, 1].map(|side: usize| about(&lockstep.sides[side], &shapes[side])),
        pages,
        disorder: job.disorder,
        elsewhere: metadata::differs(job.given.each_ref().map(|g| &g.bytes)),
    };
    out.causes = causes(&found);
    let [a, b] = &lockstep.sides;
    let images = [&*a.build.image, &*b.build.image];
    if let Some(parting) = &lockstep.parting {
        let Told {
            mut first,
            operations,
        } = first(parting, images);
        let files = job.given.each_ref().map(|g| g.bytes.whole_here());
        first.says.extend(spot::spots(&files, &operations));
        json::parting(facts, parting, &operations, &first.differ);
        out.first = Some(first);
    }
    json::pages(facts, pages);
    let sizes = images.map(|i| i.size());
    out.panels = vec![
        Panel::AddressMap(panels::map(&pages.runs, sizes)),
        Panel::Table(panels::table(&pages.runs, pages.lost)),
        Panel::Table(panels::inputs(images.map(|i| i.inputs()), sizes)),
    ];
}

fn about(building: &Building, shape: &Shape) -> About {
    let image = &building.build.image;
    About {
        size: image.size(),
        inputs: image.inputs(),
        threads: shape.threads,
        interleaved: building.interleaved,
        shuffled: building.shuffled,
    }
}

/// One enclave against a value: what can be said, and what was tried.
fn tried(out: &mut Difference, facts: &mut json::Object, job: &Job, tries: &Tries) {
    let (tried, of) = tries.count();
    let side = ["A", "B"][job.image_side()];
    json::tries(facts, tried, of, tries.hit.as_ref());
    if let Some(slip) = slip(job) {
        out.says.push(slip);
        return;
    }
    match &tries.hit {
        Some(change) => {
            let (why, says) = trial::says(change, tries.base());
            out.causes.push(why.cause(Certainty::Shown, says));
            out.says.push(text!(
                "diff.tried.hit",
                "A MRENCLAVE does not say where enclaves differ. But {side} with one change measures exactly the expected value: of what is measured, nothing else can differ.",
                side = side
            ));
        }
        None => {
            out.says.push(text!(
                "diff.tried.none",
                "A MRENCLAVE is a digest: it does not say where enclaves differ, nor how much. {n} of {of} plausible single changes of {side} were tried (SSAFRAMESIZE, SIZE, what is measured, permissions, one thread more or less, size of heap and stack, order); none gives the expected value. So the contents differ, or several things do.",
                n = tried,
                of = of,
                side = side
            ));
            out.says.push(text!(
                "diff.tried.next",
                "To see where, the enclave with the expected MRENCLAVE is needed as a file. DEBUG, XFRM, the signer and the base address are not measured and cannot be the reason."
            ));
        }
    }
}

/// An expected value that is another digest of the same file.
fn slip(job: &Job) -> Option<Text> {
    let side = job.image_side();
    let (given, end) = (&job.given[side], job.ends[side]);
    let wanted = job.ends[1 - side];
    let mut reversed = wanted;
    reversed.reverse();
    if reversed == end {
        return Some(text!(
            "diff.slip.reversed",
            "The expected value is this MRENCLAVE with its bytes in reverse order: a tool printed it as a number."
        ));
    }
    if given.sigstruct().is_some_and(|s| s.mrsigner() == wanted) {
        return Some(text!(
            "diff.slip.mrsigner",
            "The expected value is not a MRENCLAVE: it is the MRSIGNER of the same file."
        ));
    }
    (job.file_digest() == Some(wanted)).then(|| {
        text!(
            "diff.slip.sha256",
            "The expected value is not a MRENCLAVE: it is the SHA-256 of the whole file."
        )
    })
}

/// What the two SIGSTRUCTs say differently.
fn signatures(out: &mut Difference, job: &Job) {
    let [a, b] = &job.given;
    let (Some(x), Some(y)) = (a.prepared(), b.prepared()) else {
        return stated(out, job);
    };
    let fields = sigs::differing(&x, &y);
    if fields.is_empty() {
        return;
    }
    let names: Vec<Text> = fields.iter().map(|f| f.name.clone()).collect();
    let says = text!(
        "diff.signature.says",
        "These fields differ: {fields}.",
        fields = Text::join(&names, ", ")
    );
    out.causes
        .push(Why::Signature.cause(Certainty::Shown, says));
    out.panels.push(Panel::Table(sigs::table(&fields)));
    stated(out, job);
}

/// Where SIGSTRUCTs alone are compared: that they do not say more.
fn stated(out: &mut Difference, job: &Job) {
    let alone = job.given.iter().all(|g| g.image().is_none());
    if alone && out.verdict == Verdict::Different {
        out.says.push(text!(
            "diff.stated",
            "Neither of the two is an enclave, so there are no pages to compare: only that the values differ can be said."
        ));
    }
    for (side, given) in ["A", "B"].into_iter().zip(&job.given) {
        if let Some(found) = given.image().and_then(|image| image.found()) {
            out.says.push(text!(
                "diff.found",
                "{side}: {says}",
                side = side,
                says = found.says.clone()
            ));
        }
        if let (Kind::Image(_), Some(sig)) = (&given.kind, given.sigstruct()) {
            let at = usize::from(side == "B");
            if sig.enclavehash != job.ends[at] {
                out.says.push(text!(
                    "diff.hash-elsewhere",
                    "The SIGSTRUCT in {side} states another MRENCLAVE, {value}: EINIT refuses this enclave.",
                    side = side,
                    value = hex::encode(&sig.enclavehash)
                ));
            }
        }
    }
}

/// Two enclaves with one MRENCLAVE.
fn alike(out: &mut Difference, job: &Job) {
    let [a, b] = &job.given;
    let files = a.image().is_some() && b.image().is_some();
    if files && !job.is_one_file() && out.causes.is_empty() {
        let says = text!(
            "diff.file.says",
            "Everything that is loaded is the same; the files differ in bytes that are not."
        );
        out.causes.push(Why::File.cause(Certainty::Shown, says));
    }
    out.says.push(text!(
        "diff.not-measured",
        "MRENCLAVE does not depend on the base address, ATTRIBUTES (DEBUG among them), MISCSELECT, CONFIGID, the SIGSTRUCT, or bytes that are not measured. So the same MRENCLAVE may run as a debug enclave: a verifier must look at DEBUG too."
    ));
}
