//! Words, paths and literals of a filter text.

use serde_json::Number;

use super::{FilterError, Literal, Operator};
use crate::path::AttributePath;

/// A position in a filter text.
pub(super) struct Lexer<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    pub fn error(&self, problem: impl Into<String>) -> FilterError {
        FilterError { position: self.position, problem: problem.into() }
    }

    pub fn at_end(&self) -> bool {
        self.position == self.text.len()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    pub fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.position += 1;
        }
    }

    pub fn next_is(&self, byte: u8) -> bool {
        self.peek() == Some(byte)
    }

    pub fn eat(&mut self, byte: u8) -> bool {
        let found = self.next_is(byte);
        if found {
            self.position += 1;
        }
        found
    }

    pub fn expect(&mut self, byte: u8) -> Result<(), FilterError> {
        self.skip_space();
        if self.eat(byte) { Ok(()) } else { Err(self.error(format!("expected `{}`", byte as char))) }
    }

    /// A keyword in any case, not the beginning of a longer word.
    pub fn keyword(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && !rest.as_bytes().get(word.len()).copied().is_some_and(is_path_byte);
        if found {
            self.position += word.len();
        }
        found
    }

    /// `not` in front of a parenthesis; elsewhere it is an attribute of that name.
    pub fn negation(&mut self) -> bool {
        let start = self.position;
        if self.keyword("not") {
            self.skip_space();
            if self.next_is(b'(') {
                return true;
            }
        }
        self.position = start;
        false
    }

    /// An attribute path: the longest run of letters that paths and URNs are made of.
    pub fn path(&mut self) -> Result<AttributePath, FilterError> {
        let start = self.position;
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !is_path_byte(byte)).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        if !text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '$') {
            return Err(self.error("expected an attribute name"));
        }
        if text.ends_with(['.', ':']) {
            return Err(self.error("expected an attribute name that is complete"));
        }
        self.position += length;
        Ok(AttributePath::at(text, start))
    }

    pub fn operator(&mut self) -> Result<Operator, FilterError> {
        let operator = Operator::ALL.into_iter().find(|operator| self.keyword(operator.as_str()));
        operator.ok_or_else(|| self.error("expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)"))
    }

    pub fn literal(&mut self) -> Result<Literal, FilterError> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.quoted(),
            _ => self.bare(),
        }
    }

    fn quoted(&mut self) -> Result<Literal, FilterError> {
        let rest = self.rest();
        let mut is_escaped = false;
        let closing = rest.bytes().enumerate().skip(1).find_map(|(index, byte)| {
            let closes = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            closes.then_some(index)
        });
        let Some(quoted) = closing.and_then(|closing| rest.get(..=closing)) else {
            return Err(self.error("expected a closing quote"));
        };
        // A raw control character is no JSON, but a tab in a name is not worth refusing.
        let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
        let text = if inner.contains('\\') {
            serde_json::from_str::<String>(quoted).map_err(|_| self.error("expected a JSON string"))?
        } else {
            inner.to_owned()
        };
        if text.contains('\0') {
            return Err(self.error("expected text without a NUL character"));
        }
        self.position += quoted.len();
        Ok(Literal::String(text))
    }

    /// true, false, null, a number, or a word. The grammar has no words, but Microsoft's Postman set compares with
    /// `Employee` and with dates without quotes.
    fn bare(&mut self) -> Result<Literal, FilterError> {
        let rest = self.rest();
        let length =
            rest.find(|letter: char| letter.is_whitespace() || "()[]\"\0".contains(letter)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let literal = match word {
            "" => return Err(self.error("expected a JSON string, a number, true, false or null")),
            _ if word.eq_ignore_ascii_case("true") => Literal::Boolean(true),
            _ if word.eq_ignore_ascii_case("false") => Literal::Boolean(false),
            _ if word.eq_ignore_ascii_case("null") => Literal::Null,
            _ => match word.parse::<Number>() {
                // Only what a number keeps letter by letter: an employee number 1e5 compared as text must stay that.
                Ok(number) if number.to_string() == word => Literal::Number(number),
                _ => Literal::Word(word.to_owned()),
            },
        };
        self.position += length;
        Ok(literal)
    }
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$' | b'.' | b':' | b'/' | b'%' | b'+' | b'~' | b'#')
}
