//! Prints what the languages still lack, in the form of their files, for whoever translates:
//! `cargo run -p teescope-core --example missing_texts ja`.

fn main() {
    let wanted = std::env::args().nth(1);
    let mut last = "";
    for line in include_str!(concat!(env!("OUT_DIR"), "/missing.txt")).lines() {
        let mut parts = line.splitn(3, '\t');
        let (Some(code), Some(place), Some(sentence)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        if wanted.as_deref().is_some_and(|w| w != code) {
            continue;
        }
        let file = place.split(':').next().unwrap_or(place);
        if file != last {
            println!("# {code}: {file}");
            last = file;
        }
        println!("{sentence}");
    }
}
