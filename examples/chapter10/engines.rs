//! What several parts of the chapter start: engines, and a task that does nothing; and how it is told to use those of others.

use std::fs;

use cluster::{Cluster, Credentials, Error, present, task, use_server};
use runner::Failure;

/// The options that name a server of others.
pub(crate) const SERVER: &[(&str, &str, &str)] = &[
    (
        "server",
        "URL",
        "Use the engines of this server instead of starting some: `cargo course cluster start` prints it",
    ),
    ("token-file", "FILE", "The file whose first line is the word that this server wants to hear"),
    ("tls", "FILE", "The certificate with which that of this server is signed; it speaks TLS then"),
];

/// Lets the chapter use the server that its options name, if it answers.
pub(crate) fn server(words: &[Option<&str>]) -> Result<(), Failure> {
    let &[url, token, tls] = words else { return Ok(()) };
    let Some(url) = url else {
        return match token.or(tls) {
            Some(_) => Err(Failure::Usage("--token-file and --tls are those of a --server: name it".to_owned())),
            None => Ok(()),
        };
    };
    let mut credentials = Credentials::none();
    if let Some(file) = token {
        let text = fs::read_to_string(file).map_err(|error| Failure::io(file, &error))?;
        credentials = Credentials::token(text.lines().next().unwrap_or_default().trim());
    }
    if let Some(file) = tls {
        credentials = credentials.certificate(file);
    }
    // Whoever is not there is said before the chapter begins.
    present(url, &credentials).map_err(|error| Failure::Io(error.to_string()))?;
    use_server(url, credentials);
    Ok(())
}

/// A server and so many engines on this machine, ended when it is dropped; or those that the chapter was told to use.
pub(crate) fn engines(count: usize) -> Result<Cluster, Error> {
    Cluster::options().engines(count).start_or_connect()
}

/// The task that does nothing: what is left is the way there and back.
pub(crate) fn nothing(_: ()) {}
task!(nothing);
