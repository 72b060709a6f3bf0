//! Ranks from the outside: they are given functions to run together, and watched meanwhile.

use std::ffi::OsString;
use std::io;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use bytemuck::Pod;
use rustix::event::PollFlags;
use serde::Serialize;

use super::board::Board;
use super::launcher::Launcher;
use super::start::{Line, start};
use super::wait::wait_for;
use super::wire::{Order, Said, receive, send};
use crate::ranks::error::for_the_screen;
use crate::ranks::registered::name_of;
use crate::ranks::{Desk, Error, Options, World};

/// How long the launcher is given to say of a rank that has ended how that came about.
const EXPLANATION: Duration = Duration::from_millis(300);

/// How long ranks may take to end when there is nothing more to do.
const END: Duration = Duration::from_secs(10);

/// Ranks that wait for something to do together. They end with this, however the program ends.
#[derive(Debug)]
pub struct Ranks {
    /// By rank. Dropped before the launcher, so that it finds them gone.
    lines: Vec<Line>,
    launcher: Launcher,
    board: Option<Board>,
    limit: Duration,
    /// Why there are none any more.
    ended: Option<Error>,
}

impl Ranks {
    pub(in crate::ranks) fn start(options: &Options, command: &[OsString]) -> Result<Self, Error> {
        let (lines, launcher) = start(command, options.ranks)?;
        Ok(Self { lines, launcher, board: None, limit: options.limit, ended: None })
    }

    /// How many ranks there are.
    pub fn size(&self) -> usize {
        self.lines.len()
    }

    /// The process id of each rank.
    pub fn ids(&self) -> Vec<u32> {
        self.lines.iter().map(|line| line.id).collect()
    }

    /// Runs a function on all ranks at once. Rank 0 has the numbers of all columns on its [`Desk`], one column after the other, and what
    /// it leaves there as its answer is the answer.
    ///
    /// # Errors
    /// When a rank refuses, panics, ends or is not done in time. All ranks are ended then, and this takes no more work.
    pub fn run<F, A, T>(&mut self, function: F, argument: &A, columns: &[&[f64]], answer: &mut [T]) -> Result<(), Error>
    where
        F: Fn(&World, A, Option<Desk<'_>>) -> Result<(), Error>,
        A: Serialize,
        T: Pod,
    {
        let _ = function;
        if let Some(error) = &self.ended {
            return Err(Error::Ended(error.to_string()));
        }
        let name = name_of::<F>()?;
        let argument = postcard::to_stdvec(argument).map_err(|error| Error::Encoding(error.to_string()))?;
        let answer: &mut [u8] = bytemuck::cast_slice_mut(answer);
        let numbers = columns.iter().map(|column| column.len()).sum();
        let board = self.board(Desk::bytes(numbers, answer.len()))?;
        let mut rest = board.memory();
        for column in columns {
            let bytes: &[u8] = bytemuck::cast_slice(column);
            let (here, behind) = rest.split_at_mut(bytes.len());
            here.copy_from_slice(bytes);
            rest = behind;
        }
        let desk = (numbers, answer.len(), board.place());
        if let Err(mut error) = self.give(name, &argument, desk).and_then(|()| self.wait(name)) {
            self.end();
            if let Error::Died { rank, how, .. } = &mut error {
                let words = self.launcher.words_about(*rank);
                *how = if how.is_empty() { words } else { format!("{how}; {words}") };
            }
            self.ended = Some(error.clone());
            return Err(error);
        }
        let board = self.board.as_mut().expect("there is one since the beginning of the run").memory();
        answer.copy_from_slice(&board[Desk::bytes(numbers, 0)..][..answer.len()]);
        Ok(())
    }

    /// Memory of at least so many bytes, for rank 0 and this program.
    fn board(&mut self, bytes: usize) -> Result<&mut Board, Error> {
        if self.board.as_ref().is_none_or(|board| board.place().1 < bytes) {
            let refused = |error| Error::System(format!("memory for rank 0 cannot be had: {error}"));
            self.board = Some(Board::new(bytes).map_err(refused)?);
        }
        Ok(self.board.as_mut().expect("it has just been made"))
    }

    fn give(&self, name: &str, argument: &[u8], desk: (usize, usize, (i32, usize))) -> Result<(), Error> {
        for (rank, line) in self.lines.iter().enumerate() {
            let desk = (rank == 0).then_some(desk);
            let order = Order::Run { function: name.to_owned(), argument: argument.to_vec(), desk };
            let lost =
                |error| Error::Died { rank, function: name.to_owned(), how: format!("it takes no order: {error}") };
            send(&line.stream, &order).map_err(lost)?;
        }
        Ok(())
    }

    /// Waits until all ranks are done, or something else has come of it.
    fn wait(&mut self, name: &str) -> Result<(), Error> {
        let until = Instant::now() + self.limit;
        let mut missing: Vec<usize> = (0..self.lines.len()).collect();
        while !missing.is_empty() {
            let polled = missing.iter().map(|&rank| self.lines[rank].stream.as_fd());
            let polled = polled.chain([self.launcher.process().as_fd()]);
            let polled: Vec<_> = polled.map(|file| (file, PollFlags::IN)).collect();
            let refused = |error| Error::System(format!("the system does not say what the ranks do: {error}"));
            let now = wait_for(&polled, until).map_err(refused)?;
            if !now.contains(&true) {
                return Err(Error::TimedOut { function: name.to_owned(), limit: self.limit, missing });
            }
            let mut gone = None;
            for (place, rank) in missing.clone().into_iter().enumerate().filter(|(place, _)| now[*place]).rev() {
                match receive::<Said>(&self.lines[rank].stream) {
                    Ok(Said::Done) => drop(missing.remove(place)),
                    Ok(Said::Panicked { message, .. }) => {
                        return Err(Error::Panicked { rank, message: for_the_screen(&message) });
                    }
                    Ok(Said::Refused { why, .. }) => return Err(Error::Refused { rank, why: for_the_screen(&why) }),
                    Ok(said) => gone = Some((rank, format!("it said {said:?}"))),
                    // Others may have panicked and say so: that is the better reason.
                    Err(_) => gone = Some((rank, String::new())),
                }
            }
            if let Some((rank, how)) = gone {
                return Err(self.died(rank, name, how));
            }
            if now.last() == Some(&true) && !missing.is_empty() {
                return Err(self.died(missing[0], name, String::new()));
            }
        }
        Ok(())
    }

    /// A rank has ended. Its launcher is given time to notice it before the others end too.
    fn died(&mut self, rank: usize, name: &str, how: String) -> Error {
        self.launcher.ends_within(EXPLANATION);
        Error::Died { rank, function: name.to_owned(), how }
    }

    /// Ends all ranks at once.
    fn end(&mut self) {
        for line in &self.lines {
            line.end();
            let _ = line.stream.shutdown(Shutdown::Both);
        }
        self.launcher.end();
    }

    /// Lets the ranks end, and waits until they and the launcher have.
    ///
    /// # Errors
    /// When they do not end in time, or the launcher says that something went wrong.
    pub fn join(mut self) -> Result<(), Error> {
        if let Some(error) = &self.ended {
            return Err(Error::Ended(error.to_string()));
        }
        let told: io::Result<()> = self.lines.iter().try_for_each(|line| send(&line.stream, &Order::Finish));
        match (told, self.launcher.ends_within(END)) {
            (Ok(()), Some(status)) if status.success() => Ok(()),
            (_, Some(status)) => {
                Err(Error::System(format!("the launcher of the ranks ended with {status}: {}", self.launcher.words())))
            }
            (_, None) => {
                self.end();
                let function = "their end".to_owned();
                Err(Error::TimedOut { function, limit: END, missing: (0..self.lines.len()).collect() })
            }
        }
    }
}

impl Drop for Ranks {
    fn drop(&mut self) {
        for line in &self.lines {
            line.end();
        }
    }
}
