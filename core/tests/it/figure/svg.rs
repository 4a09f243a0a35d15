//! The SVG document: read back by an XML parser of its own, with every word and key in it.

use teescope_core::text::{Catalogue, Text};
use teescope_core::view::Changes;
use teescope_core::view::figure::{Draw, Figure, Shape, Theme, address_map, svg};

use super::samples::generated;

const THEMES: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Auto];

shared_test! {
    /// Every document is well-formed XML with all shapes in it.
    fn documents_are_well_formed_and_whole() {
        for seed in 0..40 {
            let (map, changes) = generated(seed);
            let figure = address_map(&map, &changes, &Catalogue::default(), 900.0);
            for theme in THEMES {
                let text = svg(&figure, &Catalogue::default(), theme);
                let document = roxmltree::Document::parse(&text).expect("well-formed XML");
                let root = document.root_element();
                assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
                let drawn = root.children().filter(|n| {
                    n.is_element() && !matches!(n.tag_name().name(), "title" | "desc" | "style")
                });
                // One more than the figure's: the paper it is drawn on.
                assert_eq!(drawn.count(), figure.shapes.len() + 1);
                let child = |name| root.children().find(|n| n.has_tag_name((root.tag_name().namespace().unwrap_or(""), name)));
                assert_eq!(child("title").and_then(|n| n.text()), Some("A map"));
            }
        }
    }

    /// Text cannot become markup.
    fn text_is_escaped() {
        let nasty = "<script>alert('&\"')</script>\u{0}\u{1b}]]>";
        let shape = |draw| Shape {
            key: nasty.into(),
            class: nasty.into(),
            draw,
            tip: nasty.into(),
        };
        let text = Draw::Text { x: 1.0, y: 2.0, anchor: "start", text: nasty.into() };
        let figure = Figure {
            width: 10.0,
            height: 10.0,
            title: nasty.into(),
            says: Text::none(),
            shapes: vec![shape(text), shape(Draw::Path(nasty.into()))],
        };
        let text = svg(&figure, &Catalogue::default(), Theme::Light);
        let document = roxmltree::Document::parse(&text).expect("well-formed XML");
        assert!(!document.descendants().any(|n| n.tag_name().name() == "script"));
        let said = document.descendants().filter(|n| n.is_text());
        assert!(said.filter(|n| n.text().unwrap_or("").contains("<script>alert('&\"')</script>")).count() >= 3);
    }

    /// For one theme every colour is written out.
    fn written_out_colours_leave_no_variable() {
        let (map, _) = generated(3);
        let figure = address_map(&map, &Changes::default(), &Catalogue::default(), 700.0);
        let light = svg(&figure, &Catalogue::default(), Theme::Light);
        let dark = svg(&figure, &Catalogue::default(), Theme::Dark);
        for text in [&light, &dark] {
            assert!(!text.contains("var(") && !text.contains("light-dark("));
        }
        assert!(light.contains("#fbfaf7") && !light.contains("#14161a"));
        assert!(dark.contains("#14161a") && !dark.contains("#fbfaf7"));
        assert!(svg(&figure, &Catalogue::default(), Theme::Auto).contains("light-dark(#fbfaf7, #14161a)"));
    }
}
