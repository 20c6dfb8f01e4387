//! Filters (RFC 7644 §3.4.2.2), of whole documents and in brackets, of one value.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::model::Refusal;
use crate::schema::{Attribute, Type, named};
use crate::value::{checked, entries, is_blank, moment};

#[derive(Debug, Clone)]
pub enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Present(Path),
    /// What is compared, where it stands, how and with what.
    Compare(Attribute, Path, String, Value),
    /// One of the values that are found satisfies the inner expression.
    One(Path, Box<Expression>),
}

/// Names to follow, through every value of a list; none for the value itself.
type Path = Vec<String>;

/// What a path is relative to.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Document(&'a Type),
    Value(&'a Attribute),
}

/// A whole filter.
pub fn parse(ty: &Type, text: &str) -> Result<Expression, Refusal> {
    parse_in(Scope::Document(ty), text)
}

/// What stands in brackets behind an attribute.
pub fn parse_brackets(attribute: &Attribute, text: &str) -> Result<Expression, Refusal> {
    parse_in(Scope::Value(attribute), text)
}

fn parse_in(scope: Scope<'_>, text: &str) -> Result<Expression, Refusal> {
    let mut tokens = tokens(text)?;
    tokens.reverse();
    let expression = any(scope, &mut tokens)?;
    if tokens.is_empty() { Ok(expression) } else { Err("invalidFilter") }
}

/// Parentheses, brackets, texts with their quotes, words.
fn tokens(text: &str) -> Result<Vec<String>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '[' | ']' => 1,
            '"' => {
                let mut literals = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                literals.next().and_then(Result::ok).ok_or("invalidFilter")?;
                literals.byte_offset()
            }
            _ => rest.find(|letter: char| letter.is_whitespace() || "()[]".contains(letter)).unwrap_or(rest.len()),
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn any(scope: Scope<'_>, tokens: &mut Vec<String>) -> Result<Expression, Refusal> {
    let mut terms = vec![all(scope, tokens)?];
    while tokens.last().is_some_and(|token| token.eq_ignore_ascii_case("or")) {
        tokens.pop();
        terms.push(all(scope, tokens)?);
    }
    Ok(Expression::Any(terms))
}

fn all(scope: Scope<'_>, tokens: &mut Vec<String>) -> Result<Expression, Refusal> {
    let mut terms = vec![term(scope, tokens)?];
    while tokens.last().is_some_and(|token| token.eq_ignore_ascii_case("and")) {
        tokens.pop();
        terms.push(term(scope, tokens)?);
    }
    Ok(Expression::All(terms))
}

fn term(scope: Scope<'_>, tokens: &mut Vec<String>) -> Result<Expression, Refusal> {
    let word = tokens.pop().ok_or("invalidFilter")?;
    if word.eq_ignore_ascii_case("not") || word == "(" {
        let is_not = word != "(";
        if is_not && tokens.pop().as_deref() != Some("(") {
            return Err("invalidFilter");
        }
        let inner = any(scope, tokens)?;
        if tokens.pop().as_deref() != Some(")") {
            return Err("invalidFilter");
        }
        return Ok(if is_not { Expression::Not(Box::new(inner)) } else { inner });
    }
    let (what, mut path) = named_by(scope, &word)?;
    if tokens.last().is_some_and(|token| token == "[") {
        tokens.pop();
        let inner = any(Scope::Value(&what), tokens)?;
        return match tokens.pop().as_deref() {
            Some("]") => Ok(Expression::One(path, Box::new(inner))),
            _ => Err("invalidFilter"),
        };
    }
    let operator = tokens.pop().ok_or("invalidFilter")?.to_lowercase();
    if operator == "pr" {
        return Ok(Expression::Present(path));
    }
    let literal: Value = tokens.pop().and_then(|word| serde_json::from_str(&word).ok()).ok_or("invalidFilter")?;
    match (operator.as_str(), &literal) {
        ("eq", Value::Null) => return Ok(Expression::Not(Box::new(Expression::Present(path)))),
        ("ne", Value::Null) => return Ok(Expression::Present(path)),
        _ => {}
    }
    // Of a complex attribute its value is compared.
    let what = match what.sub("value") {
        Some(value) if what.is_complex => {
            path.push(value.name.clone());
            value.clone()
        }
        _ => what,
    };
    Ok(Expression::Compare(what, path, operator, literal))
}

/// The attribute or sub-attribute of this name, and the way to it.
fn named_by(scope: Scope<'_>, word: &str) -> Result<(Attribute, Path), Refusal> {
    let (mut path, parent, rest) = match scope {
        Scope::Value(attribute) if !attribute.is_complex && word.eq_ignore_ascii_case("value") => {
            return if attribute.is_hidden() { Err("invalidFilter") } else { Ok((attribute.clone(), Vec::new())) };
        }
        Scope::Value(attribute) => (Vec::new(), attribute.clone(), Some(word)),
        Scope::Document(ty) => {
            let of_schema = ty.schemas.iter().rev().find_map(|schema| {
                let rest = word.get(schema.urn.len()..)?.strip_prefix(':')?;
                word[..schema.urn.len()].eq_ignore_ascii_case(&schema.urn).then_some((schema, rest))
            });
            let (schema, rest) = of_schema.unwrap_or((ty.main(), word));
            let (name, rest) = rest.split_once('.').map_or((rest, None), |(name, rest)| (name, Some(rest)));
            let attribute = named(&schema.attributes, name).ok_or("invalidFilter")?;
            let holder = (schema.urn != ty.main().urn).then(|| schema.urn.clone());
            (holder.into_iter().chain([attribute.name.clone()]).collect(), attribute.clone(), rest)
        }
    };
    let what = match rest {
        Some(name) => {
            let sub = parent.sub(name).ok_or("invalidFilter")?;
            path.push(sub.name.clone());
            sub.clone()
        }
        None => parent.clone(),
    };
    if parent.is_hidden() || what.is_hidden() { Err("invalidFilter") } else { Ok((what, path)) }
}

pub fn matches(expression: &Expression, subject: &Value) -> bool {
    match expression {
        Expression::All(terms) => terms.iter().all(|term| matches(term, subject)),
        Expression::Any(terms) => terms.iter().any(|term| matches(term, subject)),
        Expression::Not(inner) => !matches(inner, subject),
        Expression::Present(path) => found(path, subject).iter().any(|value| !is_blank(value)),
        Expression::Compare(what, path, operator, literal) => {
            let any = |operator: &str| found(path, subject).iter().any(|value| compare(what, value, operator, literal));
            if operator == "ne" { !any("eq") } else { any(operator) }
        }
        Expression::One(path, inner) => found(path, subject).iter().any(|value| matches(inner, value)),
    }
}

fn found(path: &[String], subject: &Value) -> Vec<Value> {
    path.iter()
        .fold(vec![subject.clone()], |values, name| values.iter().flat_map(|value| entries(&value[name])).collect())
}

fn compare(what: &Attribute, value: &Value, operator: &str, literal: &Value) -> bool {
    let order = match (what.kind.as_str(), value, literal) {
        ("dateTime", Value::String(value), Value::String(literal)) => {
            moment(value).zip(moment(literal)).map(|(value, literal)| value.cmp(&literal))
        }
        (_, Value::String(value), Value::String(literal)) => {
            let fold = |text: &str| if what.is_exact() { text.to_owned() } else { text.to_lowercase() };
            let (value, literal) = (fold(value), fold(literal));
            match operator {
                "co" => return value.contains(&literal),
                "sw" => return value.starts_with(&literal),
                "ew" => return value.ends_with(&literal),
                _ => Some(value.cmp(&literal)),
            }
        }
        (_, Value::Number(value), Value::Number(literal)) => match (value.as_i64(), literal.as_i64()) {
            (Some(value), Some(literal)) => Some(value.cmp(&literal)),
            _ => value.as_f64().partial_cmp(&literal.as_f64()),
        },
        (_, Value::Bool(value), Value::Bool(literal)) => Some(value.cmp(literal)),
        _ => None,
    };
    let Some(order) = order else { return false };
    match operator {
        "eq" => order == Ordering::Equal,
        "gt" => order == Ordering::Greater,
        "ge" => order != Ordering::Less,
        "lt" => order == Ordering::Less,
        "le" => order != Ordering::Greater,
        other => panic!("operator {other}"),
    }
}

/// An entry that the filter describes, if it does: only with `eq` and `and`, and as the schema has it.
pub fn described(attribute: &Attribute, expression: &Expression) -> Option<Value> {
    let mut entry = json!({});
    let mut terms = vec![expression.clone()];
    while let Some(term) = terms.pop() {
        match term {
            Expression::All(inner) => terms.extend(inner),
            Expression::Any(inner) if inner.len() == 1 => terms.extend(inner),
            Expression::Compare(what, _, operator, literal) if operator == "eq" && !what.is("readOnly") => {
                entry[&what.name] = checked(&what, &literal).ok().filter(|value| !value.is_null())?;
            }
            _ => return None,
        }
    }
    (attribute.is_complex && matches(expression, &entry)).then_some(entry)
}
