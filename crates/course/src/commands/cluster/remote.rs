//! Engines on other machines, by ssh. Nothing of the course has to be there: this program is sent, and removed when it ends.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use cluster::OwnServer;
use runner::Failure;

/// The machines that a file lists, one a line, each as often as it has engines. What stands behind `#` is left out.
pub(super) fn machines(file: &Path) -> Result<Vec<String>, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| Failure::io(&shown, &error))?;
    let mut machines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words: Vec<_> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
        let wrong = |why: &str| Failure::Usage(format!("{shown}, line {}: {why}", number + 1));
        let (machine, engines) = match words[..] {
            [] => continue,
            [machine] => (machine, "1"),
            [machine, engines] => (machine, engines),
            _ => return Err(wrong("a machine and, if you like, a number of engines")),
        };
        // What begins like this would be an option of ssh.
        if machine.starts_with('-') {
            return Err(wrong("no machine is called so"));
        }
        let engines: usize = engines.parse().map_err(|_| wrong("the number of engines is a whole number"))?;
        machines.extend((0..engines).map(|_| machine.to_owned()));
    }
    if machines.is_empty() {
        return Err(Failure::Usage(format!("{shown} lists no machine")));
    }
    Ok(machines)
}

/// A connection to another machine, and the engine at its end.
#[derive(Debug)]
pub(super) struct Remote {
    machine: String,
    ssh: Child,
}

impl Remote {
    /// Sends this program to a machine and starts it there.
    pub(super) fn start(machine: &str, server: &OwnServer, authority: Option<&Path>) -> Result<Self, Failure> {
        let program = cluster::program().map_err(|error| Failure::Io(error.to_string()))?;
        let authority = authority.map(fs::read).transpose();
        let authority =
            authority.map_err(|error| Failure::io("the certificate for --tls", &error))?.unwrap_or_default();
        let command = command(program.len(), authority.len(), &server.url, machine);
        let mut ssh = Command::new("ssh");
        ssh.args([
            "-T",
            "-o",
            "BatchMode=yes",
            "-o",
            "ConnectTimeout=10",
            "-o",
            "ServerAliveInterval=5",
            machine,
            &command,
        ]);
        ssh.stdin(Stdio::piped());
        let mut ssh = ssh
            .spawn()
            .map_err(|error| Failure::io("ssh does not start; to mend: apt install openssh-client", &error))?;
        let input = ssh.stdin.take();
        let token = server.token.clone();
        thread::spawn(move || {
            let Some(mut input) = input else { return };
            // When it is not read to its end, ssh says why.
            let sent = input
                .write_all(&program)
                .and_then(|()| input.write_all(&authority))
                .and_then(|()| writeln!(input, "{token}"));
            if sent.is_ok() {
                // The engine ends when its input does, and that is when this process ends.
                std::mem::forget(input);
            }
        });
        Ok(Self { machine: machine.to_owned(), ssh })
    }

    /// Why the engine does not run, if it has ended.
    pub(super) fn ended(&mut self) -> Option<String> {
        let status = self.ssh.try_wait().ok().flatten()?;
        let machine = &self.machine;
        Some(format!("no engine starts on {machine} ({status}): try `ssh {machine} true`, and look at the log"))
    }
}

impl Drop for Remote {
    /// Its connection ends, and with it what it has started.
    fn drop(&mut self) {
        let _ = self.ssh.kill();
        let _ = self.ssh.wait();
    }
}

/// What the other machine's shell does: it takes so many bytes as the program, so many as a certificate, starts the one with the other,
/// and removes both.
fn command(program: usize, authority: usize, url: &str, machine: &str) -> String {
    let tls = if authority > 0 { "--tls \"$d/authority.pem\"" } else { "" };
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    format!(
        "d=$(mktemp -d) || exit; trap 'rm -rf \"$d\"' EXIT; trap 'exit 1' HUP INT TERM; \
         head -c {program} > \"$d/course\" && head -c {authority} > \"$d/authority.pem\" && chmod 700 \"$d/course\" && \
         \"$d/course\" engine --until-eof --token-file - {tls} --server {} --name {}",
        quoted(url),
        quoted(machine)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_machines_is_read_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hosts");
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            machines(&file).map_err(|failure| format!("{failure:?}"))
        };
        assert_eq!(read("one\n# none\n\ntwo 2 # both\n"), Ok(["one", "two", "two"].map(str::to_owned).to_vec()));
        for (text, why) in [
            ("", "lists no machine"),
            ("one\ntwo x\n", "line 2: the number of engines"),
            ("one 2 3\n", "line 1: a machine and"),
            ("-oProxyCommand=x\n", "line 1: no machine is called so"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(why) && said.starts_with("Usage("), "{said}");
        }
    }

    #[test]
    fn words_are_quoted_for_the_other_shell() {
        assert!(command(1, 0, "nats://a", "it's").ends_with("--server 'nats://a' --name 'it'\\''s'"));
    }
}
