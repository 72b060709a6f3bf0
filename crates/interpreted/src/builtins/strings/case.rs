//! Large and small letters: `upper`, `title`, `casefold` and their relatives.

use crate::error::Outcome;
use crate::state::{Arguments, Machine};
use crate::value::Value;

use super::own;
use super::unicode::{is_title, push_folded, push_title};

/// Whether a letter has large and small forms.
fn has_case(character: char) -> bool {
    character.is_lowercase() || character.is_uppercase() || is_title(character)
}

/// The small form of each character, at its place in the text: a sigma at the end of a word has a form of its own.
fn lower_pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let counts = |character: char| !is_case_ignorable(character);
    let lower = |index: usize, character: char| {
        if character != 'Σ' {
            return character.to_lowercase().collect();
        }
        let before = characters[..index].iter().rev().find(|&&character| counts(character));
        let after = characters[index + 1..].iter().find(|&&character| counts(character));
        let last = before.is_some_and(|&before| has_case(before)) && !after.is_some_and(|&after| has_case(after));
        String::from(if last { 'ς' } else { 'σ' })
    };
    characters.iter().enumerate().map(|(index, &character)| lower(index, character)).collect()
}

/// Whether a character does not count when the end of a word is looked for. The standard library knows, and shows it by the form
/// that it gives a sigma: a letter that counts, before it, lets it end a word; anything else that counts, between it and the next
/// letter, does so too.
fn is_case_ignorable(character: char) -> bool {
    let probe = if has_case(character) { format!(" {character}Σ") } else { format!("aΣ{character}a") };
    character != 'Σ' && probe.to_lowercase().contains('σ')
}

/// `str.lower()`
pub(in super::super) fn lower(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments).to_lowercase();
    Ok(machine.heap.text(text))
}

/// `str.upper()`
pub(in super::super) fn upper(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments).to_uppercase();
    Ok(machine.heap.text(text))
}

/// `str.casefold()`
pub(in super::super) fn casefold(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let mut folded = String::new();
    own(machine, arguments).chars().for_each(|character| push_folded(&mut folded, character));
    Ok(machine.heap.text(folded))
}

/// `str.capitalize()`
pub(in super::super) fn capitalize(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let mut result = String::with_capacity(text.len());
    if let Some(first) = text.chars().next() {
        push_title(&mut result, first);
        lower_pieces(&text)[1..].iter().for_each(|piece| result.push_str(piece));
    }
    Ok(machine.heap.text(result))
}

/// `str.title()`
pub(in super::super) fn title(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let mut result = String::with_capacity(text.len());
    let mut within_word = false;
    for (character, small) in text.chars().zip(lower_pieces(&text)) {
        if within_word {
            result.push_str(&small);
        } else {
            push_title(&mut result, character);
        }
        within_word = has_case(character);
    }
    Ok(machine.heap.text(result))
}

/// `str.swapcase()`
pub(in super::super) fn swapcase(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let mut result = String::with_capacity(text.len());
    for (character, small) in text.chars().zip(lower_pieces(&text)) {
        if character.is_uppercase() {
            result.push_str(&small);
        } else if character.is_lowercase() {
            result.extend(character.to_uppercase());
        } else {
            result.push(character);
        }
    }
    Ok(machine.heap.text(result))
}

/// `str.islower()`
pub(in super::super) fn islower(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let other = text.chars().any(|character| character.is_uppercase() || is_title(character));
    Ok(Value::Bool(!other && text.chars().any(char::is_lowercase)))
}

/// `str.isupper()`
pub(in super::super) fn isupper(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let text = own(machine, arguments);
    let other = text.chars().any(|character| character.is_lowercase() || is_title(character));
    Ok(Value::Bool(!other && text.chars().any(char::is_uppercase)))
}

/// `str.istitle()`
pub(in super::super) fn istitle(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let (mut within_word, mut any) = (false, false);
    for character in own(machine, arguments).chars() {
        let begins = character.is_uppercase() || is_title(character);
        if (begins && within_word) || (character.is_lowercase() && !within_word) {
            return Ok(Value::Bool(false));
        }
        within_word = begins || character.is_lowercase();
        any |= within_word;
    }
    Ok(Value::Bool(any))
}
