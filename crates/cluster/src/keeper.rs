//! The keeper of a server: a process that starts it, and tidies up behind it whatever becomes of the program that wanted it.
//!
//! A program that is killed with -9 can do nothing any more. The system would kill its server for it, but nobody would remove the
//! server's folder. So the server is a child of this process, which reads the program's orders from a pipe: when the pipe ends, the program
//! has, and the keeper kills the server and removes the folder.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, exit};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::orders::read_order;
use crate::os::ends_with_us;

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the keeper is told, a line each.
pub(crate) const START: &str = "start\n";
pub(crate) const KILL: &str = "kill\n";
/// What its answers begin with: a port and a process, or why there is none.
pub(crate) const READY: &str = "ready ";
pub(crate) const FAILED: &str = "failed ";

/// Where a server of our own lets others in, and what it wants to hear from them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Door {
    pub(crate) address: IpAddr,
    /// The port; where nothing is said, one that is free, and from then on the same: clients that have lost the server look for it there.
    pub(crate) port: Option<u16>,
    pub(crate) token: Option<String>,
    /// Files with its certificate, its key, and with what its certificate is signed.
    pub(crate) tls: Option<(PathBuf, PathBuf, PathBuf)>,
    pub(crate) jetstream: bool,
}

impl Default for Door {
    /// A free port of loopback.
    fn default() -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST), port: None, token: None, tls: None, jetstream: true }
    }
}

struct Kept {
    program: PathBuf,
    folder: tempfile::TempDir,
    door: Door,
    server: Option<Child>,
}

/// Keeps a server until nobody gives orders any more. First it is told which program, and where it listens.
pub(crate) fn serve(line: File) -> ! {
    let (program, door) = read_order(&line).unwrap_or_else(|_| exit(1));
    let lines = BufReader::new(line).lines().map_while(Result::ok);
    let folder = match tempfile::Builder::new().prefix("cluster-").tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            say(&format!("{FAILED}no folder for the server in {}: {error}", std::env::temp_dir().display()));
            exit(1)
        }
    };
    say(&folder.path().display().to_string());
    let mut kept = Kept { program, folder, door, server: None };
    for order in lines {
        kept.kill();
        if order == START.trim_end() {
            match kept.start() {
                Ok((port, process)) => say(&format!("{READY}{port} {process}")),
                Err(why) => say(&format!("{FAILED}{}", why.replace('\n', " "))),
            }
        } else {
            say(READY);
        }
    }
    kept.kill();
    let _ = kept.folder.close();
    exit(0)
}

/// The reader may be gone, which the next line will show.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

impl Kept {
    fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    fn start(&mut self) -> Result<(u16, u32), String> {
        let folder = self.folder.path();
        let (ports, log) = (folder.join("ports"), folder.join("server.log"));
        let words = |error: io::Error| error.to_string();
        let _ = fs::remove_dir_all(&ports);
        fs::create_dir_all(&ports).map_err(words)?;
        let settings = folder.join("server.conf");
        fs::write(&settings, self.settings(folder, &ports)).map_err(words)?;
        let log_file = File::create(&log).map_err(words)?;
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(&settings).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log_file);
        ends_with_us(&mut command);
        let server = self.server.insert(command.spawn().map_err(words)?);
        let process = server.id();
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = server.try_wait().map_err(words)? {
                return Err(format!("{status}: {}", last_words(&log)));
            }
            if let Some(port) = port_in(&ports)
                && TcpStream::connect((self.door.address, port)).is_ok()
            {
                self.door.port = Some(port);
                return Ok((port, process));
            }
            thread::sleep(Duration::from_millis(2));
        }
        Err(format!("it does not listen after {} s: {}", PATIENCE.as_secs(), last_words(&log)))
    }

    /// Where it listens, a token, a folder of its own. A slow reader may lag behind by a gigabyte.
    fn settings(&self, folder: &Path, ports: &Path) -> String {
        let Door { address, port, token, tls, jetstream } = &self.door;
        let port = port.map_or_else(|| "-1".to_owned(), |port| port.to_string());
        let token = token.as_deref().unwrap_or_default();
        let mut settings = format!(
            "host: \"{address}\"\nport: {port}\nports_file_dir: {ports:?}\nmax_pending: 1073741824\n\
             authorization {{ token: {token:?} }}\n"
        );
        if *jetstream {
            settings += &format!("jetstream {{ store_dir: {:?} }}\n", folder.join("store"));
        }
        if let Some((certificate, key, _)) = tls {
            settings += &format!("tls {{ cert_file: {certificate:?}, key_file: {key:?} }}\n");
        }
        settings
    }
}

/// The port in the file that the server writes as soon as it listens: `{"nats":["nats://127.0.0.1:44421"]}`.
fn port_in(ports: &Path) -> Option<u16> {
    let file = fs::read_dir(ports).ok()?.flatten().next()?;
    port_of(&fs::read_to_string(file.path()).ok()?)
}

fn port_of(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("\"nats\":[\"")?;
    let (url, _) = rest.split_once('"')?;
    url.rsplit_once(':')?.1.parse().ok()
}

/// What the server has said last.
fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("without a word").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_found_in_what_the_server_writes() {
        assert_eq!(port_of(r#"{"nats":["nats://127.0.0.1:44421"],"monitoring":[]}"#), Some(44421));
        assert_eq!(port_of(r#"{"nats":["tls://[::1]:4222","tls://10.0.0.1:4222"]}"#), Some(4222));
        assert_eq!(port_of("{\"nats\":[\"nats://127.0."), None);
    }
}
