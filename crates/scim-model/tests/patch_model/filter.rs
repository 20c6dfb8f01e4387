//! Filters in brackets: `term *(("and" / "or") term)`, on one value.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::model::Refusal;
use crate::schema::Attribute;
use crate::value::{checked, entries, is_blank, moment};

#[derive(Debug, Clone)]
pub enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Present(Attribute),
    /// Sub-attribute (or the attribute itself, in a list of plain values), operator, literal.
    Compare(Attribute, String, Value),
}

pub fn parse(attribute: &Attribute, text: &str) -> Result<Expression, Refusal> {
    let mut tokens = tokens(text)?;
    tokens.reverse();
    let expression = any(attribute, &mut tokens)?;
    if tokens.is_empty() { Ok(expression) } else { Err("invalidFilter") }
}

/// Parentheses, texts with their quotes, words.
fn tokens(text: &str) -> Result<Vec<String>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '"' => {
                let mut literals = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                literals.next().and_then(Result::ok).ok_or("invalidFilter")?;
                literals.byte_offset()
            }
            _ => {
                rest.find(|letter: char| letter.is_whitespace() || letter == '(' || letter == ')').unwrap_or(rest.len())
            }
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn any(attribute: &Attribute, tokens: &mut Vec<String>) -> Result<Expression, Refusal> {
    let mut terms = vec![all(attribute, tokens)?];
    while tokens.last().is_some_and(|token| token.eq_ignore_ascii_case("or")) {
        tokens.pop();
        terms.push(all(attribute, tokens)?);
    }
    Ok(Expression::Any(terms))
}

fn all(attribute: &Attribute, tokens: &mut Vec<String>) -> Result<Expression, Refusal> {
    let mut terms = vec![term(attribute, tokens)?];
    while tokens.last().is_some_and(|token| token.eq_ignore_ascii_case("and")) {
        tokens.pop();
        terms.push(term(attribute, tokens)?);
    }
    Ok(Expression::All(terms))
}

fn term(attribute: &Attribute, tokens: &mut Vec<String>) -> Result<Expression, Refusal> {
    let word = tokens.pop().ok_or("invalidFilter")?;
    if word.eq_ignore_ascii_case("not") || word == "(" {
        let is_not = word != "(";
        if is_not && tokens.pop().as_deref() != Some("(") {
            return Err("invalidFilter");
        }
        let inner = any(attribute, tokens)?;
        if tokens.pop().as_deref() != Some(")") {
            return Err("invalidFilter");
        }
        return Ok(if is_not { Expression::Not(Box::new(inner)) } else { inner });
    }
    let what = match attribute.sub(&word) {
        Some(sub) => sub.clone(),
        None if !attribute.is_complex && word.eq_ignore_ascii_case("value") => attribute.clone(),
        None => return Err("invalidFilter"),
    };
    if attribute.is_hidden() || what.is_hidden() {
        return Err("invalidFilter");
    }
    let operator = tokens.pop().ok_or("invalidFilter")?.to_lowercase();
    if operator == "pr" {
        return Ok(Expression::Present(what));
    }
    let literal: Value = tokens.pop().and_then(|word| serde_json::from_str(&word).ok()).ok_or("invalidFilter")?;
    match (operator.as_str(), &literal) {
        ("eq", Value::Null) => Ok(Expression::Not(Box::new(Expression::Present(what)))),
        ("ne", Value::Null) => Ok(Expression::Present(what)),
        _ => Ok(Expression::Compare(what, operator, literal)),
    }
}

pub fn matches(expression: &Expression, entry: &Value) -> bool {
    match expression {
        Expression::All(terms) => terms.iter().all(|term| matches(term, entry)),
        Expression::Any(terms) => terms.iter().any(|term| matches(term, entry)),
        Expression::Not(inner) => !matches(inner, entry),
        Expression::Present(what) => !is_blank(&part(what, entry)),
        Expression::Compare(what, operator, literal) => {
            let any = |operator: &str| {
                entries(&part(what, entry)).iter().any(|value| compare(what, value, operator, literal))
            };
            if operator == "ne" { !any("eq") } else { any(operator) }
        }
    }
}

fn part(what: &Attribute, entry: &Value) -> Value {
    if entry.is_object() { entry[&what.name].clone() } else { entry.clone() }
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
            Expression::Compare(what, operator, literal) if operator == "eq" && !what.is("readOnly") => {
                entry[&what.name] = checked(&what, &literal).ok().filter(|value| !value.is_null())?;
            }
            _ => return None,
        }
    }
    (attribute.is_complex && matches(expression, &entry)).then_some(entry)
}
