//! Elements made by plain calls, so that each part of one is made by one function for the whole page.
//!
//! `html!` writes out the making of every element where it stands, which came to a quarter of the
//! module. Here `el("td").class("m").at("title", tip).kid(words)` is four calls; nothing else differs:
//! a child that is absent keeps its place among its siblings, a list is a node of its own.

use std::cell::RefCell;
use std::rc::Rc;

use teescope_core::text::Text;
use teescope_core::view::Tone;
use yew::html::BaseComponent;
use yew::prelude::*;
use yew::virtual_dom::{
    AttributeOrProperty, Attributes, Key, Listener, ListenerKind, Listeners, VComp, VList, VNode,
    VTag, VText,
};

use crate::dom;
use crate::state::Ctx;

/// An element while it is made.
#[must_use]
pub(crate) struct El(Box<Parts>);

/// What an element is made of so far.
pub(crate) struct Parts {
    /// Empty for a fragment.
    tag: &'static str,
    key: Option<Key>,
    node: NodeRef,
    class: Option<String>,
    names: &'static Names,
    values: Vec<Option<AttributeOrProperty>>,
    heard: Vec<Option<Rc<dyn Listener>>>,
    /// The value of a field, and whether a box is ticked: they are not attributes.
    value: Option<AttrValue>,
    checked: Option<bool>,
    kids: Vec<Html>,
}

/// An element of that name.
#[inline(never)]
pub(crate) fn el(tag: &'static str) -> El {
    El(Box::new(Parts {
        tag,
        key: None,
        node: NOBODY.with(NodeRef::clone),
        class: None,
        names: NAMES.with(|names| *names),
        values: Vec::new(),
        heard: Vec::new(),
        value: None,
        checked: None,
        kids: Vec::new(),
    }))
}

/// Several nodes one after the other, without an element around them.
pub(crate) fn group() -> El {
    el("")
}

/// What keeps the place of something that is not there.
pub(crate) fn nothing() -> El {
    el("div").class("nothing")
}

/// A component.
pub(crate) fn part<C: BaseComponent>(props: C::Properties) -> Html {
    VComp::new::<C>(Rc::new(props), None).into()
}

/// A component that is told from its siblings by a key.
pub(crate) fn part_of<C: BaseComponent>(key: &str, props: C::Properties) -> Html {
    VComp::new::<C>(Rc::new(props), Some(Key::from(key))).into()
}

/// Components one after the other.
pub(crate) fn list(parts: impl Iterator<Item = Html>) -> Html {
    listed(parts.collect())
}

/// A sentence in the reader's language.
#[inline(never)]
pub(crate) fn said(ctx: &Ctx, text: Text) -> AttrValue {
    ctx.t(&text)
}

impl El {
    /// Tells it from its siblings.
    #[inline(never)]
    pub(crate) fn key(mut self, key: impl Into<Key>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Binds it to where it will be.
    pub(crate) fn node(mut self, node: &NodeRef) -> Self {
        self.0.node = node.clone();
        self
    }

    /// Adds a class.
    #[inline(never)]
    pub(crate) fn class(mut self, class: &str) -> Self {
        match &mut self.0.class {
            Some(all) if !all.is_empty() && !class.is_empty() => {
                all.push(' ');
                all.push_str(class);
            }
            Some(all) => all.push_str(class),
            none => *none = Some(class.to_string()),
        }
        self
    }

    /// Adds a class if that holds.
    #[inline(never)]
    pub(crate) fn also(self, holds: bool, class: &str) -> Self {
        self.class(if holds { class } else { "" })
    }

    /// Adds the class of what a colour means.
    #[inline(never)]
    pub(crate) fn tone(self, tone: Tone) -> Self {
        self.class(&["tone-", tone.id()].concat())
    }

    /// Sets an attribute.
    pub(crate) fn at(mut self, name: &'static str, value: impl Value) -> Self {
        value.set(&mut self.0, name);
        self
    }

    /// Sets an attribute that says something by being there.
    #[inline(never)]
    pub(crate) fn flag(self, name: &'static str, holds: bool) -> Self {
        self.at(name, holds.then_some(name))
    }

    /// The value of a field.
    #[inline(never)]
    pub(crate) fn value(mut self, value: &str) -> Self {
        self.0.value = Some(AttrValue::from(value.to_string()));
        self
    }

    /// Whether a box is ticked.
    pub(crate) fn checked(mut self, checked: bool) -> Self {
        self.0.checked = Some(checked);
        self
    }

    /// Adds a child.
    pub(crate) fn kid(mut self, kid: impl Kid) -> Self {
        kid.put(&mut self.0);
        self
    }

    /// Adds a list as one child. Who has no key is told from the others by the place in the list.
    pub(crate) fn kids(mut self, kids: impl IntoIterator<Item = El>) -> Self {
        let mut all = group();
        for kid in kids {
            all.0.put_next(kid);
        }
        all.put(&mut self.0);
        self
    }

    /// The arrows move the focus among the elements within it that the selector finds.
    #[inline(never)]
    pub(crate) fn roams(self, selector: &'static str) -> Self {
        self.on_key(Callback::from(move |event: Event| {
            dom::roam(&event, selector);
        }))
    }

    #[inline(never)]
    fn hear(mut self, kind: fn() -> ListenerKind, call: Callback<Event>) -> Self {
        self.0.heard.push(Some(Rc::new(Heard { kind, call })));
        self
    }
}

/// The events an element may listen to; the page hears no others.
macro_rules! heard {
    ($($name:ident $kind:ident)*) => {
        impl El {
            $(pub(crate) fn $name(self, call: Callback<Event>) -> Self {
                self.hear(|| ListenerKind::$kind, call)
            })*
        }
    };
}

heard! {
    on_cancel oncancel
    on_change onchange
    on_click onclick
    on_close onclose
    on_focus_in onfocusin
    on_input oninput
    on_key onkeydown
    on_pointer_down onpointerdown
    on_pointer_leave onpointerleave
    on_pointer_move onpointermove
    on_pointer_over onpointerover
    on_scroll onscroll
}

/// One listener of an element.
struct Heard {
    /// Makes the kind: a copy of one would have to know all hundred.
    kind: fn() -> ListenerKind,
    call: Callback<Event>,
}

impl Listener for Heard {
    fn kind(&self) -> ListenerKind {
        (self.kind)()
    }

    fn handle(&self, event: Event) {
        self.call.emit(event);
    }

    fn passive(&self) -> bool {
        matches!(self.kind(), ListenerKind::onscroll)
    }
}

/// The names of an element's attributes, shared by all elements that have the same: Yew compares the
/// attributes of two elements quickly when the list of their names is the same one in memory. The lists
/// form a tree, grown as elements are first made and kept for good; there are as many as the page has
/// ways to write an element.
struct Names {
    all: Vec<&'static str>,
    more: RefCell<Vec<&'static Names>>,
}

thread_local! {
    static NAMES: &'static Names = Names::keep(Vec::new());
    /// The place of elements that nobody looks for. They share one, because Yew asks the browser
    /// several times for every element that is drawn again with another.
    static NOBODY: NodeRef = NodeRef::default();
}

impl Names {
    fn keep(all: Vec<&'static str>) -> &'static Self {
        let more = RefCell::default();
        Box::leak(Box::new(Self { all, more }))
    }

    /// These names and one more.
    #[inline(never)]
    fn and(&self, name: &'static str) -> &'static Self {
        let mut more = self.more.borrow_mut();
        let found = more.iter().find(|n| n.all.last() == Some(&name));
        if let Some(found) = found {
            return found;
        }
        let mut all = self.all.clone();
        all.push(name);
        let next = Self::keep(all);
        more.push(next);
        next
    }
}

/// What an attribute may be set to.
pub(crate) trait Value {
    /// Sets it.
    fn set(self, parts: &mut Parts, name: &'static str);
}

impl Parts {
    #[inline(never)]
    fn put_next(&mut self, mut kid: El) {
        if kid.0.key.is_none() {
            kid = kid.key(self.kids.len());
        }
        kid.put(self);
    }

    #[inline(never)]
    fn put(&mut self, name: &'static str, value: Option<AttrValue>) {
        self.names = self.names.and(name);
        self.values.push(value.map(AttributeOrProperty::Attribute));
    }
}

macro_rules! value {
    ($($kind:ty, $value:ident => $set:expr;)*) => {
        $(impl Value for $kind {
            #[inline(never)]
            fn set(self, parts: &mut Parts, name: &'static str) {
                let $value = self;
                parts.put(name, $set);
            }
        })*
    };
}

value! {
    AttrValue, value => Some(value);
    &'static str, value => Some(AttrValue::Static(value));
    String, value => Some(AttrValue::from(value));
    bool, value => Some(AttrValue::Static(if value { "true" } else { "false" }));
    usize, value => Some(AttrValue::from(value.to_string()));
    u64, value => Some(AttrValue::from(value.to_string()));
    Option<AttrValue>, value => value;
    Option<&'static str>, value => value.map(AttrValue::Static);
    Option<usize>, value => value.map(|v| AttrValue::from(v.to_string()));
}

/// What may be a child.
pub(crate) trait Kid {
    /// Adds it to the children.
    fn put(self, parts: &mut Parts);
}

impl Kid for Html {
    #[inline(never)]
    fn put(self, parts: &mut Parts) {
        parts.kids.push(self);
    }
}

impl Kid for El {
    #[inline(never)]
    fn put(self, parts: &mut Parts) {
        parts.kids.push(self.into());
    }
}

impl Kid for AttrValue {
    #[inline(never)]
    fn put(self, parts: &mut Parts) {
        parts.kids.push(VText::new(self).into());
    }
}

impl Kid for &'static str {
    #[inline(never)]
    fn put(self, parts: &mut Parts) {
        AttrValue::Static(self).put(parts);
    }
}

impl Kid for String {
    #[inline(never)]
    fn put(self, parts: &mut Parts) {
        AttrValue::from(self).put(parts);
    }
}

/// Counted things are written in decimal.
impl Kid for u64 {
    #[inline(never)]
    fn put(self, parts: &mut Parts) {
        self.to_string().put(parts);
    }
}

/// What is not there keeps its place.
impl<K: Kid> Kid for Option<K> {
    fn put(self, parts: &mut Parts) {
        match self {
            Some(kid) => kid.put(parts),
            None => Html::default().put(parts),
        }
    }
}

#[inline(never)]
fn listed(kids: Vec<Html>) -> Html {
    VList::with_children(kids, None).into()
}

impl From<El> for Html {
    #[inline(never)]
    fn from(el: El) -> Self {
        let parts = *el.0;
        let mut kids = parts.kids;
        if parts.tag.is_empty() {
            return VList::with_children(kids, parts.key).into();
        }
        let attributes = match parts.class {
            None => attributes(parts.names, parts.values),
            Some(class) => {
                // An element without a class has no empty one.
                let class = (!class.is_empty()).then(|| AttrValue::from(class));
                let mut values = parts.values;
                values.push(class.map(AttributeOrProperty::Attribute));
                attributes(parts.names.and("class"), values)
            }
        };
        let listeners = match parts.heard.is_empty() {
            true => Listeners::None,
            false => Listeners::Pending(parts.heard.into()),
        };
        let (node, key, value) = (parts.node, parts.key, parts.value);
        let tag = match parts.tag {
            "input" => VTag::__new_input(value, parts.checked, node, key, attributes, listeners),
            "textarea" => VTag::__new_textarea(value, None, node, key, attributes, listeners),
            tag => {
                let kids = match kids.len() {
                    1 => kids.pop().unwrap_or_default(),
                    _ => listed(kids),
                };
                let tag = AttrValue::Static(tag);
                VTag::__new_other(tag, node, key, attributes, listeners, kids)
            }
        };
        VNode::from(tag)
    }
}

fn attributes(names: &'static Names, values: Vec<Option<AttributeOrProperty>>) -> Attributes {
    Attributes::Dynamic {
        keys: &names.all,
        values: values.into(),
    }
}
