//! Tests that run natively and on wasm32: one macro emits both kinds, because the wasm test
//! runner silently skips plain `#[test]`.

/// Declares tests that run natively and, under Node, on wasm32.
///
/// ```ignore
/// shared_test! {
///     /// What it shows.
///     fn name() { assert!(true); }
/// }
/// ```
macro_rules! shared_test {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => { $(
        $(#[$meta])*
        #[cfg_attr(not(target_arch = "wasm32"), test)]
        #[cfg_attr(target_arch = "wasm32", ::wasm_bindgen_test::wasm_bindgen_test)]
        fn $name() $body
    )* };
}
