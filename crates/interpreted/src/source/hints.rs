//! Python 2 that Python 3 refuses: how it is written now.

use super::error::SourceError;
use super::scan::WordKind;
use super::words::Words;

/// Adds what to write instead, if what is wrong is Python 2.
pub(super) fn python_3(words: &Words<'_>, error: SourceError) -> SourceError {
    let hint = instead(words, &error).map(String::into_boxed_str);
    SourceError { hint, ..error }
}

fn instead(words: &Words<'_>, error: &SourceError) -> Option<String> {
    let at = words.at(error.range.start);
    let text = words.text(at);
    if error.message.starts_with("Missing parentheses in call to 'print'") {
        return Some(print(words, at));
    }
    if error.message.starts_with("Missing parentheses in call to 'exec'") {
        return Some("exec(...)".to_owned());
    }
    if error.message.starts_with("multiple exception types") {
        return Some("except Exception as error:".to_owned());
    }
    if error.message.starts_with("leading zeros") {
        let digits = words.source.slice(error.range).trim_start_matches('0');
        return digits.bytes().all(|digit| matches!(digit, b'0'..=b'7')).then(|| format!("0o{digits}"));
    }
    if error.message.ends_with(" literal") {
        let rest = &words.source.text[error.range.start as usize + 1..];
        return rest.starts_with(['L', 'l']).then(|| "an integer without L".to_owned());
    }
    if error.message != "invalid syntax" {
        return None;
    }
    let line = words.line_start(at);
    match text {
        "," if words.text(line) == "raise" => {
            let class = words.source.slice(words.span(line + 1, at - 1));
            let value = words.source.slice(words.span(at + 1, words.statement_end(at)));
            Some(format!("raise {class}({value})"))
        }
        "`" => Some("repr(...)".to_owned()),
        "<>" => Some("!=".to_owned()),
        ">" if at > 0 && words.text(at - 1) == "<" => Some("!=".to_owned()),
        _ if words.get(at).kind == WordKind::String && at > 0 && words.text(at - 1).eq_ignore_ascii_case("ur") => {
            Some(format!("r{text}"))
        }
        _ => None,
    }
}

fn print(words: &Words<'_>, at: usize) -> String {
    let last = words.statement_end(at);
    if words.text(last) == "," && last > at + 1 {
        return format!("print({}, end=\" \")", words.source.slice(words.span(at + 1, last - 1)));
    }
    format!("print({})", words.source.slice(words.span(at + 1, last)))
}
