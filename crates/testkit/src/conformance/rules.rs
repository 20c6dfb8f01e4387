//! What the RFCs ask of a service provider, as far as it can be seen from outside: each rule in our own words, with its
//! weight and where it stands.
//!
//! D: the data model. U: users and groups. S: discovery. P: the protocol. Q: queries. W: writes. B: bulk. T: versions and
//! `/Me`. C: cursors. Rules that nobody can see over HTTP (hashing, storage, logs) are not here.

/// How strongly a rule is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Must,
    Should,
    /// No rule of an RFC; clients in use rely on it.
    Practice,
}

impl Level {
    /// The word of the RFCs.
    pub fn word(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::Practice => "practice",
        }
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    pub id: &'static str,
    pub level: Level,
    /// `RFC 7644 §3.5.2`; empty for a practice.
    pub section: &'static str,
    pub says: &'static str,
}

const fn must(id: &'static str, section: &'static str, says: &'static str) -> Rule {
    Rule { id, level: Level::Must, section, says }
}

const fn should(id: &'static str, section: &'static str, says: &'static str) -> Rule {
    Rule { id, level: Level::Should, section, says }
}

const fn practice(id: &'static str, says: &'static str) -> Rule {
    Rule { id, level: Level::Practice, section: "", says }
}

// The data model.
pub(super) const D1: Rule = must(
    "D1",
    "RFC 7643 §3",
    "`schemas` is there, not empty, without duplicates, and names only the schema of the resource type and its extensions",
);
pub(super) const D2: Rule = must("D2", "RFC 7643 §3", "`schemas` is required: a body without it is refused");
pub(super) const D3: Rule = must(
    "D3",
    "RFC 7644 §3.5.2",
    "`schemas` follows the extensions that a resource really has, also when a PATCH brings one",
);
pub(super) const D4: Rule = must(
    "D4",
    "RFC 7643 §2.1",
    "names of attributes mean the same in any case, and are returned as the schema spells them",
);
pub(super) const D5: Rule =
    must("D5", "RFC 7643 §2.1", "the name of an attribute is a letter followed by letters, digits, `$`, `-` and `_`");
pub(super) const D7: Rule = must("D7", "RFC 7643 §2.3.1", "a string is Unicode and comes back as it was sent");
pub(super) const D8: Rule = must("D8", "RFC 7643 §2.3.2", "a boolean is true or false");
pub(super) const D9: Rule = must("D9", "RFC 7643 §2.3.4", "an integer has no fraction");
pub(super) const D10: Rule =
    must("D10", "RFC 7643 §2.3.5", "a dateTime has a date, a time and an offset, and is compared as a moment");
pub(super) const D11: Rule = must("D11", "RFC 7643 §2.3.6", "a binary value is base64");
pub(super) const D12: Rule =
    must("D12", "RFC 7643 §2.3.7", "a reference is a URI; a GET of one to a resource gives that resource");
pub(super) const D13: Rule = must("D13", "RFC 7643 §2.3.8", "a complex attribute has no complex sub-attributes");
pub(super) const D14: Rule = must("D14", "RFC 7643 §2.4", "at most one value of a list is primary");
pub(super) const D15: Rule = should("D15", "RFC 7643 §2.4", "a pair of type and value is returned once");
pub(super) const D16: Rule = must(
    "D16",
    "RFC 7643 §2.5",
    "null and an empty list are the same as no value: sending them clears, and nothing is returned",
);
pub(super) const D17: Rule = must(
    "D17",
    "RFC 7643 §3.1",
    "`id` is made by the server, is not empty and not `bulkId`, never changes, and is never given to another resource",
);
pub(super) const D18: Rule =
    must("D18", "RFC 7643 §3.1", "`externalId` is set by the client alone and compared with case");
pub(super) const D19: Rule = must(
    "D19",
    "RFC 7643 §3.1",
    "`meta` is the server's: resourceType, created, lastModified (equal to created until the first change), location and version; what a client sends there is ignored",
);
pub(super) const D21: Rule =
    must("D21", "RFC 7643 §3.3", "the attributes of an extension lie in an object named by its URI");
pub(super) const D22: Rule = must("D22", "RFC 7643 §6", "an extension that is declared required must be there");
pub(super) const D23: Rule = must(
    "D23",
    "RFC 7643 §7",
    "without caseExact, values compare without case and keep the case that was sent; with it, case counts",
);
pub(super) const D24: Rule =
    must("D24", "RFC 7643 §7", "readOnly is ignored in bodies, immutable is set once, writeOnly is never returned");
pub(super) const D25: Rule = must("D25", "RFC 7643 §7", "`returned` is obeyed: always, never, by default, on request");
pub(super) const D26: Rule = must(
    "D26",
    "RFC 7643 §7",
    "`uniqueness` is obeyed: `server` refuses a second holder with 409 and `uniqueness`, and a value is free again when its holder goes; `none` refuses nobody",
);
// Users and groups.
pub(super) const U1: Rule = must("U1", "RFC 7643 §4.1.1", "`userName` is required and not empty");
pub(super) const U2: Rule = must(
    "U2",
    "RFC 7644 §5",
    "user names are prepared before they are compared: another Unicode form of the same name is the same name",
);
pub(super) const U3: Rule = must("U3", "RFC 7643 §4.1.1", "`password` is write-only and never returned");
pub(super) const U4: Rule =
    must("U4", "RFC 7643 §4.1", "what the schema of a user advertises as writable is kept and returned");
pub(super) const U6: Rule = must(
    "U6",
    "RFC 7643 §4.1.2",
    "a user's `groups` are read-only and follow from the members of groups: value, $ref, display, and type direct or indirect",
);
pub(super) const U7: Rule = must(
    "U7",
    "RFC 7643 §4.2",
    "a group needs a displayName; a member has the id of a resource as value, its URI as $ref, and its type; none of them can be changed in place",
);
pub(super) const U8: Rule = practice("U8", "who is deleted is no member of anything");
pub(super) const U9: Rule =
    practice("U9", "a member that is nobody's id is refused, and so is a group that holds itself, or it does no harm");
pub(super) const U10: Rule = must(
    "U10",
    "RFC 7643 §4.3",
    "the enterprise extension has employeeNumber, costCenter, organization, division, department and manager; manager.displayName is read-only",
);
// Discovery.
pub(super) const S1: Rule = must(
    "S1",
    "RFC 7643 §5",
    "ServiceProviderConfig says whether patch, bulk, filter, changePassword, sort and etag are supported, the limits of bulk and filter, and how to authenticate",
);
pub(super) const S2: Rule = should("S2", "RFC 7643 §5", "the ways to authenticate can be read before authenticating");
pub(super) const S3: Rule =
    must("S3", "RFC 7644 §4", "/ResourceTypes and /Schemas list everything, and give each by its id");
pub(super) const S4: Rule = must(
    "S4",
    "RFC 7643 §6",
    "a resource type has a name, an endpoint and a schema that /Schemas knows, as it knows the extensions",
);
pub(super) const S5: Rule = must(
    "S5",
    "RFC 7643 §7",
    "a schema lists its attributes with name, type and multiValued, and their characteristics in the words of the RFC",
);
pub(super) const S6: Rule =
    should("S6", "RFC 7643 §8.7.2", "/Schemas also describes ServiceProviderConfig, ResourceType and Schema");
pub(super) const S7: Rule = must("S7", "RFC 7644 §3.1", "schemas of messages are not in /Schemas");
pub(super) const S8: Rule =
    must("S8", "RFC 7644 §4", "sorting, paging and attribute parameters are ignored on the discovery endpoints");
pub(super) const S9: Rule = should("S9", "RFC 7644 §4", "a filter on a discovery endpoint is answered 403");
pub(super) const S10: Rule = must("S10", "RFC 7644 §4", "discovery endpoints are for reading");
pub(super) const S11: Rule =
    must("S11", "RFC 7643 §5", "what is advertised is what works, and what is not does not half work");
// The protocol.
pub(super) const P1: Rule =
    must("P1", "RFC 7644 §2", "missing and wrong credentials are answered 401 with WWW-Authenticate");
pub(super) const P3: Rule =
    must("P3", "RFC 7644 §3.1", "answers are application/scim+json; application/json is taken too");
pub(super) const P4: Rule = should("P4", "RFC 7644 §3.1", "a body of another media type is refused");
pub(super) const P5: Rule = must(
    "P5",
    "RFC 7644 §3.3",
    "a resource is created with 201, its representation, and a Location equal to meta.location",
);
pub(super) const P8: Rule = must("P8", "RFC 7644 §3.4.1", "a resource is read under its id; an unknown id is 404");
pub(super) const P9: Rule = should("P9", "RFC 7643 §3.1", "Content-Location equals meta.location");
pub(super) const P10: Rule = must(
    "P10",
    "RFC 7644 §3.12",
    "an error has the Error schema, the status as a string, and a scimType of the RFC's list where there is one",
);
pub(super) const P11: Rule = must("P11", "RFC 7644 §3.12", "an error is SCIM JSON wherever it comes from");
pub(super) const P12: Rule = must(
    "P12",
    "RFC 7644 §3.12",
    "a body that is no JSON object, or holds values of the wrong type, is 400 with invalidSyntax or invalidValue",
);
pub(super) const P14: Rule = should("P14", "RFC 7644 §3.4.2", "unknown parameters of a URL are ignored");
pub(super) const P15: Rule = must("P15", "RFC 7644 §3.5.1", "PUT does not create");
// Queries.
pub(super) const Q1: Rule = must(
    "Q1",
    "RFC 7644 §3.4.2",
    "a list has totalResults, Resources, and startIndex and itemsPerPage when it is a page; no match is 200 with 0",
);
pub(super) const Q2: Rule = must("Q2", "RFC 7644 §3.4.2.1", "a query at the root looks through every resource type");
pub(super) const Q3: Rule =
    must("Q3", "RFC 7644 §3.4.2.1", "an attribute that a resource type lacks counts as unassigned there");
pub(super) const Q5: Rule =
    must("Q5", "RFC 7644 §3.4.2.2", "the operators are eq ne co sw ew pr gt ge lt le, in any case");
pub(super) const Q6: Rule = must(
    "Q6",
    "RFC 7644 §3.4.2.2",
    "an order on booleans or binaries is invalidFilter; moments are compared in time, numbers by value",
);
pub(super) const Q7: Rule = must("Q7", "RFC 7644 §3.4.2.2", "grouping binds before not, not before and, and before or");
pub(super) const Q8: Rule = must("Q8", "RFC 7644 §3.4.2.2", "what stands in brackets holds for one and the same value");
pub(super) const Q9: Rule = must(
    "Q9",
    "RFC 7644 §3.4.2.2",
    "a complex list without a sub-attribute means its `value`, and any of its values may match",
);
pub(super) const Q10: Rule = must(
    "Q10",
    "RFC 7644 §3.4.2.2",
    "pr is true for a value that is not empty; for a complex one when any part of it has a value",
);
pub(super) const Q11: Rule = must(
    "Q11",
    "RFC 7644 §3.4.2.2",
    "values in a filter are JSON; a filter that cannot be read is 400 with invalidFilter",
);
pub(super) const Q12: Rule = must(
    "Q12",
    "RFC 7644 §3.10",
    "an attribute may be named with the URI of its schema, and an attribute of an extension is",
);
pub(super) const Q13: Rule = must("Q13", "RFC 7644 §3.4.2.2", "strings compare as caseExact says");
pub(super) const Q14: Rule = should("Q14", "RFC 7644 §7.5.2", "a filter tells nothing of what is never returned");
pub(super) const Q15: Rule = practice("Q15", "wildcards and quotes of other languages mean nothing in a filter");
pub(super) const Q16: Rule = must(
    "Q16",
    "RFC 7644 §3.4.2.3",
    "sortBy sorts, ascending unless sortOrder says descending: by the type of the attribute, without case unless caseExact, a list by its primary or first value; who has no value comes last, or first when descending",
);
pub(super) const Q17: Rule = must(
    "Q17",
    "RFC 7644 §3.4.2.4",
    "startIndex begins at 1 and is 1 when below; count is never exceeded, below 0 it is 0, and 0 gives the total alone",
);
pub(super) const Q18: Rule = should("Q18", "RFC 7644 §3.4.2.4", "pages follow one order: everybody once");
pub(super) const Q19: Rule = must(
    "Q19",
    "RFC 7644 §3.9",
    "`attributes` and `excludedAttributes` choose what is returned, in any answer with a resource; what is returned always stays, what is returned never does not come",
);
pub(super) const Q20: Rule = must("Q20", "RFC 7644 §3.4.3", "POST to /.search asks what GET asks");
// Writes.
pub(super) const W1: Rule = must(
    "W1",
    "RFC 7644 §3.5.1",
    "PUT replaces what it says, ignores what is read-only, needs what is required, and answers 200 with the resource",
);
pub(super) const W2: Rule = must(
    "W2",
    "RFC 7644 §3.5.2",
    "a PATCH has the PatchOp schema and a list of operations that is not empty; an operation is add, remove or replace",
);
pub(super) const W3: Rule = must("W3", "RFC 7644 §3.5.2", "operations run in their order, and all of them or none");
pub(super) const W4: Rule =
    must("W4", "RFC 7644 §3.5.2", "a PATCH is answered 200 with the resource or 204; with `attributes`, 200");
pub(super) const W5: Rule = must(
    "W5",
    "RFC 7644 §3.5.2",
    "a path is an attribute, a sub-attribute, a filter in brackets, one with a sub-attribute, or any of these with a URI in front; another is invalidPath",
);
pub(super) const W6: Rule = must(
    "W6",
    "RFC 7644 §3.5.2.1",
    "add sets what is not there, replaces a single value, fills in a complex one, appends to a list; what is there already changes nothing",
);
pub(super) const W7: Rule = must(
    "W7",
    "RFC 7644 §3.5.2.2",
    "remove needs a path (noTarget), takes the values that match, leaves unassigned what has none left, and refuses what is required or read-only (mutability)",
);
pub(super) const W8: Rule = must(
    "W8",
    "RFC 7644 §3.5.2.3",
    "replace sets a value, adds it if there is none, sets the named parts of a complex one, the whole of a list, every value that a filter matches; no match is noTarget",
);
pub(super) const W9: Rule = must("W9", "RFC 7644 §3.5.2", "a new primary value takes the place of the old one");
pub(super) const W10: Rule = must(
    "W10",
    "RFC 7644 §3.5.2",
    "a PATCH of something read-only is refused with mutability, one with a wrong value with invalidValue",
);
pub(super) const W14: Rule = must(
    "W14",
    "RFC 7644 §3.6",
    "DELETE is 204 without a body; then the id is 404 everywhere and the resource in no query",
);
pub(super) const W15: Rule = should("W15", "RFC 7644 §3.6", "who is deleted is in nobody's way");
// Bulk.
pub(super) const B1: Rule = must(
    "B1",
    "RFC 7644 §3.7",
    "/Bulk takes a BulkRequest of POST, PUT, PATCH and DELETE and answers 200 with a BulkResponse: one result for each operation done",
);
pub(super) const B2: Rule = must(
    "B2",
    "RFC 7644 §3.7.3",
    "a result has the method, the bulkId, the status as a string, the location, and the error when it failed",
);
pub(super) const B3: Rule =
    must("B3", "RFC 7644 §3.7.3", "failOnErrors stops after so many errors; without it all operations are tried");
pub(super) const B4: Rule = must(
    "B4",
    "RFC 7644 §3.7.2",
    "a POST needs a bulkId; `bulkId:` stands for the id to come, in values and paths, also before it is known",
);
pub(super) const B5: Rule = must("B5", "RFC 7644 §3.7.1", "references in a circle are resolved, or refused with 409");
pub(super) const B6: Rule = must("B6", "RFC 7644 §3.7.4", "more operations or bytes than advertised are 413");
pub(super) const B7: Rule = must("B7", "RFC 7644 §3.7", "`version` in an operation is a precondition");
pub(super) const B8: Rule = must("B8", "RFC 7644 §3.7", "each operation is done or not done on its own");
// Versions and the authenticated subject.
pub(super) const T1: Rule = must(
    "T1",
    "RFC 7644 §3.14",
    "every representation has an ETag, equal to meta.version, which changes with the resource",
);
pub(super) const T2: Rule =
    must("T2", "RFC 7644 §3.14", "If-Match refuses another version with 412; If-None-Match answers 304 for the same");
pub(super) const T3: Rule =
    should("T3", "RFC 7644 §3.11", "/Me is the resource of who asks, with its own URI in Location, or 501");
// Cursors.
pub(super) const C1: Rule = should("C1", "RFC 9865 §4", "ServiceProviderConfig has `pagination` with cursor and index");
pub(super) const C2: Rule = must(
    "C2",
    "RFC 9865 §2",
    "an empty cursor asks for the first page; a cursor is made of characters that need no escaping",
);
pub(super) const C3: Rule =
    must("C3", "RFC 9865 §2", "every page but the last has nextCursor; the first has no previousCursor");
pub(super) const C4: Rule = must("C4", "RFC 9865 §2", "count holds as for pages by index");
pub(super) const C5: Rule = should("C5", "RFC 9865 §2.1", "a cursor that is none is 400 with invalidCursor");
pub(super) const C6: Rule =
    should("C6", "RFC 9865 §2", "who is there all the time is on one page, whatever comes and goes meanwhile");
pub(super) const C7: Rule = must("C7", "RFC 9865 §2.4", "without a cursor the default method of paging holds");
pub(super) const C8: Rule = must("C8", "RFC 9865 §3", "cursors work in /.search too");
