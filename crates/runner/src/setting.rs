//! The settings of steps that a chapter's command line offers, beside the number of threads.

use std::num::NonZeroUsize;

use clap::{Arg, ArgMatches};
use validation::Settings;

/// A setting that the steps of a chapter use. It becomes an option of that chapter's command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `--block`: elements of the arrays that are computed at a time.
    Block,
    /// `--chunk`: rows, particles or samples that a thread or a process takes at once.
    Chunk,
    /// `--vectors`: independent vectors that one thread keeps in flight, at most so many.
    Vectors {
        /// The most that the chapter's steps can keep in flight.
        most: usize,
    },
    /// `--workgroup`: invocations in a workgroup of a device.
    Workgroup,
}

impl Setting {
    /// The name of the option.
    fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Chunk => "chunk",
            Self::Vectors { .. } => "vectors",
            Self::Workgroup => "workgroup",
        }
    }

    /// The option itself.
    pub(crate) fn arg(self) -> Arg {
        let (value, help) = match self {
            Self::Block => ("ELEMENTS", "Elements of the arrays that are computed at a time [default: what fits the nearest cache]".to_owned()),
            Self::Chunk => (
                "N",
                "Rows, particles or samples that a thread or a process takes at once, in the steps that hand out chunks \
                 [default: each step's own]"
                    .to_owned(),
            ),
            Self::Vectors { most } => (
                "V",
                format!(
                    "Independent vectors in flight, 1 to {most}, in the steps that have several [default: each step's own]"
                ),
            ),
            Self::Workgroup => ("N", "Invocations in a workgroup of the device [default: each step's own]".to_owned()),
        };
        let arg = Arg::new(self.name()).long(self.name()).value_name(value).help(help).help_heading("Runs");
        arg.allow_negative_numbers(true).value_parser(move |text: &str| self.parse(text))
    }

    fn parse(self, text: &str) -> Result<NonZeroUsize, String> {
        match (text.parse::<NonZeroUsize>(), self) {
            (Ok(number), Self::Vectors { most }) if number.get() <= most => Ok(number),
            (_, Self::Vectors { most }) => Err(format!("it must be a whole number from 1 to {most}")),
            (Ok(number), _) => Ok(number),
            _ => Err("it must be a whole number of at least 1, and not too large to count".to_owned()),
        }
    }

    /// The settings with what the command line says of this one.
    pub(crate) fn apply(self, settings: Settings, matches: &ArgMatches) -> Settings {
        let Some(&number) = matches.get_one::<NonZeroUsize>(self.name()) else { return settings };
        match self {
            Self::Block => Settings { block: Some(number), ..settings },
            Self::Chunk => Settings { chunk: Some(number), ..settings },
            Self::Vectors { .. } => Settings { vectors: Some(number), ..settings },
            Self::Workgroup => Settings { workgroup: Some(number), ..settings },
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    const ALL: [Setting; 4] = [Setting::Block, Setting::Chunk, Setting::Vectors { most: 8 }, Setting::Workgroup];

    fn settings(arguments: &[&str]) -> Result<Settings, clap::Error> {
        let command = ALL.into_iter().fold(Command::new("test"), |command, setting| command.arg(setting.arg()));
        let matches = command.try_get_matches_from(["test"].iter().chain(arguments))?;
        Ok(ALL.into_iter().fold(Settings::default(), |settings, setting| setting.apply(settings, &matches)))
    }

    #[test]
    fn each_option_sets_its_own_setting_and_no_other() {
        assert_eq!(settings(&[]).unwrap(), Settings::default());
        let three = NonZeroUsize::new(3);
        let expected = [
            ("--block", Settings { block: three, ..Settings::default() }),
            ("--chunk", Settings { chunk: three, ..Settings::default() }),
            ("--vectors", Settings { vectors: three, ..Settings::default() }),
            ("--workgroup", Settings { workgroup: three, ..Settings::default() }),
        ];
        for (option, expected) in expected {
            assert_eq!(settings(&[option, "3"]).unwrap(), expected, "{option}");
        }
    }

    #[test]
    fn a_number_that_cannot_be_is_refused_with_what_can() {
        for setting in ALL {
            for bad in ["0", "-1", "x", "99999999999999999999"] {
                let option = format!("--{}", setting.name());
                let told = settings(&[&option, bad]).unwrap_err().to_string();
                assert!(told.contains("it must be a whole number"), "{told}");
            }
        }
        assert!(settings(&["--vectors", "9"]).unwrap_err().to_string().contains("from 1 to 8"));
        assert_eq!(settings(&["--vectors", "8"]).unwrap().vectors, NonZeroUsize::new(8));
    }
}
