//! Chapter 12, which is to come: says so, and which chapters there are.

use runner::{CHAPTERS, ChapterInfo};

fn main() {
    let said = CHAPTERS.iter().find_map(ChapterInfo::not_written);
    println!("{}:", said.unwrap_or_default());
    for chapter in CHAPTERS.iter().filter(|chapter| chapter.package.is_some()) {
        println!("  {:36}  {}", chapter.command(), chapter.title);
    }
}
