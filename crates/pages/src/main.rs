//! The program that mdbook calls: it reads a book from standard input and writes the prepared one to standard output.

use std::io::{self, IsTerminal, Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut input = String::new();
    let read = if io::stdin().is_terminal() {
        Err("mdbook calls this program for each book that it builds: run `mdbook build docs`".to_owned())
    } else {
        io::stdin().read_to_string(&mut input).map_err(|error| format!("what mdbook sent cannot be read: {error}"))
    };
    let prepared = read.and_then(|_| pages::prepared(&input).map_err(|failure| failure.to_string()));
    let written = prepared.and_then(|book| {
        let mut output = io::stdout().lock();
        output
            .write_all(book.as_bytes())
            .and_then(|()| output.flush())
            .map_err(|error| format!("the book cannot be given back to mdbook: {error}"))
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("pages: {message}");
            ExitCode::FAILURE
        }
    }
}
