//! A server of our own: nats-server on loopback, on a free port, with a folder and a token of its own. It ends with this process.

use std::env;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ChildStdout;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::Error;
use crate::keeper::{Door, FAILED, KILL, READY, START};
use crate::orders::order_of;
use crate::os::{Child, Role};

/// Where Debian and others have it although no path says so.
const USUAL_FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];

/// How long the keeper may take to tidy up.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server of our own. Ended, and its folder removed, when dropped.
pub(crate) struct Server {
    keeper: Child,
    answers: Mutex<BufReader<ChildStdout>>,
    folder: PathBuf,
    token: String,
    host: IpAddr,
    address: Mutex<(u16, u32)>,
}

impl fmt::Debug for Server {
    /// Its token is for nobody's logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server {{ {}, process {}, {} }}", self.url(), self.process(), self.folder.display())
    }
}

impl Server {
    /// Finds nats-server and starts it.
    pub(crate) fn start(door: Door) -> Result<Self, Error> {
        let (program, address) = (find()?, door.address);
        let token = door.token.map_or_else(token, Ok)?;
        let told = order_of(&(program, Door { token: Some(token.clone()), ..door }))?;
        let no_keeper = |error| Error::Start { what: "the server's keeper".to_owned(), why: error };
        let keeper = Child::start(Role::Keeper, &told).map_err(|error| no_keeper(error.to_string()))?;
        let output = keeper.output().ok_or_else(|| no_keeper("it cannot be heard".to_owned()))?;
        let mut answers = BufReader::new(output);
        let first = line(&mut answers)?;
        if let Some(why) = first.strip_prefix(FAILED) {
            return Err(Error::Start { what: "the server".to_owned(), why: why.to_owned() });
        }
        let (folder, answers) = (PathBuf::from(first), Mutex::new(answers));
        let server = Self { keeper, answers, folder, token, host: address, address: Mutex::new((0, 0)) };
        server.restart()?;
        Ok(server)
    }

    /// Kills the server, if it runs, and starts it on its folder and its port.
    pub(crate) fn restart(&self) -> Result<(), Error> {
        let answer = self.order(START)?;
        let mut numbers = answer.split(' ').map(str::parse::<u32>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(port)), Some(Ok(process))) => {
                *self.address.lock().unwrap_or_else(PoisonError::into_inner) = (port as u16, process);
                Ok(())
            }
            _ => Err(Error::Start { what: "the server".to_owned(), why: format!("its keeper says {answer:?}") }),
        }
    }

    /// Kills the server with -9. Its folder stays.
    pub(crate) fn kill(&self) -> Result<(), Error> {
        self.order(KILL).map(|_| ())
    }

    pub(crate) fn url(&self) -> String {
        let port = self.address.lock().unwrap_or_else(PoisonError::into_inner).0;
        format!("nats://{}", SocketAddr::new(self.host, port))
    }

    pub(crate) fn process(&self) -> u32 {
        self.address.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn folder(&self) -> &PathBuf {
        &self.folder
    }

    fn order(&self, order: &str) -> Result<String, Error> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        self.keeper.write(order.as_bytes()).map_err(|error| Error::system("the server's keeper is gone", error))?;
        let answer = line(&mut *answers)?;
        match (answer.strip_prefix(READY), answer.strip_prefix(FAILED)) {
            (Some(rest), _) => Ok(rest.to_owned()),
            (_, why) => Err(Error::Start { what: "the server".to_owned(), why: why.unwrap_or(&answer).to_owned() }),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.keeper.hang_up(PATIENCE) {
            self.keeper.kill();
        }
        // Here only when the keeper was killed in the middle.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn line(answers: &mut impl BufRead) -> Result<String, Error> {
    let mut line = String::new();
    match answers.read_line(&mut line) {
        Ok(0) => Err(Error::System("the server's keeper has ended".to_owned())),
        Ok(_) => Ok(line.trim_end_matches('\n').to_owned()),
        Err(error) => Err(Error::system("the server's keeper cannot be heard", error)),
    }
}

/// The server's program: the one that `NATS_SERVER` names, or the first on the path.
fn find() -> Result<PathBuf, Error> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(USUAL_FOLDERS.map(PathBuf::from));
    let named = env::var_os("NATS_SERVER").map(PathBuf::from);
    let found = match named {
        Some(file) => Some(file).filter(|file| file.is_file()),
        None => folders.map(|folder| folder.join("nats-server")).find(|file| file.is_file()),
    };
    found.ok_or_else(|| {
        Error::Unavailable("nats-server is not on this machine: `scripts/setup-cluster` installs it".to_owned())
    })
}

/// A word that nobody guesses.
fn token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|error| Error::system("the system gives no random numbers", error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
