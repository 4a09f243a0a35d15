//! Rules: every decision a machine takes has a name, a sentence and a citation.

use crate::text::Text;

/// One named check of an architecture, declared above the leaf that uses it.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stable name, `LEAF.what-must-hold`.
    pub id: &'static str,
    /// What must hold, as our own sentence.
    pub says: &'static str,
    /// Where the rule is written: document and place.
    pub cite: &'static str,
}

impl Rule {
    /// The sentence, translatable under the rule's id.
    #[must_use]
    pub fn text(&self) -> Text {
        Text::said(self.id, self.says)
    }

    /// Whether this rule is a documented model choice because the vendor publishes nothing.
    #[must_use]
    pub fn is_model(&self) -> bool {
        self.cite.starts_with("model")
    }
}

/// Declares the rules of one leaf, in the manual's order, and lists them as `RULES`.
///
/// ```text
/// rules! {
///     EPC_PAGE_FREE = "EADD.epc-page-free": "The EPC page is free", "SDM vol. 3D, EADD";
/// }
/// ```
#[macro_export]
macro_rules! rules {
    ($($name:ident = $id:literal : $says:literal, $cite:expr;)+) => {
        $(
            #[doc = $says]
            pub static $name: $crate::trace::Rule =
                $crate::trace::Rule { id: $id, says: $says, cite: $cite };
        )+
        /// The rules of this file, in the order in which they are checked.
        pub static RULES: &[&$crate::trace::Rule] = &[$(&$name),+];
    };
}
