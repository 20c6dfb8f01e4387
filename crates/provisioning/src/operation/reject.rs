//! Rows for requests that were turned away before any operation: rejected credentials, a paused application, bodies that
//! are too large or of the wrong type. They never hold a secret, at most the beginning of one.

use registry::{AppScope, RejectedAt};
use scim_model::ScimError;

use crate::Provisioning;
use crate::call::Call;
use crate::event::kind::{Operation, Outcome};
use crate::event::record::{EventDraft, Origin, Step};

/// Why a request was turned away.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// One of the codes of `event::advice`.
    pub code: &'static str,
    /// What the client was told.
    pub error: ScimError,
    /// In words, for the report's steps.
    pub reason: String,
}

impl Provisioning {
    /// Keeps the row of a request whose credential was not accepted, on an application that exists.
    pub async fn record_rejected_credential(
        &self,
        application: &RejectedAt,
        credential_prefix: Option<&str>,
        call: &Call,
        refusal: Refusal,
    ) {
        if !self.rejections.allow(application.application_id.as_str()) {
            tracing::warn!(
                application.id = %application.application_id,
                "more rejected credentials than the report takes a minute"
            );
            return;
        }
        let origin = Origin {
            tenant_id: application.tenant_id.clone(),
            application_id: application.application_id.clone(),
            application_name: application.application_name.clone(),
            credential_id: None,
            credential: credential_prefix.map(str::to_owned),
            settings_revision: None,
        };
        let summary = match credential_prefix {
            Some(prefix) => format!("Turned away a request with the credential {prefix}"),
            None => "Turned away a request without a credential".to_owned(),
        };
        self.keep(origin, call, draft(Operation::CredentialRejected, summary, refusal)).await;
    }

    /// Keeps the row of a request that had a valid credential but got to no operation.
    pub async fn record_refused_request(&self, scope: &AppScope, call: &Call, refusal: Refusal) {
        let summary =
            format!("Turned away {}: {}", call.method, crate::event::advice::reason_in_sentence(refusal.code));
        self.keep(scope.into(), call, draft(Operation::Other, summary, refusal)).await;
    }
}

fn draft(operation: Operation, summary: String, refusal: Refusal) -> EventDraft {
    let outcome = match refusal.code {
        "paused" => Outcome::Refused,
        code if code.starts_with("credential") => Outcome::Refused,
        _ => Outcome::Failed,
    };
    let mut draft = EventDraft::new(operation, outcome, refusal.error.status, summary);
    draft.error_code = Some(refusal.code);
    draft.steps = vec![Step::new("Stopped", refusal.reason)];
    draft.response = Some(refusal.error.to_json());
    draft
}
