//! What a filter or an order may ask of a resource that does not stand in its document: `groups` of a user, `members` of a
//! group, `meta.location`. It is put in before the evaluator looks, in the form in which a client reads it.

use std::collections::HashMap;

use database::Connection;
use registry::AppScope;
use scim_model::filter::Filter;
use scim_model::path::Bound;
use scim_model::project::Projection;
use scim_model::{Resource, ResourceKind, ResourceType};
use serde_json::Value;

use crate::error::Error;
use crate::resource::representation;
use crate::resource::row::ResourceRow;

/// What has to be put in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    groups: bool,
    members: bool,
    location: bool,
}

impl Outside {
    /// What these ask for.
    pub fn of(ty: &ResourceType, filter: Option<&Filter<Bound>>, sort_by: Option<&Bound>) -> Self {
        let mut outside = Outside::default();
        if let Some(filter) = filter {
            outside.note_filter(ty, filter);
        }
        if let Some(attribute) = sort_by {
            outside.note(ty, attribute);
        }
        outside
    }

    fn note_filter(&mut self, ty: &ResourceType, filter: &Filter<Bound>) {
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| self.note_filter(ty, part)),
            Filter::Not(inner) => self.note_filter(ty, inner),
            Filter::Present(attribute) | Filter::Compare { attribute, .. } => self.note(ty, attribute),
            Filter::Element { attribute, filter } => {
                self.note(ty, attribute);
                self.note_filter(ty, filter);
            }
        }
    }

    fn note(&mut self, ty: &ResourceType, attribute: &Bound) {
        if attribute.extension().is_some() {
            return;
        }
        match (ty.kind(), attribute.attribute().name.as_str()) {
            (ResourceKind::User, "groups") => self.groups = true,
            (ResourceKind::Group, "members") => self.members = true,
            (_, "meta") => self.location |= attribute.path() == "meta.location",
            _ => {}
        }
    }

    /// Prepares for a number of rows at once: the groups of all users are read together.
    pub fn prepare(
        self,
        connection: &mut Connection,
        scope: &AppScope,
        ty: &ResourceType,
        rows: &[ResourceRow],
    ) -> Result<Prepared, Error> {
        let mut groups = HashMap::new();
        if self.groups {
            for (row, value) in rows.iter().zip(represented(connection, scope, ty, rows, "groups")?) {
                groups.extend(value.map(|value| (row.id.clone(), value)));
            }
        }
        Ok(Prepared { outside: self, groups })
    }
}

/// Ready to complete the rows it was prepared for.
pub(crate) struct Prepared {
    outside: Outside,
    groups: HashMap<String, Value>,
}

impl Prepared {
    /// The resource of a row with everything asked for, and how many members were read for it. One group at a time: a few
    /// large ones would not fit into memory together.
    pub fn resource(
        &mut self,
        connection: &mut Connection,
        scope: &AppScope,
        ty: &ResourceType,
        row: &ResourceRow,
    ) -> Result<(Resource, usize), Error> {
        let mut resource = row.resource()?;
        if let Some(groups) = self.groups.remove(&row.id) {
            resource.set("groups", groups);
        }
        if self.outside.location
            && let Some(mut meta) = resource.take("meta")
        {
            if let Value::Object(members) = &mut meta {
                members.insert("location".to_owned(), representation::location(scope, ty, &row.id).into());
            }
            resource.set("meta", meta);
        }
        let mut read = 0;
        if self.outside.members
            && let Some(members) =
                represented(connection, scope, ty, std::slice::from_ref(row), "members")?.pop().flatten()
        {
            read = members.as_array().map_or(0, Vec::len);
            resource.set("members", members);
        }
        Ok((resource, read))
    }
}

/// One attribute of each row as a client reads it; `None` where there is no value.
fn represented(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    rows: &[ResourceRow],
    attribute: &str,
) -> Result<Vec<Option<Value>>, Error> {
    let projection = Projection::parse(Some(attribute), None, ty)?;
    let represented = representation::many(connection, scope, ty, rows, &projection, None)?;
    let values = represented.into_iter().map(|representation| {
        let resource = Resource::from_stored(&representation.body).map_err(|error| Error::Internal(Box::new(error)));
        resource.map(|mut resource| resource.take(attribute))
    });
    values.collect()
}
