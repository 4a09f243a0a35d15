//! The language the page speaks: which there are, which one to take, where its sentences are.

use std::rc::Rc;

use teescope_core::text::{Catalogue, LANGUAGES, Language, Text};
use yew::prelude::*;

use crate::dom;

/// A language and its sentences.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lang {
    /// The BCP 47 code: `en`, `ja`.
    pub(crate) code: &'static str,
    /// The sentences; empty for English.
    pub(crate) catalogue: Rc<Catalogue>,
}

impl PartialEq for Lang {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code && Rc::ptr_eq(&self.catalogue, &other.catalogue)
    }
}

impl Lang {
    /// English, which needs no file.
    pub(crate) fn english() -> Self {
        Self {
            code: "en",
            catalogue: Rc::default(),
        }
    }

    /// A text in this language.
    pub(crate) fn t(&self, text: &Text) -> AttrValue {
        match text {
            Text::Plain(s) => AttrValue::Rc(s.clone()),
            said => AttrValue::from(said.render(&self.catalogue)),
        }
    }

    /// Fetches the sentences of a language; `None` if they cannot be had.
    pub(crate) async fn load(code: &'static str) -> Option<Self> {
        let Some(language) = Language::of(code) else {
            return Some(Self::english());
        };
        let text = dom::fetch(&dom::sentences(language.code)?).await?;
        Some(Self {
            code,
            catalogue: Rc::new(Catalogue::parse(&[&text])),
        })
    }
}

/// Every language: code and its own name.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    std::iter::once(("en", "English")).chain(LANGUAGES.iter().map(|l| (l.code, l.name)))
}

/// The known language of that code.
pub(crate) fn known(code: &str) -> Option<&'static str> {
    all().map(|(c, _)| c).find(|c| *c == code)
}

/// The first language of the browser's list that the page speaks.
pub(crate) fn preferred() -> &'static str {
    let wanted = dom::window().map(|w| w.navigator().languages());
    let wanted = wanted.iter().flat_map(js_sys::Array::iter);
    wanted
        .filter_map(|l| l.as_string())
        .find_map(|l| known(l.split('-').next().unwrap_or_default()))
        .unwrap_or("en")
}
