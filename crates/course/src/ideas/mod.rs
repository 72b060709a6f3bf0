//! The pictures of ideas that the book shows: each says one thing, and stands beside the listing that it explains.
//!
//! They hold nothing that was measured, so that they are the same on every machine; `cargo course draw --record` puts them into the
//! book, and a test compares them with those that are there. The caches of the machine at hand are another matter: `hierarchy`.

mod arrays;
mod cores;
mod geometry;
mod hierarchy;
mod machines;

pub(crate) use hierarchy::hierarchy;
use runner::plot::Drawing;

/// A picture by its name, which is that of its file.
pub(crate) type Idea = (&'static str, fn() -> Drawing);

/// All pictures of ideas, in the order of the book.
pub(crate) const IDEAS: [Idea; 13] = [
    ("idea-objects", arrays::objects),
    ("idea-chains", cores::chains),
    ("idea-circle", geometry::circle),
    ("idea-darts", geometry::darts),
    ("idea-planes", arrays::planes),
    ("idea-views", arrays::views),
    ("idea-broadcasting", arrays::broadcasting),
    ("idea-lanes", cores::lanes),
    ("idea-mask", cores::mask),
    ("idea-false-sharing", cores::false_sharing),
    ("idea-race", cores::race),
    ("idea-processes", machines::processes),
    ("idea-device", machines::device),
];

#[cfg(test)]
mod tests {
    use std::fs;

    use runner::plot::Chart;
    use source::workspace::root;

    use super::*;

    #[test]
    fn every_text_fits_into_its_box_and_onto_the_paper() {
        let drawings: Vec<_> = IDEAS.iter().map(|(name, draw)| (name, draw())).collect();
        let too_wide: Vec<_> = drawings.iter().map(|(name, drawing)| (*name, drawing.too_wide())).collect();
        assert!(too_wide.iter().all(|(_, texts)| texts.is_empty()), "{too_wide:?}");
    }

    #[test]
    fn the_book_has_the_pictures_as_they_are_drawn_and_shows_each() {
        let (book, folder) = (root().unwrap().join("docs/src"), tempfile::tempdir().unwrap());
        let pages: String = fs::read_dir(&book)
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        for (name, draw) in IDEAS {
            let (file, path) = (format!("{name}.svg"), folder.path().join("drawn.svg"));
            draw().write(&path).unwrap();
            let kept = fs::read_to_string(book.join("images").join(&file)).unwrap_or_default();
            assert!(kept == fs::read_to_string(&path).unwrap(), "{file} is old: cargo course draw --record");
            assert!(pages.contains(&format!("](images/{file})")), "no page shows {file}");
        }
    }
}
