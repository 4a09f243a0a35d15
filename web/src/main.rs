//! Starts the page on the document's body.

use teescope_web::machines;

fn main() {
    let body = web_sys::window().and_then(|w| w.document()?.body());
    if let Some(body) = body {
        teescope_web::start_soon(body.into(), machines::everything());
    }
}
