//! What in a filter, or in a path, is no SCIM but was understood, for the report. Deliberately apart from resolving, which
//! accepts it: nobody but the report needs to know.

use super::{Filter, Literal};
use crate::check::{Adjustment, Adjustments};
use crate::path::{AttributePath, Bound};
use crate::schema::{AttributeType, ResourceType};
use crate::value::{boolean_from_text, short};

impl Filter<AttributePath> {
    /// Leniencies in a filter that the resource types have resolved: each once, and at most 50.
    pub fn adjustments(&self, types: &[&ResourceType]) -> Vec<Adjustment> {
        let mut adjustments = Adjustments::default();
        types.iter().for_each(|ty| note(self, None, ty, &mut adjustments));
        adjustments.into_vec()
    }
}

/// Notes leniencies in a filter, which stands in brackets behind `attribute` if there is one.
pub(crate) fn note(
    filter: &Filter<AttributePath>,
    attribute: Option<&Bound>,
    ty: &ResourceType,
    adjustments: &mut Adjustments,
) {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().for_each(|term| note(term, attribute, ty, adjustments)),
        Filter::Not(inner) => note(inner, attribute, ty, adjustments),
        Filter::Present(path) => {
            bind(path, attribute, ty, adjustments);
        }
        Filter::Element { attribute: path, filter } => {
            if let Some(bound) = bind(path, attribute, ty, adjustments) {
                note(filter, Some(&bound), ty, adjustments);
            }
        }
        // What is in quotes and no word for a boolean is what it should be: by far the most, and nothing to look up.
        Filter::Compare { attribute: path, literal: Literal::String(text), .. }
            if attribute.is_some() && boolean_from_text(text).is_none() =>
        {
            note_path(path.as_str(), ty, adjustments);
        }
        Filter::Compare { attribute: path, literal, .. } => {
            let Some(bound) = bind(path, attribute, ty, adjustments) else { return };
            match (literal, bound.kind()) {
                (Literal::String(text) | Literal::Word(text), AttributeType::Boolean)
                    if boolean_from_text(text).is_some() =>
                {
                    adjustments.add(|| Adjustment::BooleanAsText(bound.path().to_owned()));
                }
                (Literal::Word(_), _) | (Literal::Number(_), AttributeType::String) => {
                    adjustments.add(|| Adjustment::UnquotedValue(bound.path().to_owned()));
                }
                _ => {}
            }
        }
    }
}

fn bind(
    path: &AttributePath,
    attribute: Option<&Bound>,
    ty: &ResourceType,
    adjustments: &mut Adjustments,
) -> Option<Bound> {
    let text = path.as_str();
    note_path(text, ty, adjustments);
    match attribute {
        Some(attribute) => match attribute.attribute().sub_attribute(text) {
            Some(sub) => Some(attribute.with_sub_attribute(sub.clone())),
            None => Some(attribute.clone()),
        },
        None => ty.bind(text).ok().or_else(|| {
            let found = ty.bind_in_extensions(text);
            if found.is_some() {
                adjustments.add(|| Adjustment::ExtensionLeftOut(short(text)));
            }
            found
        }),
    }
}

/// Notes what is lenient in the writing of a path.
pub(crate) fn note_path(path: &str, ty: &ResourceType, adjustments: &mut Adjustments) {
    if ty.has_dot_behind_schema(path) {
        adjustments.add(|| Adjustment::DotBehindSchema(short(path)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::schema::core;

    #[test]
    fn what_no_grammar_has() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (text, expected) in [
            (r#"userName eq "a" and active eq true and emails[type eq "work" and primary eq true]"#.to_owned(), vec![]),
            (format!(r#"{enterprise}:department eq "a""#), vec![]),
            ("userType eq Employee".to_owned(), vec![Adjustment::UnquotedValue("userType".to_owned())]),
            ("not (externalId eq 5)".to_owned(), vec![Adjustment::UnquotedValue("externalId".to_owned())]),
            (
                "meta.created gt 2020-01-01T00:00:00Z".to_owned(),
                vec![Adjustment::UnquotedValue("meta.created".to_owned())],
            ),
            (r#"active eq "True""#.to_owned(), vec![Adjustment::BooleanAsText("active".to_owned())]),
            (
                r#"roles[primary eq "True"].value eq "x""#.to_owned(),
                vec![Adjustment::BooleanAsText("roles.primary".to_owned())],
            ),
            (r#"manager eq "1""#.to_owned(), vec![Adjustment::ExtensionLeftOut("manager".to_owned())]),
            (
                format!("{enterprise}.department pr"),
                vec![Adjustment::DotBehindSchema(format!("{enterprise}.department"))],
            ),
        ] {
            let filter = Filter::parse(&text, &Limits::default()).unwrap();
            filter.clone().resolve(core::user()).unwrap();
            assert_eq!(filter.adjustments(&[core::user()]), expected, "{text}");
        }
    }
}
