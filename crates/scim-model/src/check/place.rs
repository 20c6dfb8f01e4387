//! Where in a body a value stands, spelled out only when something is wrong with it.

use std::fmt;

use crate::urn;

/// A place in a body, as a chain on the stack: a list of 100,000 members costs no path texts.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub fn top(name: &'a str) -> Self {
        Self { parent: None, step: Step::Name(name) }
    }

    pub fn member(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Name(name) }
    }

    pub fn entry(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    /// The attribute path without positions in lists, for what concerns every entry alike.
    pub fn attribute_path(&self) -> String {
        let mut path = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut path, false);
        path
    }

    fn write(&self, out: &mut impl fmt::Write, with_index: bool) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.write(out, with_index)?;
        }
        match self.step {
            Step::Index(index) if with_index => write!(out, "[{index}]"),
            Step::Index(_) => Ok(()),
            Step::Name(name) => {
                match self.parent {
                    None => {}
                    Some(Place { step: Step::Name(urn), .. }) if urn::is_uri(urn) => out.write_char(':')?,
                    Some(_) => out.write_char('.')?,
                }
                out.write_str(name)
            }
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter, true)
    }
}
