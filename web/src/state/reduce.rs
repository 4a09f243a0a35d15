//! What each action does to the state.

use std::rc::Rc;

use teescope_core::bytes::hex;
use yew::prelude::*;

use super::play::Do;
use super::{Action, Notice, Page, State, files};
use crate::host;
use crate::inspected;

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Action::Address(fragment) => next.go(&fragment),
            Action::Visit(link) => {
                next.visits += 1;
                next.unreadable = false;
                next.notice = None;
                next.open = None;
                next.show(link);
            }
            Action::Compare(link, visit) => {
                next.visits += u32::from(visit);
                next.unreadable = false;
                next.notice = None;
                next.page = Page::Compare(Rc::new(link));
            }
            Action::Lang(lang) => next.lang = lang,
            Action::Choose(code) => next.chosen = Some(code),
            Action::Theme(theme) => next.theme = theme,
            Action::Machine(id, make) => next.arrived(id, make),
            Action::Again => {
                next.tries += 1;
                next.failed = false;
                next.notice = None;
            }
            Action::Code(true) => next.take_pending(),
            Action::Code(false) => next.missed(),
            Action::Files(files) => {
                next.pending.extend(files);
                next.take_pending();
            }
            Action::Inspect(inspected) => {
                if inspected.is_none() {
                    next.looked = None;
                }
                next.inspected = inspected;
                next.notice = None;
            }
            Action::Side(side, given, pasted) => {
                next.put_side(side, given, pasted);
                next.notice = None;
            }
            Action::Run(file, link) => {
                if let Some(digest) = file.bytes.digest() {
                    Rc::make_mut(&mut next.files).insert(hex::encode(&digest), file);
                }
                return Rc::new(next).reduce(Action::Visit(link));
            }
            Action::Notice(notice) => {
                if notice.is_none() {
                    host::cancel();
                }
                next.notice = notice;
            }
            Action::Supplied(Err(why)) => {
                host::cancel();
                next.notice = Some(Notice::bad(why));
            }
            Action::Supplied(Ok(())) => {
                if let Page::Asking(asking) = &next.page {
                    let (link, notice) = (asking.link.clone(), next.notice.take());
                    next.show(link);
                    next.notice = next.notice.or(notice);
                }
            }
            Action::Open(open) => next.open = open,
            Action::Play(Do::Flip(place, bit, _)) if matches!(next.page, Page::Inspect) => {
                if let Some(inspected) = inspected::here() {
                    (inspected.flip)(&mut next, place.at, bit);
                }
            }
            Action::Play(act) => {
                let (source, files) = (next.source.clone(), next.files.clone());
                let keeps = act.keeps_notice();
                let Some(play) = next.playing() else {
                    return self;
                };
                let before = play.run().id;
                let said = play.act(act, &source, &files);
                let forked = play.run().id != before;
                if forked {
                    next.open = None;
                }
                if said.is_some() || !keeps {
                    next.notice = said;
                }
                next.unreadable = false;
                if forked {
                    next.expected = None;
                }
                files::replayed(&mut next);
            }
        }
        Rc::new(next)
    }
}
