//! The box at the head of a page: what one will be able to do, has to know before, and how long it takes.

/// How the block begins that becomes a box.
const BEGINNING: &str = "> **At a glance**";

/// A quotation that begins as the block at the head of a page does, as a box. Other quotations stay as they are.
pub(crate) fn boxed(quotation: &str) -> Option<String> {
    if !quotation.starts_with(BEGINNING) {
        return None;
    }
    let lines = quotation.lines().map(|line| {
        let line = line.strip_prefix('>').unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line)
    });
    let inside: Vec<_> = lines.collect();
    Some(format!("<aside class=\"glance\">\n\n{}\n\n</aside>\n", inside.join("\n").trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_at_the_head_of_a_page_is_boxed_and_other_quotations_are_not() {
        let boxed_text = boxed("> **At a glance**\n>\n> - one\n>   and more\n> - two\n").unwrap();
        assert_eq!(boxed_text, "<aside class=\"glance\">\n\n**At a glance**\n\n- one\n  and more\n- two\n\n</aside>\n");
        assert_eq!(boxed("> **At another glance**\n"), None);
    }
}
