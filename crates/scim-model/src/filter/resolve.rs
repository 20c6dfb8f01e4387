//! Paths become attributes, literals take their attribute's type, and what cannot be compared is refused.

use serde_json::Number;

use super::{Filter, FilterError, Literal, Operator};
use crate::path::{AttributePath, Bound};
use crate::schema::{AttributeType, ResourceType};
use crate::urn;
use crate::value::{boolean_from_text, parse_date_time, short};

pub(super) fn resolve(filter: Filter<AttributePath>, ty: &ResourceType) -> Result<Filter<Bound>, FilterError> {
    Scope::Resource(ty).resolve(filter)
}

/// Resolves what stands in brackets behind `attribute`.
pub(crate) fn resolve_element(
    filter: Filter<AttributePath>,
    attribute: &Bound,
    ty: &ResourceType,
) -> Result<Filter<Bound>, FilterError> {
    Scope::Element(attribute, ty).resolve(filter)
}

/// What a path is relative to.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a ResourceType),
    Element(&'a Bound, &'a ResourceType),
}

impl Scope<'_> {
    fn resolve(self, filter: Filter<AttributePath>) -> Result<Filter<Bound>, FilterError> {
        Ok(match filter {
            Filter::And(terms) => Filter::And(self.resolve_all(terms)?),
            Filter::Or(terms) => Filter::Or(self.resolve_all(terms)?),
            Filter::Not(inner) => Filter::Not(Box::new(self.resolve(*inner)?)),
            Filter::Present(path) => Filter::Present(self.bind(&path)?),
            Filter::Compare { attribute, operator, literal } => self.compare(&attribute, operator, literal)?,
            Filter::Element { attribute: path, filter } => {
                let attribute = self.bind(&path)?;
                match self {
                    Scope::Resource(ty) if attribute.sub_attribute().is_none() => {
                        let filter = resolve_element(*filter, &attribute, ty)?;
                        Filter::Element { attribute, filter: Box::new(filter) }
                    }
                    _ => return Err(problem(&path, "brackets can only follow an attribute, not a sub-attribute")),
                }
            }
        })
    }

    fn resolve_all(self, terms: Vec<Filter<AttributePath>>) -> Result<Vec<Filter<Bound>>, FilterError> {
        terms.into_iter().map(|term| self.resolve(term)).collect()
    }

    fn bind(self, path: &AttributePath) -> Result<Bound, FilterError> {
        let unknown = || problem(path, format!("unknown attribute {}", short(path.as_str())));
        let bound = match self {
            Scope::Resource(ty) => match ty.bind(path.as_str()) {
                Ok(bound) => bound,
                // Entra ID asks `manager eq "…"`, without the URN of the extension.
                Err(_) => ty.bind_in_extensions(path.as_str()).ok_or_else(unknown)?,
            },
            Scope::Element(attribute, ty) => match attribute.attribute().sub_attribute(path.as_str()) {
                Some(sub) => attribute.with_sub_attribute(sub.clone()),
                // A list of plain values: its values go by the default name.
                None if !attribute.attribute().is_complex() && path.as_str().eq_ignore_ascii_case("value") => {
                    attribute.clone()
                }
                // The full name of a sub-attribute, with the URN in front.
                None if urn::is_uri(path.as_str()) => {
                    let bound = ty.bind(path.as_str()).map_err(|_| unknown())?;
                    if bound.sub_attribute().is_none() || bound.whole() != *attribute {
                        return Err(unknown());
                    }
                    bound
                }
                None => return Err(unknown()),
            },
        };
        refuse_hidden(path, &bound)?;
        Ok(bound)
    }

    fn compare(self, path: &AttributePath, operator: Operator, literal: Literal) -> Result<Filter<Bound>, FilterError> {
        let attribute = self.bind(path)?;
        // Not the opposite of `pr`: an empty text is a value, if no present one (RFC 7643 §2.5).
        if literal == Literal::Null && matches!(operator, Operator::Eq | Operator::Ne) {
            return Ok(Filter::Compare { attribute, operator, literal });
        }
        // `emails eq "…"` means the value of one of them (RFC 7644 §3.4.2.2); so does `manager eq "…"` (Entra ID).
        let attribute = match attribute.definition().sub_attribute("value") {
            Some(value) if attribute.sub_attribute().is_none() => attribute.with_sub_attribute(value.clone()),
            _ => attribute,
        };
        refuse_hidden(path, &attribute)?;
        let kind = attribute.kind();
        if !is_comparable(kind, operator) {
            return Err(problem(path, format!("{} cannot be compared with {}", attribute.path(), operator.as_str())));
        }
        let Some(literal) = convert(literal, kind) else {
            return Err(problem(path, format!("{} can only be compared with {}", attribute.path(), expected(kind))));
        };
        Ok(Filter::Compare { attribute, operator, literal })
    }
}

/// RFC 7644 §7.5.2: what no answer shows must not be guessed at either.
fn refuse_hidden(path: &AttributePath, bound: &Bound) -> Result<(), FilterError> {
    if bound.attribute().is_hidden() || bound.definition().is_hidden() {
        return Err(problem(path, format!("{} cannot be used in a filter", bound.path())));
    }
    Ok(())
}

fn is_comparable(kind: AttributeType, operator: Operator) -> bool {
    use Operator::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};
    match kind {
        AttributeType::String | AttributeType::Reference => true,
        // RFC 7644 §3.4.2.2, table 3: no order on boolean and binary.
        AttributeType::Binary => matches!(operator, Eq | Ne | Co | Sw | Ew),
        AttributeType::Boolean => matches!(operator, Eq | Ne),
        AttributeType::Integer | AttributeType::Decimal | AttributeType::DateTime => {
            matches!(operator, Eq | Ne | Gt | Ge | Lt | Le)
        }
        AttributeType::Complex => false,
    }
}

/// The literal as the attribute's type has it; `None` if it has no such value.
fn convert(literal: Literal, kind: AttributeType) -> Option<Literal> {
    let literal = match literal {
        Literal::Word(word) => Literal::String(word),
        other => other,
    };
    match (kind, literal) {
        (AttributeType::String | AttributeType::Reference | AttributeType::Binary, literal) => match literal {
            // An employee number without quotes.
            Literal::Number(number) => Some(Literal::String(number.to_string())),
            Literal::String(text) => Some(Literal::String(text)),
            _ => None,
        },
        (AttributeType::Boolean, literal) => match literal {
            Literal::Boolean(boolean) => Some(Literal::Boolean(boolean)),
            // Entra ID: roles[primary eq "True"].
            Literal::String(text) => boolean_from_text(&text).map(Literal::Boolean),
            _ => None,
        },
        (AttributeType::Integer | AttributeType::Decimal, literal) => match literal {
            Literal::Number(number) => Some(Literal::Number(number)),
            Literal::String(text) => text.parse::<Number>().ok().map(Literal::Number),
            _ => None,
        },
        (AttributeType::DateTime, Literal::String(text)) => {
            parse_date_time(&text).map(|instant| Literal::DateTime { text, instant })
        }
        _ => None,
    }
}

fn expected(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::Boolean => "true or false",
        AttributeType::Integer | AttributeType::Decimal => "a number",
        AttributeType::DateTime => "a date and time such as \"2011-05-13T04:42:34Z\"",
        AttributeType::String | AttributeType::Reference | AttributeType::Binary | AttributeType::Complex => "text",
    }
}

fn problem(path: &AttributePath, problem: impl Into<String>) -> FilterError {
    FilterError { position: path.position(), problem: problem.into() }
}
