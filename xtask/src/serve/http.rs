//! A static file server for one folder, with the headers a strict host would send.

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The strictest policy that a page with WebAssembly can live under; the page is developed under it.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                      connect-src 'self'; img-src 'self' data:";
/// A request's head may not be longer.
const HEAD_LIMIT: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers for ever, each connection in its own thread.
pub(super) fn answer(listener: &TcpListener, folder: &Arc<PathBuf>) {
    for stream in listener.incoming().flatten() {
        let folder = Arc::clone(folder);
        // A broken connection is the visitor's business.
        std::thread::spawn(move || drop(talk(&stream, &folder)));
    }
}

fn talk(stream: &TcpStream, folder: &Path) -> Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = BufReader::new(stream.take(HEAD_LIMIT));
    let mut request = String::new();
    head.read_line(&mut request)?;
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
    let found = wanted(target)
        .map(|path| folder.join(path))
        .and_then(|path| {
            let path = if path.is_dir() {
                path.join("index.html")
            } else {
                path
            };
            Some((std::fs::read(&path).ok()?, kind(&path)))
        });
    let (status, body, kind) = match found {
        _ if method != "GET" && method != "HEAD" => {
            ("405 Method Not Allowed", Vec::new(), "text/plain")
        }
        Some((body, kind)) => ("200 OK", body, kind),
        None => ("404 Not Found", b"not found\n".to_vec(), "text/plain"),
    };
    let mut out = stream;
    write!(
        out,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\
         Access-Control-Allow-Origin: *\r\nContent-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if method == "GET" {
        out.write_all(&body)?;
    }
    out.flush()
}

/// The path inside the folder that a request's target names; `None` when it leads out of it.
fn wanted(target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.trim_start_matches('/');
    let path = Path::new(path);
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
        .then(|| path.to_owned())
}

fn kind(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|kind| kind.to_str())
        .unwrap_or("")
    {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_folder_is_served() {
        assert_eq!(
            wanted("/text/ja/core.txt?v=1"),
            Some("text/ja/core.txt".into())
        );
        assert_eq!(wanted("/"), Some("".into()));
        for bad in ["/../secret", "/text/../../secret", "//../x"] {
            assert_eq!(wanted(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_page_is_answered_with_the_policy() {
        let folder = std::env::temp_dir().join(format!("teescope-http-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a scratch folder");
        std::fs::write(folder.join("index.html"), "hello").expect("a file");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(folder.clone());
        std::thread::spawn(move || answer(&listener, &shared));
        for (request, start, end) in [
            ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200", "hello"),
            ("HEAD / HTTP/1.1\r\n\r\n", "HTTP/1.1 200", "\r\n\r\n"),
            (
                "GET /absent HTTP/1.1\r\n\r\n",
                "HTTP/1.1 404",
                "not found\n",
            ),
            ("POST / HTTP/1.1\r\n\r\n", "HTTP/1.1 405", "\r\n\r\n"),
        ] {
            let mut stream = TcpStream::connect(address).expect("a connection");
            stream.write_all(request.as_bytes()).expect("a request");
            let mut said = String::new();
            stream.read_to_string(&mut said).expect("an answer");
            assert!(
                said.starts_with(start) && said.ends_with(end),
                "{request}: {said}"
            );
            assert!(said.contains("default-src 'none'"), "{said}");
        }
        std::fs::remove_dir_all(&folder).expect("the scratch folder goes");
    }
}
