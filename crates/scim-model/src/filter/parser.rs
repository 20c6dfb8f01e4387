//! Recursive descent over the grammar: or, then and, then a term. Nesting is bounded, so the stack is too.

use super::lexer::Lexer;
use super::{Filter, FilterError};
use crate::limits::Limits;
use crate::path::AttributePath;

/// The path of a PATCH operation (RFC 7644 §3.5.2, figure 7), unresolved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PatchPath {
    /// The attribute, with its sub-attribute if there is no filter between them.
    pub attribute: AttributePath,
    /// What stands in brackets.
    pub filter: Option<Filter<AttributePath>>,
    /// The sub-attribute after the brackets.
    pub sub_attribute: Option<String>,
}

/// What is wrong with a PATCH path: the path, or the filter within.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PatchPathError {
    Path(FilterError),
    Filter(FilterError),
}

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Filter<AttributePath>, FilterError> {
    let mut parser = Parser::new(text, limits)?;
    let filter = parser.or()?;
    parser.lexer.skip_space();
    if parser.lexer.at_end() { Ok(filter) } else { Err(parser.lexer.error("expected `and`, `or` or the end")) }
}

pub(crate) fn parse_patch_path(text: &str, limits: &Limits) -> Result<PatchPath, PatchPathError> {
    let mut parser = Parser::new(text, limits).map_err(PatchPathError::Path)?;
    parser.lexer.skip_space();
    let attribute = parser.lexer.path().map_err(PatchPathError::Path)?;
    let mut filter = None;
    let mut sub_attribute = None;
    if parser.lexer.eat(b'[') {
        filter = Some(parser.or().map_err(PatchPathError::Filter)?);
        parser.lexer.expect(b']').map_err(PatchPathError::Filter)?;
        if parser.lexer.eat(b'.') {
            sub_attribute = Some(parser.lexer.path().map_err(PatchPathError::Path)?.as_str().to_owned());
        }
    }
    parser.lexer.skip_space();
    if parser.lexer.at_end() {
        Ok(PatchPath { attribute, filter, sub_attribute })
    } else {
        Err(PatchPathError::Path(parser.lexer.error("expected the end of the path")))
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    depth_left: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, limits: &Limits) -> Result<Self, FilterError> {
        if text.len() > limits.filter_length_bytes {
            return Err(FilterError {
                position: limits.filter_length_bytes,
                problem: format!("longer than {} bytes", limits.filter_length_bytes),
            });
        }
        Ok(Self { lexer: Lexer::new(text), depth_left: limits.filter_depth })
    }

    fn or(&mut self) -> Result<Filter<AttributePath>, FilterError> {
        let mut terms = vec![self.and()?];
        loop {
            self.lexer.skip_space();
            if !self.lexer.keyword("or") {
                return Ok(one_or(terms, Filter::Or));
            }
            terms.push(self.and()?);
        }
    }

    fn and(&mut self) -> Result<Filter<AttributePath>, FilterError> {
        let mut terms = vec![self.term()?];
        loop {
            self.lexer.skip_space();
            if !self.lexer.keyword("and") {
                return Ok(one_or(terms, Filter::And));
            }
            terms.push(self.term()?);
        }
    }

    fn term(&mut self) -> Result<Filter<AttributePath>, FilterError> {
        self.lexer.skip_space();
        if self.lexer.negation() {
            return Ok(Filter::Not(Box::new(self.nested(b'(', b')')?)));
        }
        if self.lexer.next_is(b'(') {
            return self.nested(b'(', b')');
        }
        let attribute = self.lexer.path()?;
        self.lexer.skip_space();
        if self.lexer.next_is(b'[') {
            let filter = self.nested(b'[', b']')?;
            let filter = if self.lexer.eat(b'.') { self.with_comparison(filter)? } else { filter };
            return Ok(Filter::Element { attribute, filter: Box::new(filter) });
        }
        self.comparison(attribute)
    }

    /// `emails[type eq "work"].value eq "…"`: not in the grammar of filters, but how Entra ID looks people up. It asks for
    /// one value that satisfies both.
    fn with_comparison(&mut self, filter: Filter<AttributePath>) -> Result<Filter<AttributePath>, FilterError> {
        let sub_attribute = self.lexer.path()?;
        let comparison = self.comparison(sub_attribute)?;
        Ok(match filter {
            Filter::And(mut terms) => {
                terms.push(comparison);
                Filter::And(terms)
            }
            other => Filter::And(vec![other, comparison]),
        })
    }

    fn comparison(&mut self, attribute: AttributePath) -> Result<Filter<AttributePath>, FilterError> {
        self.lexer.skip_space();
        if self.lexer.keyword("pr") {
            return Ok(Filter::Present(attribute));
        }
        let operator = self.lexer.operator()?;
        Ok(Filter::Compare { attribute, operator, literal: self.lexer.literal()? })
    }

    fn nested(&mut self, opening: u8, closing: u8) -> Result<Filter<AttributePath>, FilterError> {
        self.lexer.expect(opening)?;
        let Some(depth_left) = self.depth_left.checked_sub(1) else {
            return Err(self.lexer.error("nested too deeply"));
        };
        self.depth_left = depth_left;
        let filter = self.or()?;
        self.depth_left += 1;
        self.lexer.expect(closing)?;
        Ok(filter)
    }
}

fn one_or<A>(mut terms: Vec<Filter<A>>, several: impl FnOnce(Vec<Filter<A>>) -> Filter<A>) -> Filter<A> {
    match (terms.pop(), terms.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            terms.extend(last);
            several(terms)
        }
    }
}
