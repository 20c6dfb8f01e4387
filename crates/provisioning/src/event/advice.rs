//! From a failure to its cause in plain words, what to do here, and what to tell the other side's administrator.
//!
//! Keyed by the row's `error_code` (see [`crate::error::Error::code`] and the codes of rejected credentials). Support
//! staff read this with a caller on the line: one cause, one remedy, one sentence to pass on.

/// Where in the dashboard the remedy lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdviceLink {
    Mapping,
    Features,
    Connection,
    /// A directory user, by id.
    User(String),
}

/// What to do about a row that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    pub cause: String,
    pub remedy: String,
    pub link: Option<AdviceLink>,
    /// Ready to be sent to whoever runs the identity provider.
    pub message_for_client_administrator: String,
}

/// The words for a kind of failure, as listed under "Why operations failed".
pub fn reason(code: &str) -> &'static str {
    match code {
        "uniqueness" => "Name already taken in this application",
        "directoryUniqueness" => "User name already taken in the directory",
        "invalidValue" => "A value is missing or wrong",
        "invalidSyntax" => "The request could not be read",
        "invalidFilter" => "The filter could not be used",
        "invalidPath" => "The PATCH path names no attribute",
        "noTarget" => "The PATCH path matches nothing",
        "mutability" => "The attribute cannot be changed",
        "tooMany" => "The question matches too much",
        "invalidCursor" => "The page cursor belongs to another question",
        "expiredCursor" => "The page cursor has expired",
        "invalidCount" => "The page size changed between two pages",
        "notFound" => "The resource does not exist",
        "versionMismatch" => "The resource had changed meanwhile",
        "mapping" => "The attribute mapping found no value",
        "unknownMembers" => "The group names unknown members",
        "unfitMembers" => "The group names members that are no users or groups",
        "memberCircle" => "The group would be inside itself",
        "featureOff" => "The feature is switched off",
        "notByUser" => "Users may not do this themselves",
        "bulkReference" => "It refers to what is not there, within one bulk request",
        "busy" => "The server was too busy",
        "noRoom" => "No room on the database's disk",
        "internal" => "An error of the server",
        "tooLarge" => "The request is too large",
        "tooSlow" => "The request did not arrive in time",
        "mediaType" => "The content type is not supported",
        "method" => "The method is not allowed here",
        "notOffered" => "This part of SCIM is not offered",
        "paused" => "The application is paused",
        "credentialMissing" => "No credential was sent",
        "credentialUnknown" => "Unknown credential",
        "credentialExpired" => "Expired credential",
        "credentialRevoked" => "Revoked credential",
        "credentialForeign" => "Credential of another application",
        "credentialUserGone" => "Credential of a user who is gone",
        "credentialOfUser" => "A user's credential opens only that user",
        _ => "Another error",
    }
}

/// [`reason`] as the end of a sentence: with a small letter in front, but `SCIM` and `PATCH` as they are.
pub(crate) fn reason_in_sentence(code: &str) -> String {
    let reason = reason(code);
    let mut letters = reason.chars();
    letters.next().map(|first| format!("{}{}", first.to_lowercase(), letters.as_str())).unwrap_or_default()
}

/// What to do about a row with this `error_code`. `detail` is the sentence that the client got.
pub(crate) fn advice(code: &str, detail: &str, directory_user_id: Option<&str>) -> Advice {
    let (cause, remedy, link, message): (&str, &str, Option<AdviceLink>, &str) = match code {
        "uniqueness" => (
            "This application already has a resource with the same name (upper and lower case do not count).",
            "Search this report for the name to see who has it. If it is the same person, the identity provider should link to the existing one; if not, one of the two needs another name at the source.",
            None,
            "Please check whether two accounts share this user name. If it is one person, unassign and assign the user again so that the existing account is linked.",
        ),
        "directoryUniqueness" => (
            "Another person in the directory already has the user name that the attribute mapping yields.",
            "Open Users and search the name. Either rename one of the two at the source, or map the user name from an attribute that is unique.",
            Some(AdviceLink::Mapping),
            "Two of your users get the same user name on our side. Please make the attribute that you send as userName unique.",
        ),
        "mapping" => (
            "A required row of the attribute mapping reads an attribute that was not sent for this user.",
            "Either send the attribute from the identity provider, or change the row to one that every user has.",
            Some(AdviceLink::Mapping),
            "Please fill in the attribute named in the error for this user, or map it in your provisioning settings, then retry the task.",
        ),
        "unknownMembers" => (
            "The group was pushed before all of its members had been provisioned into this application.",
            "Nothing to change here. The users must be assigned to the application first; pushing the group again then succeeds.",
            None,
            "Please assign the members of this group to the application, wait until they are provisioned, then use Push now on the group.",
        ),
        "unfitMembers" => (
            "The group names members of a type that an administrator of this application defined. Only users and groups can be members.",
            "Nothing to change here. The identity provider should push users and groups alone as members of the group.",
            None,
            "Please take everything that is neither a user nor a group out of this group, then push it again.",
        ),
        "memberCircle" => (
            "The group was to become a member of a group that it already contains, directly or through others. Then each of them would be inside itself.",
            "Find the groups that the error names at the identity provider and take one of these memberships away there. If the source has no such circle, an earlier change has not arrived here yet: pushing the outer group again mends it.",
            None,
            "Please look for groups that contain each other among those named in the error, take one of these memberships away, then push both groups again.",
        ),
        "featureOff" => (
            "An administrator switched this provisioning feature off for the application.",
            "If the identity provider should be able to do this, switch the feature on. If not, switch the matching action off there, so that no more tasks fail.",
            Some(AdviceLink::Features),
            "This action is switched off on our side on purpose. Please switch it off in your provisioning settings too, or ask us to allow it.",
        ),
        "invalidValue" => (
            "A value that is required is missing, or one has the wrong form. The answer below names the attribute.",
            "Correct the user at the source, or the attribute mapping of the identity provider, then retry.",
            None,
            "Please correct the attribute named in the error for this user, then retry the task.",
        ),
        "invalidSyntax" => (
            "The body was not JSON of the form that SCIM asks for.",
            "This is a fault of the sending software or of something in between that changes requests. The answer below says where reading stopped.",
            None,
            "Our SCIM endpoint could not read a request of yours. Please check whether a proxy changes request bodies.",
        ),
        "invalidFilter" => (
            "The client asked a question that this endpoint does not answer.",
            "In the identity provider, the unique identifier field for users should be userName.",
            Some(AdviceLink::Connection),
            "Please set the unique identifier field for users to userName.",
        ),
        "invalidCursor" | "expiredCursor" | "invalidCount" => (
            "The client goes on with a list that it began to read, but not in the way that the cursor was given for.",
            "Let the client begin the list again. If this stays, it waits too long between pages or changes the question on the way.",
            None,
            "Please run the import again. If it fails at the same place, please tell us which parameters your software changes between two pages.",
        ),
        "notFound" => (
            "The client remembers an id that does not exist here (any more), for example because the user was deleted.",
            "Unassign and assign the user at the identity provider: it then looks the user up again, and creates it if it is gone.",
            None,
            "Please unassign this user from the application and assign them again.",
        ),
        "versionMismatch" => (
            "Somebody else changed the resource between the client's reading and its writing.",
            "Nothing to change here: the client reads again and repeats.",
            None,
            "The task failed because of a change at the same moment. Please retry it.",
        ),
        "credentialMissing" | "credentialUnknown" => (
            "The request carried no credential of this application. The address below is where it came from.",
            "Copy the bearer token (or user name and password) again into the identity provider. If you do not know the address, somebody is guessing: nothing was let in.",
            Some(AdviceLink::Connection),
            "The token in your provisioning settings is not valid. Please paste the one we send you now and test the connection.",
        ),
        "credentialExpired" => (
            "The credential has passed its expiry date.",
            "Issue a new credential under Connection and enter it in the identity provider.",
            Some(AdviceLink::Connection),
            "Your provisioning token has expired. Please replace it with the new one we send you and test the connection.",
        ),
        "credentialRevoked" => (
            "An administrator revoked this credential.",
            "If the identity provider should still be connected, issue a new credential under Connection and enter it there.",
            Some(AdviceLink::Connection),
            "Your provisioning token was revoked. Please replace it with the new one we send you and test the connection.",
        ),
        "credentialForeign" => (
            "The credential is valid, but for another application: base URL and token do not belong together.",
            "Copy both values from the same application.",
            Some(AdviceLink::Connection),
            "The base URL and the token in your provisioning settings belong to different applications. Please enter the pair we send you.",
        ),
        "credentialUserGone" => (
            "The credential is a user's own, and that user was deleted or is not active.",
            "If the user should get in again, activate or assign the user at the source. If not, revoke the credential under Connection.",
            Some(AdviceLink::Connection),
            "A user who is not active any more still uses a credential. Please check whether the user should be active.",
        ),
        "credentialOfUser" => (
            "The credential is a user's own: it opens that user at /Me and nothing else.",
            "If this is the identity provider, give it a credential of the application itself, from Connection. If it is the user, nothing was let through.",
            Some(AdviceLink::Connection),
            "Your provisioning settings hold a token that belongs to one user. Please replace it with the one we send you.",
        ),
        "paused" => (
            "The application is paused: requests are turned away with the request to come back later.",
            "Resume the application under Connection when you are ready.",
            Some(AdviceLink::Connection),
            "Provisioning is paused on our side. Please retry the failed tasks once we tell you that it goes on.",
        ),
        "notByUser" => (
            "A user tried, with a credential of their own, to change what only the identity provider may.",
            "Nothing to change here. If the user is right, change it at the source.",
            None,
            "A user asks for a change that only you can make. Please check whether it is right, and make it in your system.",
        ),
        "bulkReference" => (
            "The operation came in a bulk request and refers to another operation of it that failed, is not there, or refers back to it.",
            "Search this report for the request id of this row: of the rows of that request, the first that failed says why.",
            None,
            "An operation of your bulk request depends on another one that failed or is missing. Please correct that one and send both again.",
        ),
        "busy" => (
            "The database could not take the request in time.",
            "Some clients retry by themselves; Okta's administrator retries the task. If this stays, ask whoever runs Rollcall to look at the load of the server.",
            None,
            "Our server was busy for a moment. Please retry the task.",
        ),
        "noRoom" => (
            "There was no room left on the disk of the database. Nothing of the request was stored.",
            "Whoever runs Rollcall makes room on the database's disk; nothing needs to be started again. Then the task is retried.",
            None,
            "Our server had no room to store this. Please retry the task later.",
        ),
        "internal" => (
            "An error of Rollcall itself. Nothing of the request was stored.",
            "Give the request id of this row to whoever runs Rollcall: the log line with this id has the cause.",
            None,
            "We had an error on our side and are looking into it. Please retry the task later.",
        ),
        _ => (
            "The client sent something that this endpoint does not do. The answer below says what.",
            "Compare the identity provider's provisioning settings with the page Set up in Okta of this application.",
            Some(AdviceLink::Connection),
            "One of your provisioning requests is not supported on our side. Please compare your settings with our guide.",
        ),
    };
    let link = match (link, directory_user_id) {
        (None, Some(id)) => Some(AdviceLink::User(id.to_owned())),
        (link, _) => link,
    };
    Advice {
        cause: cause.to_owned(),
        remedy: remedy.to_owned(),
        link,
        message_for_client_administrator: if detail.is_empty() {
            message.to_owned()
        } else {
            format!("{message} The error was: {detail}")
        },
    }
}
