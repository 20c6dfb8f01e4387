//! The command line.

use anyhow::{Context, Result, bail};

use super::{SUITES, own};
use crate::server::Connection;

/// Where the token may stand instead of on the command line, which every list of processes shows.
const TOKEN_VARIABLE: &str = "CONFORMANCE_TOKEN";

pub struct Options {
    /// Nobody's: ours is built and started.
    pub server: Option<Connection>,
    only: Option<String>,
    pub json: bool,
}

impl Options {
    pub fn parse(arguments: &[&str]) -> Result<Options> {
        let (mut url, mut token, mut only, mut json) = (None, None, None, false);
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            if *option == "--json" {
                json = true;
                continue;
            }
            let place = match *option {
                "--url" => &mut url,
                "--token" => &mut token,
                "--only" => &mut only,
                _ => bail!("conformance knows no {option}"),
            };
            *place = Some((*rest.next().with_context(|| format!("{option} needs a value"))?).to_owned());
        }
        let server = match (url, token) {
            (None, None) => None,
            (None, Some(_)) => bail!("--token belongs to --url"),
            (Some(base_url), token) => {
                let token = token.or_else(|| std::env::var(TOKEN_VARIABLE).ok());
                let token = token.with_context(|| format!("--url needs --token, or the variable {TOKEN_VARIABLE}"))?;
                Some(Connection { base_url: base_url.trim_end_matches('/').to_owned(), token })
            }
        };
        Ok(Options { server, only, json })
    }

    /// The suites to run.
    pub fn suites(&self) -> Vec<&'static str> {
        match &self.only {
            None => SUITES.to_vec(),
            Some(only) => match SUITES.iter().find(|suite| *suite == only) {
                Some(suite) => vec![suite],
                None => vec![own::NAME],
            },
        }
    }

    /// The part of our own checks to run: the name of a family, a requirement or a check.
    pub fn only_check(&self) -> Option<&str> {
        self.only.as_deref().filter(|only| !SUITES.contains(only))
    }

    pub fn is_everything(&self) -> bool {
        self.only.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_suite_or_a_part_of_our_own() {
        for (arguments, suites, check) in [
            (&[][..], SUITES.to_vec(), None),
            (&["--only", "scim-sanity"], vec!["scim-sanity"], None),
            (&["--only", "own"], vec!["own"], None),
            (&["--only", "Q5.eq", "--json"], vec!["own"], Some("Q5.eq")),
        ] {
            let options = Options::parse(arguments).unwrap();
            assert_eq!((options.suites(), options.only_check()), (suites, check), "{arguments:?}");
        }
    }

    #[test]
    fn the_server_is_given_whole_or_not_at_all() {
        let given = Options::parse(&["--url", "https://x.test/v2/", "--token", "t"]).unwrap().server.unwrap();
        assert_eq!((given.base_url.as_str(), given.token.as_str()), ("https://x.test/v2", "t"));
        for wrong in [&["--token", "t"][..], &["--url"], &["--colour", "red"]] {
            assert!(Options::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
