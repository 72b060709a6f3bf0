//! `cargo course engine`: a host, which fetches the programs of a server's clients and runs an engine of each.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::exit;
use std::thread;

use clap::Args;
use cluster::{Credentials, HostOptions};
use runner::{Failure, printable};

/// The fewest letters of a token that other machines may use.
pub(super) const SHORTEST_TOKEN: usize = 16;

#[derive(Args, Debug)]
pub(crate) struct EngineArgs {
    /// The server's address: nats://127.0.0.1:4222
    #[arg(long, value_name = "URL")]
    server: String,
    /// What it is called where engines are listed [default: what this machine is called]
    #[arg(long, value_name = "N")]
    name: Option<String>,
    #[command(flatten)]
    door: DoorArgs,
    /// End when standard input does
    #[arg(long, hide = true)]
    until_eof: bool,
}

/// What a server wants to see.
#[derive(Args, Debug)]
pub(super) struct DoorArgs {
    /// The file whose first line is the word that the server wants to hear; `-` is standard input
    #[arg(long, value_name = "F")]
    pub(super) token_file: Option<PathBuf>,
    /// Speak TLS: the file with the certificate with which the server's is signed
    #[arg(long, value_name = "F")]
    pub(super) tls: Option<PathBuf>,
}

impl DoorArgs {
    pub(super) fn credentials(&self) -> Result<Credentials, Failure> {
        let mut credentials = Credentials::none();
        if let Some(file) = &self.token_file {
            credentials = Credentials::token(token_in(file)?);
        }
        if let Some(file) = &self.tls {
            fs::File::open(file).map_err(|error| Failure::io(file.display(), &error))?;
            credentials = credentials.certificate(file);
        }
        Ok(credentials)
    }
}

/// The word on the first line of a file.
pub(super) fn token_in(file: &Path) -> Result<String, Failure> {
    let unread = |error| Failure::io(file.display(), &error);
    let text = if file == Path::new("-") {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map_err(unread)?;
        line
    } else {
        fs::read_to_string(file).map_err(unread)?
    };
    let token = text.lines().next().unwrap_or_default().trim();
    if token.is_empty() || token.contains(char::is_whitespace) {
        let message = format!("{}: its first line has to be one word, which is the token", file.display());
        return Err(Failure::Io(message));
    }
    Ok(token.to_owned())
}

/// Works until it is interrupted, or the server has been away for half a minute.
pub(super) fn run(args: &EngineArgs) -> Result<(), Failure> {
    let credentials = args.door.credentials()?;
    if args.until_eof {
        // What it has started ends with it.
        thread::spawn(|| {
            let _ = io::stdin().read_to_end(&mut Vec::new());
            exit(0)
        });
    }
    let options =
        HostOptions { server: args.server.clone(), name: args.name.clone(), credentials, ..HostOptions::default() };
    // Nobody may read it any more, and it works all the same.
    let tell = |line: &str| drop(writeln!(io::stdout(), "{}", printable(line)));
    cluster::host(options, tell).map_err(|error| Failure::Io(error.to_string()))
}
