//! A PATCH body becomes operations, each with one target.

use serde_json::{Map, Value};

use super::Patch;
use super::operation::{Operation, OperationKind, Target};
use super::outcome::cannot_be_removed;
use crate::check::{Adjustment, Checker, Place};
use crate::filter::{FilterError, PatchPath, PatchPathError, note, note_path, parse_patch_path, resolve_element};
use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::path::Bound;
use crate::schema::{BindError, Located, Mutability, ResourceType, SchemaRef};
use crate::urn;
use crate::value::{kind_of, parse_object, short, take_member};

pub(super) fn parse(body: &[u8], ty: &ResourceType, limits: &Limits) -> Result<Patch, ScimError> {
    let mut body = parse_object(body, limits)?;
    check_schemas(take_member(&mut body, "schemas"))?;
    // Further members, such as an id, are ignored (scim2-server saw them).
    let operations = match take_member(&mut body, "Operations") {
        Some(Value::Array(operations)) if !operations.is_empty() => operations,
        Some(Value::Array(_)) => return Err(ScimError::invalid_syntax("Operations is empty")),
        Some(other) => {
            return Err(ScimError::invalid_syntax(format!("Operations must be a list, found {}", kind_of(&other))));
        }
        None => return Err(ScimError::invalid_syntax("Operations is missing")),
    };
    let mut parser =
        Parser { ty, limits, checker: Checker::for_patch(), operations: Vec::with_capacity(operations.len()) };
    for (index, operation) in operations.into_iter().enumerate() {
        parser.operation(operation).map_err(|mut error| {
            error.detail = format!("Operations[{index}]: {}", error.detail);
            error
        })?;
    }
    Ok(Patch { operations: parser.operations, adjustments: parser.checker.adjustments.into_vec() })
}

fn check_schemas(schemas: Option<Value>) -> Result<(), ScimError> {
    let names_it = |value: &Value| value.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(urn::PATCH_OP));
    let is_patch = match &schemas {
        Some(Value::Array(listed)) => listed.iter().any(names_it),
        Some(single) => names_it(single),
        None => false,
    };
    if is_patch { Ok(()) } else { Err(ScimError::invalid_syntax(format!("schemas must name {}", urn::PATCH_OP))) }
}

/// Where a path comes from.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    /// `path`: it must name something that may be changed.
    Path,
    /// A name in the value of an operation without a path. Like a body, it may hold what is unknown or only echoed:
    /// Okta sends the id along with a new displayName.
    Key,
}

struct Parser<'a> {
    ty: &'a ResourceType,
    limits: &'a Limits,
    checker: Checker,
    operations: Vec<Operation>,
}

impl Parser<'_> {
    fn operation(&mut self, operation: Value) -> Result<(), ScimError> {
        let Value::Object(mut operation) = operation else {
            return Err(ScimError::invalid_syntax(format!("expected an object, found {}", kind_of(&operation))));
        };
        let kind = match take_member(&mut operation, "op") {
            Some(Value::String(word)) => {
                let kind = OperationKind::from_word(&word).ok_or_else(|| {
                    ScimError::invalid_syntax(format!("op must be add, replace or remove, found {}", short(&word)))
                })?;
                // Entra ID without its compliance flag: Add, Replace, Remove.
                if word.bytes().any(|letter| letter.is_ascii_uppercase()) {
                    self.checker.adjustments.add(|| Adjustment::OperationInOtherCase(word));
                }
                kind
            }
            Some(other) => {
                return Err(ScimError::invalid_syntax(format!("op must be text, found {}", kind_of(&other))));
            }
            None => return Err(ScimError::invalid_syntax("op is missing")),
        };
        let value = take_member(&mut operation, "value");
        match take_member(&mut operation, "path") {
            Some(Value::String(path)) if !path.trim().is_empty() => self.at_path(kind, &path, value, Origin::Path),
            None | Some(Value::Null | Value::String(_)) if kind == OperationKind::Remove => {
                Err(ScimError::no_target("remove needs a path"))
            }
            None | Some(Value::Null | Value::String(_)) => self.without_path(kind, value),
            Some(other) => Err(ScimError::invalid_path(format!("path must be text, found {}", kind_of(&other)))),
        }
    }

    /// An object of attributes, each of which may be a path of its own: `name.givenName`, `urn:…:User:department`
    /// (Entra ID with its compliance flag).
    fn without_path(&mut self, kind: OperationKind, value: Option<Value>) -> Result<(), ScimError> {
        let members = match value {
            Some(Value::Object(members)) => members,
            Some(Value::Array(mut values)) if values.len() == 1 && values[0].is_object() => {
                return self.without_path(kind, values.pop());
            }
            Some(other) => {
                return Err(ScimError::invalid_value(format!(
                    "without a path the value must be an object of attributes, found {}",
                    kind_of(&other)
                )));
            }
            None => return Err(ScimError::invalid_value("value is missing")),
        };
        self.members(kind, members, "")
    }

    fn members(&mut self, kind: OperationKind, members: Map<String, Value>, prefix: &str) -> Result<(), ScimError> {
        for (key, value) in members {
            if prefix.is_empty() && self.is_path(&key) {
                self.checker.adjustments.add(|| Adjustment::PathAsName(short(&key)));
            }
            self.at_path(kind, &format!("{prefix}{key}"), Some(value), Origin::Key)?;
        }
        Ok(())
    }

    fn at_path(
        &mut self,
        kind: OperationKind,
        path: &str,
        value: Option<Value>,
        origin: Origin,
    ) -> Result<(), ScimError> {
        let parsed = match parse_patch_path(path, self.limits) {
            Ok(parsed) => parsed,
            Err(_) if origin == Origin::Key => return self.ignore(path),
            Err(PatchPathError::Path(error)) => return Err(ScimError::invalid_path(format!("path, {}", at(&error)))),
            Err(PatchPathError::Filter(error)) => return Err(error.into()),
        };
        let ty = self.ty;
        note_path(parsed.attribute.as_str(), ty, &mut self.checker.adjustments);
        match ty.locate(parsed.attribute.as_str()) {
            Ok(Located::Attribute(bound)) => self.at_attribute(kind, bound, parsed, value, origin),
            Ok(Located::Schema(schema)) if parsed.filter.is_none() => self.at_schema(kind, schema, value),
            // A mapping to an extension that we do not have must not keep the whole user from being synchronised (Entra ID).
            Err(BindError::UnknownSchema) => {
                self.checker.adjustments.add(|| Adjustment::SchemaIgnored(short(path)));
                Ok(())
            }
            Err(BindError::UnknownExtensionAttribute) => self.ignore(path),
            Err(_) if origin == Origin::Key => self.ignore(path),
            Err(_) | Ok(Located::Schema(_)) => {
                Err(ScimError::invalid_path(format!("unknown attribute {}", short(path))))
            }
        }
    }

    /// Whether a name in a value is a path to an attribute, and more than the attribute's name or a schema's.
    fn is_path(&self, key: &str) -> bool {
        key.contains(['.', '[', ':'])
            && parse_patch_path(key, self.limits).is_ok_and(|path| self.ty.bind(path.attribute.as_str()).is_ok())
    }

    fn ignore(&mut self, path: &str) -> Result<(), ScimError> {
        self.checker.adjustments.add(|| Adjustment::AttributeIgnored(short(path)));
        Ok(())
    }

    /// A URN alone: the attributes of that schema, as an object.
    fn at_schema(&mut self, kind: OperationKind, schema: SchemaRef<'_>, value: Option<Value>) -> Result<(), ScimError> {
        match (kind, schema, value) {
            (OperationKind::Add | OperationKind::Replace, SchemaRef::Main(_), value) => self.without_path(kind, value),
            (OperationKind::Remove, SchemaRef::Main(schema), _) => {
                Err(ScimError::mutability(format!("{} cannot be removed", schema.id)))
            }
            (OperationKind::Remove, SchemaRef::Extension(schema), _)
            | (OperationKind::Replace, SchemaRef::Extension(schema), Some(Value::Null)) => {
                if self.ty.extension(&schema.id).is_some_and(|extension| extension.required) {
                    return Err(ScimError::mutability(format!(
                        "the extension {} is required and cannot be removed",
                        schema.id
                    )));
                }
                self.push(OperationKind::Remove, Target::Extension(schema.id.clone()), None, false)
            }
            (OperationKind::Add, SchemaRef::Extension(_), Some(Value::Null)) => Ok(()),
            (_, SchemaRef::Extension(schema), Some(Value::Object(members))) => {
                self.members(kind, members, &format!("{}:", schema.id))
            }
            (_, SchemaRef::Extension(schema), Some(other)) => {
                Err(ScimError::invalid_value(format!("{}: expected an object, found {}", schema.id, kind_of(&other))))
            }
            (_, SchemaRef::Extension(_), None) => Err(ScimError::invalid_value("value is missing")),
        }
    }

    fn at_attribute(
        &mut self,
        kind: OperationKind,
        bound: Bound,
        path: PatchPath,
        value: Option<Value>,
        origin: Origin,
    ) -> Result<(), ScimError> {
        if path.filter.is_some() && bound.sub_attribute().is_some() {
            return Err(ScimError::invalid_path("brackets can only follow an attribute, not a sub-attribute"));
        }
        if path.filter.is_some() && !bound.attribute().is_complex() && !bound.attribute().multi_valued {
            if kind == OperationKind::Remove && bound.attribute().is_due() {
                return Err(cannot_be_removed(Place::top(bound.path())));
            }
            return Err(ScimError::invalid_path(format!(
                "brackets cannot follow {}: it is a single plain value",
                bound.path()
            )));
        }
        if let Some(filter) = &path.filter {
            note(filter, Some(&bound), self.ty, &mut self.checker.adjustments);
        }
        let filter = path.filter.map(|filter| resolve_element(filter, &bound, self.ty)).transpose()?;
        let bound = match path.sub_attribute {
            None => bound,
            Some(name) => match bound.attribute().sub_attribute(&name) {
                Some(sub) => {
                    let sub = sub.clone();
                    bound.with_sub_attribute(sub)
                }
                // The values of a list of plain values go by the default name.
                None if !bound.attribute().is_complex() && name.eq_ignore_ascii_case("value") => bound,
                None if origin == Origin::Key || bound.extension().is_some() => return self.ignore(bound.path()),
                None => {
                    return Err(ScimError::invalid_path(format!(
                        "unknown attribute {}.{}",
                        bound.path(),
                        short(&name)
                    )));
                }
            },
        };
        let had_value = value.as_ref().is_some_and(|value| !value.is_null());
        if !self.may_write(kind, &bound, filter.is_some(), had_value, origin)? {
            return Ok(());
        }
        let value = self.check_value(kind, &bound, filter.is_some(), value)?;
        // Null in a custom template means that the status is not managed there; `remove` means what it says.
        let is_active = bound.extension().is_none() && bound.attribute().name == "active";
        if value.is_none() && kind != OperationKind::Remove && is_active && self.ty.is_switched_by_active() {
            self.checker.adjustments.add(|| Adjustment::ActiveKept);
            return Ok(());
        }
        let target = match filter {
            None => Target::Attribute(bound),
            Some(filter) => {
                let sub_attribute =
                    bound.sub_attribute().and_then(|sub| bound.attribute().sub_attribute(&sub.name)).cloned();
                Target::Entries { attribute: bound.whole(), filter, sub_attribute }
            }
        };
        self.push(kind, target, value, had_value)
    }

    /// Whether the operation counts: `false` for what is only echoed, an error for what must not be changed.
    fn may_write(
        &self,
        kind: OperationKind,
        bound: &Bound,
        has_filter: bool,
        had_value: bool,
        origin: Origin,
    ) -> Result<bool, ScimError> {
        let mutability = match bound.attribute().mutability {
            Mutability::ReadOnly => Mutability::ReadOnly,
            _ => bound.definition().mutability,
        };
        match mutability {
            // `schemas` follows from what the resource holds, so there is nothing to set (RFC 7644 §3.5.2).
            Mutability::ReadOnly if origin == Origin::Key || bound.attribute().name == "schemas" => return Ok(false),
            Mutability::ReadOnly => return Err(ScimError::mutability(format!("{} is read-only", bound.path()))),
            // Whether one is set already shows when the operation is applied; but there it cannot be seen of what is
            // stored elsewhere, and the entries of such lists come complete.
            Mutability::Immutable
                if bound.sub_attribute().is_some()
                    && bound.extension().is_none()
                    && self.ty.is_kept_apart(&bound.attribute().name) =>
            {
                return Err(ScimError::mutability(format!("{} cannot be changed once it is set", bound.path())));
            }
            _ => {}
        }
        // Some of a list may go, as long as others stay, but not a part that every entry must have.
        let is_some_of_list = match bound.sub_attribute() {
            None => has_filter || (bound.attribute().multi_valued && had_value),
            Some(sub) => sub.multi_valued && had_value,
        };
        if kind == OperationKind::Remove && bound.definition().is_due() && !is_some_of_list {
            return Err(cannot_be_removed(Place::top(bound.path())));
        }
        Ok(true)
    }

    fn check_value(
        &mut self,
        kind: OperationKind,
        bound: &Bound,
        has_filter: bool,
        value: Option<Value>,
    ) -> Result<Option<Value>, ScimError> {
        let definition = bound.definition();
        let place = Place::top(bound.path());
        let is_entry = has_filter && bound.sub_attribute().is_none();
        match (kind, value) {
            // Of a whole list only the values named are removed (Entra ID, JumpCloud); elsewhere a value means nothing.
            (OperationKind::Remove, Some(value)) if definition.multi_valued && !is_entry && !value.is_null() => {
                self.checker.adjustments.add(|| Adjustment::RemovedByValue(bound.path().to_owned()));
                Ok(Some(Value::Array(self.checker.list(definition, value, place)?)))
            }
            (OperationKind::Remove, _) => Ok(None),
            (_, None) => Err(ScimError::invalid_value("value is missing")),
            // Adding none to a list leaves it as it is, also one that must not be empty.
            (OperationKind::Add, Some(value)) if definition.multi_valued && !is_entry => {
                let values = self.checker.list(definition, value, place)?;
                Ok(if values.is_empty() { None } else { Some(Value::Array(values)) })
            }
            // One entry of a list.
            (_, Some(value)) if is_entry => {
                let value = match value {
                    Value::Array(mut values) if values.len() == 1 => values.pop().unwrap_or_default(),
                    value => value,
                };
                self.checker.single(definition, value, place)
            }
            (_, Some(value)) => self.checker.attribute(definition, value, place),
        }
    }

    fn push(
        &mut self,
        kind: OperationKind,
        target: Target,
        value: Option<Value>,
        had_value: bool,
    ) -> Result<(), ScimError> {
        if self.operations.len() >= self.limits.patch_operations {
            return Err(ScimError::payload_too_large(format!(
                "more than {} operations in one request",
                self.limits.patch_operations
            )));
        }
        self.operations.push(Operation { kind, target, value, had_value });
        Ok(())
    }
}

fn at(error: &FilterError) -> String {
    format!("position {}: {}", error.position, error.problem)
}
