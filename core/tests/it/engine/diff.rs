//! The difference of two views, panel kind by panel kind.

use std::rc::Rc;

use teescope_core::text::Text;
use teescope_core::trace::Place;
use teescope_core::view::{
    AddressMap, Bytes, Cell, Digest, Fact, Facts, Field, Lane, Link, Node, Panel, Range, Row,
    States, Table, Tone, View, changes,
};

fn keys(before: Panel, after: Panel) -> Vec<String> {
    let view = |panel| View {
        panels: vec![panel],
    };
    let same = changes(&view(after.clone()), &view(after.clone()));
    assert!(same.cells.is_empty(), "a view does not differ from itself");
    changes(&view(before), &view(after))
        .cells
        .into_iter()
        .collect()
}

fn range(key: &str, end: u64) -> Range {
    Range {
        key: key.into(),
        start: 0,
        end,
        depth: 0,
        label: Text::none(),
        sub: Text::none(),
        tone: Tone::Free,
        place: None,
    }
}

fn map(ranges: &[Range], links: &[(&str, &str)]) -> Panel {
    let lane = Lane {
        key: "lane",
        title: Text::none(),
        start: 0,
        end: 100,
        ranges: ranges.to_vec(),
    };
    let links = links.iter().map(|(from, to)| Link {
        from: from.to_string(),
        to: to.to_string(),
        tone: Tone::Plain,
    });
    Panel::AddressMap(AddressMap {
        id: "map",
        title: Text::none(),
        note: Text::none(),
        lanes: vec![lane],
        links: links.collect(),
    })
}

fn table(rows: &[(&str, &[&str])]) -> Panel {
    let cell = |text: &&str| Cell {
        text: (*text).into(),
        tone: Tone::Plain,
    };
    let rows = rows.iter().map(|(key, cells)| Row {
        key: key.to_string(),
        cells: cells.iter().map(cell).collect(),
        place: None,
    });
    Panel::Table(Table {
        id: "epcm",
        title: Text::none(),
        note: Text::none(),
        wide: false,
        columns: Vec::new(),
        rows: rows.collect(),
        empty: Text::none(),
    })
}

fn bytes(at: u64, data: &[u8]) -> Panel {
    let field = |name: &str, offset: usize, size: usize| Field {
        name: name.into(),
        offset,
        size,
        value: Text::none(),
        meaning: Text::none(),
        reserved: false,
        tone: Tone::Plain,
    };
    Panel::Bytes(Bytes {
        id: "secs",
        title: Text::none(),
        note: Text::none(),
        place: Place::new("epc", at, data.len() as u64),
        data: Rc::from(data),
        fields: vec![field("SIZE", 0, 2), field("BASE", 2, 2)],
    })
}

fn states(current: usize, note: &str) -> Panel {
    let node = |title: &str| Node {
        title: title.into(),
        tone: Tone::Plain,
    };
    Panel::States(States {
        id: "life",
        title: Text::none(),
        note: note.into(),
        nodes: vec![node("none"), node("created")],
        edges: vec![(0, 1, "ECREATE".into())],
        current,
    })
}

fn digest(running: u8, blocks: u64, if_final: u8, is_final: bool) -> Panel {
    Panel::Digest(Digest {
        id: "mrenclave",
        title: Text::none(),
        note: Text::none(),
        place: Place::new("epc", 0, 32),
        absorbed: Vec::new(),
        before: Vec::new(),
        running: vec![running],
        blocks,
        block_size: 64,
        if_final: vec![if_final],
        if_final_label: Text::none(),
        is_final,
        expected: None,
    })
}

fn facts(list: &[(&str, &str)]) -> Panel {
    let facts = list.iter().map(|(key, value)| Fact {
        key: key.to_string(),
        name: Text::none(),
        value: (*value).into(),
        mono: false,
        tone: Tone::Plain,
        cite: Text::none(),
        model: false,
        place: None,
    });
    Panel::Facts(Facts {
        id: "identity",
        title: Text::none(),
        note: Text::none(),
        facts: facts.collect(),
    })
}

shared_test! {
    /// Ranges that differ, came or went, and ties that came or went.
    fn address_maps() {
        let before = map(&[range("a", 1), range("b", 2), range("gone", 3)], &[("a", "b"), ("a", "gone")]);
        let after = map(&[range("a", 1), range("b", 9), range("new", 4)], &[("a", "b"), ("a", "new")]);
        assert_eq!(keys(before, after), ["map/a>gone", "map/a>new", "map/b", "map/gone", "map/new"]);
    }

    /// Rows and the cells in them; a row keeps its identity by its key, not by its place.
    fn tables() {
        let before = table(&[("1", &["a", "b"]), ("2", &["c", "d"]), ("3", &["e"])]);
        let after = table(&[("0", &["n"]), ("1", &["a", "b"]), ("2", &["c", "x"])]);
        assert_eq!(keys(before, after), ["epcm/0", "epcm/0/0", "epcm/2", "epcm/2/1", "epcm/3"]);
    }

    /// Bytes and the fields they lie in; other bytes altogether if the structure lies elsewhere.
    fn structures() {
        assert_eq!(keys(bytes(0, &[1, 2, 3, 4]), bytes(0, &[1, 2, 3, 5])), ["secs/@3", "secs/BASE@2"]);
        assert_eq!(
            keys(bytes(0, &[1, 2, 3, 4]), bytes(0, &[1, 2, 3])),
            ["secs/@3", "secs/BASE@2"],
        );
        assert_eq!(
            keys(bytes(0, &[1, 2, 3, 4]), bytes(4096, &[1, 2, 3, 4])),
            ["secs/@0", "secs/@1", "secs/@2", "secs/@3", "secs/BASE@2", "secs/SIZE@0"],
        );
    }

    /// The node that was entered; words about the panel count for the panel.
    fn state_machines() {
        assert_eq!(keys(states(0, ""), states(1, "")), ["life/1"]);
        assert_eq!(keys(states(0, ""), states(0, "new")), ["life/"]);
    }

    /// Each part of a digest by its own name.
    fn digests() {
        assert_eq!(keys(digest(0, 0, 0, false), digest(1, 0, 0, false)), ["mrenclave/running"]);
        assert_eq!(keys(digest(0, 0, 0, false), digest(0, 5, 0, false)), ["mrenclave/blocks"]);
        assert_eq!(keys(digest(0, 0, 0, false), digest(0, 0, 1, true)), ["mrenclave/final", "mrenclave/if-final"]);
    }

    /// Facts that changed, came or went.
    fn names_and_values() {
        let before = facts(&[("a", "1"), ("b", "2"), ("gone", "3")]);
        let after = facts(&[("b", "9"), ("a", "1"), ("new", "4")]);
        assert_eq!(keys(before, after), ["identity/b", "identity/gone", "identity/new"]);
    }

    /// A panel that only one side has, or that became one of another kind.
    fn whole_panels() {
        let before = View { panels: vec![states(0, ""), facts(&[])] };
        let after = View { panels: vec![states(0, ""), table(&[("1", &["a"])])] };
        let found = changes(&before, &after);
        assert_eq!(found.cells.iter().collect::<Vec<_>>(), ["epcm/", "identity/"]);
        assert!(found.touches("epcm") && found.touches("identity") && !found.touches("life"));
        assert!(found.has("epcm", "") && !found.has("epcm", "1") && !found.touches("epc"));
        let Panel::Facts(mut other) = facts(&[]) else { panic!("not facts") };
        other.id = "life";
        assert_eq!(keys(states(0, ""), Panel::Facts(other)), ["life/"]);
    }
}
