//! What every component needs: the language and a way to act.

use std::rc::Rc;

use teescope_core::text::Text;
use teescope_core::trace::Link;
use yew::prelude::*;

use super::play::Do;
use super::{Action, Notice, Open, State, Theme};
use crate::lang::Lang;

/// What every component needs: the language and a way to act.
#[derive(Clone, PartialEq)]
pub(crate) struct Ctx {
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
    /// What every address keeps.
    pub(crate) kept: Rc<Vec<(String, String)>>,
    pub(crate) dispatch: UseReducerDispatcher<State>,
}

impl Ctx {
    pub(crate) fn t(&self, text: &Text) -> AttrValue {
        self.lang.t(text)
    }

    /// The address of a page, in the present language and theme.
    pub(crate) fn href(&self, mut link: Link) -> String {
        for (key, value) in &*self.kept {
            link.set(key, Some(value));
        }
        ["#", link.write().trim_start_matches('&')].concat()
    }

    pub(crate) fn act(&self, act: Do) {
        self.dispatch.dispatch(Action::Play(act));
    }

    pub(crate) fn open(&self, open: Open) {
        self.dispatch.dispatch(Action::Open(Some(open)));
    }

    pub(crate) fn close(&self) {
        self.dispatch.dispatch(Action::Open(None));
    }

    pub(crate) fn say(&self, notice: Notice) {
        self.dispatch.dispatch(Action::Notice(Some(notice)));
    }
}

/// The context of the component that calls it.
#[hook]
pub(crate) fn use_ctx() -> Ctx {
    use_context::<Ctx>().expect("the page gives every component its context")
}
