//! Runs the stranger's functions in a real browser tab.

use teescope_core::bytes::hex;
use teescope_outsider::shown;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn bytes_are_shown() {
    assert_eq!(shown(&[0x00, 0x7f, 0xff]), "007fff");
}

#[wasm_bindgen_test]
fn bad_text_is_refused_and_not_a_panic() {
    assert!(hex::decode("00 zz").is_err());
}
