//! What `cargo course cluster` is told.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use runner::{Failure, output};

use super::super::engine::{SHORTEST_TOKEN, token_in};
use super::state::State;

#[derive(Args, Debug)]
pub(super) struct FolderArgs {
    /// Where it is noted what was started [default: target/course/cluster in the workspace]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl FolderArgs {
    pub(super) fn state(&self) -> State {
        State::of(self.folder.clone().unwrap_or_else(|| output::default_out().join("cluster")))
    }
}

#[derive(Args, Debug)]
pub(super) struct StartArgs {
    /// So many engines on this machine [default: one for each core; with --hosts none]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub(super) engines: Option<u16>,
    /// Engines on other machines too, by ssh: a file with the name of one on each line and, if you like, a number of engines
    #[arg(long, value_name = "FILE", requires = "listen")]
    pub(super) hosts: Option<PathBuf>,
    /// The address of this machine where others reach the server [default: 127.0.0.1, where only this machine does]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<IpAddr>,
    /// The server's port [default: one that is free]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) port: Option<u16>,
    /// The file whose first line is the word that the server wants to hear [default on 127.0.0.1: a new word]
    #[arg(long, value_name = "F")]
    pub(super) token_file: Option<PathBuf>,
    /// The server speaks TLS: the file with its certificate
    #[arg(long, value_name = "F", requires = "tls_key", requires = "tls")]
    pub(super) tls_certificate: Option<PathBuf>,
    /// The file with the key of its certificate
    #[arg(long, value_name = "F", requires = "tls_certificate")]
    pub(super) tls_key: Option<PathBuf>,
    /// The file with the certificate with which its certificate is signed
    #[arg(long, value_name = "F", requires = "tls_certificate")]
    pub(super) tls: Option<PathBuf>,
    #[command(flatten)]
    pub(super) folder: FolderArgs,
}

impl StartArgs {
    /// Refuses a server that anybody may use.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if let Some(file) = &self.token_file {
            let token = token_in(file)?;
            if token.len() < SHORTEST_TOKEN {
                let file = file.display();
                return Err(Failure::Usage(format!("the token in {file} is short: at least {SHORTEST_TOKEN} letters")));
            }
        }
        let open = self.listen.is_some_and(|address| !address.is_loopback()) || self.hosts.is_some();
        if open && self.token_file.is_none() && self.tls_certificate.is_none() {
            return Err(Failure::Usage(
                "whoever reaches the server can run programs on its machines: give --token-file with a word that only you know, or \
                 --tls-certificate, --tls-key and --tls"
                    .to_owned(),
            ));
        }
        if self.listen.is_some_and(|address| address.is_unspecified()) {
            return Err(Failure::Usage("--listen takes one address, which others can be told".to_owned()));
        }
        Ok(())
    }

    /// The same with files that are found from every folder.
    pub(super) fn absolute(mut self) -> Result<Self, Failure> {
        let files =
            [&mut self.hosts, &mut self.token_file, &mut self.tls_certificate, &mut self.tls_key, &mut self.tls];
        for file in files.into_iter().flatten() {
            *file = file.canonicalize().map_err(|error| Failure::io(file.display(), &error))?;
        }
        Ok(self)
    }

    /// The arguments with which another process does what these ask for.
    pub(super) fn words(&self, folder: &Path) -> Vec<String> {
        let mut words = vec!["cluster".to_owned(), "keep".to_owned(), format!("--folder={}", folder.display())];
        let mut add = |name: &str, value: Option<String>| words.extend(value.map(|value| format!("--{name}={value}")));
        let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        add("engines", self.engines.map(|engines| engines.to_string()));
        add("listen", self.listen.map(|address| address.to_string()));
        add("port", self.port.map(|port| port.to_string()));
        add("hosts", shown(&self.hosts));
        add("token-file", shown(&self.token_file));
        add("tls-certificate", shown(&self.tls_certificate));
        add("tls-key", shown(&self.tls_key));
        add("tls", shown(&self.tls));
        words
    }
}
