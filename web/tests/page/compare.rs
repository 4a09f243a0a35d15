//! The comparison, with machines that the page has never heard of: whatever registers appears in every part of it.

use teescope_core::compare::{ALL, Answer, Beat, Choice, Column, beats, by_id, differs};
use teescope_core::trace::{Observer, Phase, Progress, Tee};
use teescope_core::view::{Aspect, Claim, Evidence, Profile, Statement};
use teescope_web::source::{From, Part, Source};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement};

use crate::{Page, vault};

/// A second machine, of which something is said.
fn cellar() -> Tee {
    Tee {
        id: "cellar",
        title: "Cellar".into(),
        profile: Some(|| profile("cellar")),
        ..vault::tee()
    }
}

/// A machine that cannot be run.
fn attic() -> Tee {
    Tee {
        id: "attic",
        title: "Attic".into(),
        common: None,
        profile: Some(|| profile("attic")),
        scenarios: Vec::new(),
        ..vault::tee()
    }
}

fn profile(tee: &'static str) -> Profile {
    let claim = |aspect: Aspect| {
        let then = format!("{tee} then {}", aspect.id()).into();
        let today = format!("{tee} today {}", aspect.id()).into();
        let evidence = match aspect {
            Aspect::Isolation => Evidence::step("vault/common", "again"),
            _ => Evidence::None("it is a matter of taste".into()),
        };
        let claim = Claim::new(aspect, [then, today], "a book, page 7", evidence);
        match aspect {
            Aspect::Weaknesses => claim.dated().note("a slip of the pen".into(), "errata"),
            _ => claim,
        }
    };
    let about = Statement::new(
        "colour",
        ["it is blue".into(), "it is green".into()],
        "a look at it",
        Evidence::NotYet("nobody has painted it".into()),
    );
    Profile {
        tee,
        claims: Aspect::ALL.into_iter().map(claim).collect(),
        about: vec![about],
    }
}

fn part(name: &'static str, make: fn() -> Tee) -> Part {
    Part {
        name,
        scenarios: &["vault/common"],
        from: From::Here(make),
    }
}

fn source() -> Source {
    Source::new(&[
        part("vault_common", vault::tee),
        part("cellar_common", cellar),
        part("attic_common", attic),
    ])
}

fn tees() -> Vec<Tee> {
    vec![vault::tee(), cellar(), attic()]
}

/// A run of its own, apart from the page.
fn column(tee: &str, variant: &str) -> Column {
    let choice = Choice {
        tee: tee.into(),
        variant: variant.into(),
        ..Choice::default()
    };
    let mut column = Column::open(&tees(), &choice).expect("it opens");
    while column.work(100) != Progress::Ready {}
    column
}

fn beats_of(columns: &[&Column]) -> Vec<Beat> {
    beats(columns)
}

/// The page at a fragment, every answer there.
async fn at(fragment: &str) -> Page {
    let page = Page::of(source(), fragment).await;
    complete(&page).await;
    page
}

async fn complete(page: &Page) {
    page.until("the answers", |p| {
        p.count(".answer-card") == p.count(".answer-card .verdict")
            && p.count(".phases td > .dim") == 0
    })
    .await;
}

fn texts(page: &Page, selector: &str) -> Vec<String> {
    let all = page.root.query_selector_all(selector).expect("a selector");
    let all = (0..all.length()).filter_map(|i| all.get(i));
    all.map(|n| n.text_content().unwrap_or_default()).collect()
}

fn attributes(page: &Page, selector: &str, name: &str) -> Vec<String> {
    let all = page.root.query_selector_all(selector).expect("a selector");
    let all = (0..all.length()).filter_map(|i| all.get(i)?.dyn_into::<Element>().ok());
    all.filter_map(|e| e.get_attribute(name)).collect()
}

/// Tells an element that its value changed.
async fn changed(page: &Page, element: &Element) {
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    let event = web_sys::Event::new_with_event_init_dict("change", &init).expect("an event");
    element.dispatch_event(&event).expect("it is heard");
    page.settle().await;
    complete(page).await;
}

async fn choose(page: &Page, selector: &str, value: &str) {
    let select: HtmlSelectElement = page.find(selector).expect(selector).unchecked_into();
    select.set_value(value);
    assert_eq!(select.value(), value, "{selector} has no such option");
    changed(page, &select).await;
}

async fn look_as(page: &Page, observer: &str) {
    let selector = format!(".seen-by input[value='{observer}']");
    let radio: HtmlElement = page.find(&selector).expect(&selector).unchecked_into();
    radio.click();
    page.settle().await;
    complete(page).await;
}

/// A key pressed on an element.
async fn key_on(page: &Page, selector: &str, key: &str) {
    let init = web_sys::KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init)
        .expect("an event");
    let element = page.find(selector).expect(selector);
    element.dispatch_event(&event).expect("it is heard");
    page.settle().await;
}

/// The verdicts of some answers, and which are marked as unlike the others.
fn expected(answers: &[Answer]) -> (Vec<String>, Vec<bool>) {
    let all: Vec<&Answer> = answers.iter().collect();
    let verdicts = answers.iter().map(|a| a.verdict.en()).collect();
    (verdicts, differs(&all))
}

#[wasm_bindgen_test]
async fn the_front_page_asks_the_first_question_of_the_first_two_machines() {
    let page = at("lang=en").await;
    assert_eq!(texts(&page, ".col-head h2"), ["Vault", "Cellar"]);
    assert_eq!(page.text(".chosen h2"), (ALL[0].asks)().en());
    assert_eq!(page.count(".nav a[aria-current]"), 1);
    let title = crate::document().title();
    assert_eq!(title, format!("{} · teescope", (ALL[0].asks)().en()));
}

#[wasm_bindgen_test]
async fn every_question_is_answered_by_the_runs() {
    for question in ALL {
        for observer in [Observer::Privileged, Observer::Bus] {
            let (id, eyes) = (question.id, observer.id());
            let page = at(&format!(
                "compare/{id}&as={eyes}&a=vault.ones&b=cellar.open&lang=en"
            ))
            .await;
            let mut columns = [column("vault", "ones"), column("cellar", "open")];
            let answers = columns
                .iter_mut()
                .map(|c| (question.answer)(c, observer))
                .collect::<Vec<_>>();
            let (verdicts, unlike) = expected(&answers);
            let shown = texts(&page, ".answer-card .verdict .out");
            for ((shown, verdict), answer) in shown.iter().zip(&verdicts).zip(&answers) {
                assert!(shown.ends_with(verdict.as_str()), "{id}: {shown}");
                let tone = format!(".verdict .tone-{}", answer.tone.id());
                assert!(page.find(&tone).is_some(), "{id}: {tone}");
            }
            assert_eq!(shown.len(), 2, "{id}");
            assert_eq!(page.count(".agreement.differ") == 1, unlike[0], "{id}");
            let told = page.text("[role='status'].aside-text");
            assert!(verdicts.iter().all(|v| told.contains(v)), "{told}");
            let links: usize = answers.iter().map(|a| a.proofs.len()).sum();
            assert_eq!(page.count(".proofs a") as usize, links, "{id}");
            let lines: usize = answers.iter().map(|a| a.lines.len()).sum();
            assert_eq!(page.count(".found > div") as usize, lines, "{id}");
        }
    }
}

#[wasm_bindgen_test]
async fn the_phases_say_what_is_done_and_what_is_read() {
    let page = at("compare/in-use&as=privileged&a=vault.ones&b=cellar.open&lang=en").await;
    let mut columns = [column("vault", "ones"), column("cellar", "open")];
    for phase in Phase::ALL {
        let row = format!("#phase-{}", phase.id());
        for (n, column) in columns.iter_mut().enumerate() {
            let cell = format!("{row} td[data-col='{n}']");
            match column.happens(phase, Observer::Privileged) {
                None => assert!(page.find(&row).is_none(), "{row}"),
                Some(happens) => {
                    let text = page.text(&cell);
                    for step in &happens.steps {
                        assert!(text.contains(&step.name.en()), "{text}");
                    }
                    assert!(text.contains(&happens.look.seen.title().en()), "{text}");
                    assert_eq!(page.text(&format!("{cell} .open")), happens.label);
                }
            }
        }
    }
    assert_eq!(texts(&page, ".phases tr.about .phase-name"), ["Use"]);
    assert!(page.text("#phase-use").contains("2 × "));
}

#[wasm_bindgen_test]
async fn a_cell_leads_to_the_step_with_the_same_eyes() {
    let page = at("compare/in-use&as=device&a=vault.open&b=cellar&lang=en").await;
    let href = &attributes(&page, "#phase-use td[data-col='0'] .open", "href")[0];
    drop(page);
    let run = Page::of(source(), href.trim_start_matches('#')).await;
    assert_eq!(run.text("#card h2"), "keep");
    assert!(run.text("#card .place").contains("again"));
    let eyes: HtmlSelectElement = run
        .find(".eyes select")
        .expect("it is there")
        .unchecked_into();
    assert_eq!(eyes.value(), "device");
}

#[wasm_bindgen_test]
async fn observers_and_questions_are_chosen_and_stand_in_the_address() {
    let page = at("compare/in-use&as=privileged&a=vault.open&b=cellar.open&lang=en").await;
    look_as(&page, "bus").await;
    let at = page.fragment(|f| f.contains("as=bus")).await;
    assert_eq!(
        at,
        "#compare/in-use&as=bus&a=vault.open&b=cellar.open&lang=en"
    );
    assert!(texts(&page, ".who").iter().all(|w| w == "the stethoscope"));
    choose(&page, "#question", "limits").await;
    let at = page.fragment(|f| f.contains("limits")).await;
    assert!(at.starts_with("#compare/limits&as=bus"), "{at}");
    assert!(page.text(".answer-card .verdict").contains("rooms: 3"));
}

#[wasm_bindgen_test]
async fn machines_are_chosen_added_and_taken_away() {
    let page = at("lang=en").await;
    let groups = attributes(&page, ".answer-card[data-col='0'] optgroup", "label");
    assert_eq!(groups, ["Vault", "Cellar"]);
    let grey = texts(&page, ".answer-card[data-col='0'] option[disabled]");
    assert_eq!(grey, ["Attic: not yet run"]);
    choose(
        &page,
        ".answer-card[data-col='0'] .col-head select",
        "cellar.open",
    )
    .await;
    page.fragment(|f| f.contains("a=cellar.open")).await;
    page.click(".more").await;
    complete(&page).await;
    assert_eq!(page.count(".answer-card"), 3);
    page.click(".more").await;
    complete(&page).await;
    assert_eq!(page.count(".answer-card"), 4);
    assert!(page.find(".more").is_none(), "there is room for four");
    page.click(".answer-card[data-col='0'] .remove").await;
    complete(&page).await;
    assert_eq!(page.count(".answer-card"), 3);
}

#[wasm_bindgen_test]
async fn a_secret_of_ones_own_is_used() {
    let page = at("compare/in-use&as=privileged&a=vault.open&b=cellar.open&lang=en").await;
    let selector = ".answer-card[data-col='0'] .settings-of [data-param='secret']";
    let field: HtmlInputElement = page.find(selector).expect("a field").unchecked_into();
    field.set_value("0xcafe0001");
    changed(&page, &field).await;
    let at = page.fragment(|f| f.contains("a.secret")).await;
    assert!(at.contains("a.secret=0xcafe0001"), "{at}");
    let obtained = texts(&page, ".answer-card .obtained .hex");
    assert_eq!(obtained, ["cafe0001", "01020304"]);
}

#[wasm_bindgen_test]
async fn a_machine_that_does_not_fit_says_why_and_the_other_answers() {
    let page = Page::of(source(), "compare/in-use&a=vault.nowhere&b=cellar&lang=en").await;
    page.until("the other answer", |p| p.count(".verdict") == 1)
        .await;
    assert!(page.text(".answer-card [role='alert']").contains("nowhere"));
}

#[wasm_bindgen_test]
async fn the_timeline_moves_all_runs_together() {
    let page = at("compare/in-use&a=vault.ones&b=cellar.open&lang=en").await;
    let columns = [column("vault", "ones"), column("cellar", "open")];
    let beats = beats_of(&[&columns[0], &columns[1]]);
    let line = ".compare .tl";
    assert_eq!(
        attributes(&page, line, "aria-valuemax"),
        [beats.len().to_string()]
    );
    key_on(&page, line, "Home").await;
    let first = beats[0].label();
    page.fragment(|f| f.contains(&format!("@{first}"))).await;
    assert_eq!(attributes(&page, line, "aria-valuenow"), ["1"]);
    key_on(&page, line, "ArrowRight").await;
    assert_eq!(attributes(&page, line, "aria-valuenow"), ["2"]);
    assert!(page.find("#phase-load.now").is_some());
    key_on(&page, line, "End").await;
    let last = beats.last().map(Beat::label).expect("there is one");
    let at = page.fragment(|f| f.contains(&format!("@{last}"))).await;
    assert!(at.contains(&last), "{at}");
    assert_eq!(page.count(".moment"), 0);
    page.click("[data-go='machines']").await;
    assert_eq!(page.count(".moment .privilege"), 2);
    assert!(page.count(".moment .is-now") <= 2);
    key_on(&page, line, " ").await;
    assert_eq!(
        attributes(&page, "[data-go='play']", "aria-label"),
        ["Pause"]
    );
    assert_eq!(
        attributes(&page, line, "aria-valuenow"),
        ["1"],
        "at the end it starts anew"
    );
}

#[wasm_bindgen_test]
async fn what_is_said_of_machines_stands_with_its_evidence() {
    let page = at("lang=en").await;
    let heads = texts(&page, ".literature thead th");
    assert_eq!(heads.len(), 3);
    assert!(
        heads[1].starts_with("Cellar") && heads[2].contains("not yet run"),
        "{heads:?}"
    );
    assert_eq!(page.count(".literature tbody tr"), 13);
    let first = page.text("#point-isolation");
    assert!(first.contains("cellar then isolation") && first.contains("attic today isolation"));
    assert!(first.contains("a book, page 7"));
    let links = attributes(&page, "#point-isolation a", "href");
    assert_eq!(links[0], "#vault/common@again&lang=en");
    assert!(
        page.text("#point-privilege")
            .contains("it is a matter of taste")
    );
}

#[wasm_bindgen_test]
async fn a_page_without_such_machines_begins_with_the_gallery() {
    let source = Source::new(&[part("attic", attic)]);
    let page = Page::of(source, "lang=en").await;
    assert!(page.find(".gallery").is_some());
}

#[wasm_bindgen_test]
async fn nothing_of_the_comparison_has_a_style_attribute_and_an_unknown_question_is_the_first() {
    let page = at("compare/what-is-love&lang=en").await;
    assert_eq!(page.count("[style]"), 0);
    assert!(by_id("what-is-love").is_none());
    assert_eq!(page.text(".chosen h2"), (ALL[0].asks)().en());
}
