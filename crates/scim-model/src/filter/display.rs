//! A filter as text that parses to the same filter.

use std::fmt;

use super::{Filter, Literal};
use crate::path::{AttributePath, Bound};

/// How an attribute is spelled, at the top and within brackets.
pub trait Spelling {
    /// The path outside of brackets, or the sub-attribute's name within.
    fn spelling(&self, in_brackets: bool) -> &str;
}

impl Spelling for AttributePath {
    fn spelling(&self, _in_brackets: bool) -> &str {
        self.as_str()
    }
}

impl Spelling for Bound {
    fn spelling(&self, in_brackets: bool) -> &str {
        match (in_brackets, self.sub_attribute()) {
            (false, _) => self.path(),
            (true, Some(sub)) => &sub.name,
            // A value of a list of plain values.
            (true, None) => "value",
        }
    }
}

impl<A: Spelling> fmt::Display for Filter<A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_filter(self, false, formatter)
    }
}

fn write_filter<A: Spelling>(filter: &Filter<A>, in_brackets: bool, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match filter {
        Filter::Or(terms) => write_terms(terms, " or ", in_brackets, |term| matches!(term, Filter::Or(_)), out),
        Filter::And(terms) => {
            write_terms(terms, " and ", in_brackets, |term| matches!(term, Filter::Or(_) | Filter::And(_)), out)
        }
        Filter::Not(inner) => {
            out.write_str("not (")?;
            write_filter(inner, in_brackets, out)?;
            out.write_str(")")
        }
        Filter::Compare { attribute, operator, literal } => {
            write!(out, "{} {} {literal}", attribute.spelling(in_brackets), operator.as_str())
        }
        Filter::Present(attribute) => write!(out, "{} pr", attribute.spelling(in_brackets)),
        Filter::Element { attribute, filter } => {
            write!(out, "{}[", attribute.spelling(in_brackets))?;
            write_filter(filter, true, out)?;
            out.write_str("]")
        }
    }
}

fn write_terms<A: Spelling>(
    terms: &[Filter<A>],
    separator: &str,
    in_brackets: bool,
    needs_parentheses: impl Fn(&Filter<A>) -> bool,
    out: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for (index, term) in terms.iter().enumerate() {
        if index > 0 {
            out.write_str(separator)?;
        }
        if needs_parentheses(term) {
            out.write_str("(")?;
            write_filter(term, in_brackets, out)?;
            out.write_str(")")?;
        } else {
            write_filter(term, in_brackets, out)?;
        }
    }
    Ok(())
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Boolean(boolean) => write!(formatter, "{boolean}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Word(word) => formatter.write_str(word),
            Self::String(text) | Self::DateTime { text, .. } => {
                write!(formatter, "{}", serde_json::Value::String(text.clone()))
            }
        }
    }
}
