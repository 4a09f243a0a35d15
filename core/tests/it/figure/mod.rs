//! Figures hold what they promise at every width: nothing outside, no text on text, order kept, valid SVG.

mod geometry;
mod hostile;
mod lines;
mod maps;
mod samples;
mod svg;
