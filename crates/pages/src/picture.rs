//! A picture that stands alone in a paragraph: a drawing is put into the page itself, where it has the colours of the page's theme.

use std::fs;
use std::path::Path;

use crate::flames;

/// A paragraph as it is shown, if it is a picture that is a drawing (an SVG file). `folder` is that of the page.
///
/// # Errors
/// When the file cannot be read or is not a drawing, or no words stand beside any picture of the paragraph.
pub(crate) fn shown(paragraph: &str, folder: &Path) -> Result<Option<String>, String> {
    let Some((words, file)) = parts(paragraph) else { return Ok(None) };
    if words.trim().is_empty() {
        return Err(format!("nothing says what {file} shows: write it between the brackets of `![](...)`"));
    }
    if !file.ends_with(".svg") {
        return Ok(None);
    }
    let drawing = fs::read_to_string(folder.join(file)).map_err(|error| format!("{file} cannot be read: {error}"))?;
    let words = escaped(words);
    if let Some(flames) = flames::drawn(&drawing, &words) {
        let note = format!(
            "Click a function to enlarge it, and the lowest one to go back. What takes less than {} % of the time is left out: \
             <a href=\"{file}\">the whole graph</a>.",
            flames::LEAST
        );
        return Ok(Some(format!("<figure class=\"plot\">\n{flames}<figcaption>{note}</figcaption>\n</figure>\n")));
    }
    let drawing = within_a_page(&drawing, &words).ok_or_else(|| format!("{file} is not an SVG file"))?;
    Ok(Some(format!("<figure class=\"plot\">\n{drawing}</figure>\n")))
}

/// The words and the file of a paragraph that is a picture and nothing else.
fn parts(paragraph: &str) -> Option<(&str, &str)> {
    let (words, rest) = paragraph.trim().strip_prefix("![")?.split_once("](")?;
    let file = rest.strip_suffix(')')?;
    (!words.contains(']') && !file.contains([')', ' '])).then_some((words, file))
}

/// A drawing as a part of a page: without what makes it a file, and without colours of its own for dark screens.
fn within_a_page(drawing: &str, words: &str) -> Option<String> {
    let drawing = &drawing[drawing.find("<svg")?..];
    let (head, body) = drawing.split_once('>')?;
    let body = match (body.find("<style"), body.find("</style>")) {
        (Some(from), Some(to)) => format!("{}{}", &body[..from], &body[to + "</style>".len()..]),
        _ => body.to_owned(),
    };
    let body: Vec<_> = body.lines().filter(|line| !line.trim().is_empty()).collect();
    Some(format!("{head} role=\"img\" aria-label=\"{words}\">\n{}\n", body.join("\n")))
}

/// Text within an attribute.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_put_into_the_page() {
        let folder = tempfile::tempdir().unwrap();
        let file = "<?xml version=\"1.0\"?>\n<svg width=\"8\">\n<style>svg { color: #222 }</style>\n\n<text>a</text>\n</svg>\n";
        fs::write(folder.path().join("a.svg"), file).unwrap();
        assert_eq!(
            shown("![A \"plot\"](a.svg)\n", folder.path()).unwrap().unwrap(),
            "<figure class=\"plot\">\n<svg width=\"8\" role=\"img\" aria-label=\"A &quot;plot&quot;\">\n<text>a</text>\n</svg>\n</figure>\n"
        );
    }

    #[test]
    fn other_pictures_and_texts_stay_as_they_are() {
        for text in ["![Words](a.png)", "text ![Words](a.svg)", "![Words](a.svg) and ![Words](b.svg)", "text"] {
            assert_eq!(shown(text, Path::new("")).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn a_picture_that_is_not_there_or_without_words_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let message = shown("![Words](gone.svg)", folder.path()).unwrap_err();
        assert!(message.starts_with("gone.svg cannot be read: "), "{message}");
        assert!(shown("![ ](a.png)", folder.path()).unwrap_err().contains("a.png"));
        fs::write(folder.path().join("text.svg"), "no drawing").unwrap();
        assert_eq!(shown("![Words](text.svg)", folder.path()).unwrap_err(), "text.svg is not an SVG file");
    }
}
