//! GET of one resource (RFC 7644 §3.4.1).

use registry::AppScope;
use scim_model::project::Projection;
use scim_model::schema::ResourceType;

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::event::kind::{Operation, Outcome};
use crate::event::record::EventDraft;
use crate::operation::attempt::Attempt;
use crate::operation::replace::name_of;
use crate::operation::{Done, intended};
use crate::resource::representation::{self, Representation};
use crate::resource::row;

impl Provisioning {
    /// Reads one resource.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for ids of a foreign form (Okta's test and Ping's health check ask for such).
    pub async fn read(
        &self,
        scope: &AppScope,
        call: &Call,
        ty: &'static ResourceType,
        id: &str,
        projection: Projection,
    ) -> Result<Representation, Error> {
        let operation = intended(&ty.name, Operation::UserRead, Operation::GroupRead);
        let attempt = Attempt { subject: id.chars().take(100).collect(), ..Attempt::without_body(operation, ty, None) };
        let (scope_inside, id) = (scope.clone(), id.to_owned());
        self.answer(scope, call, attempt, move |tx| {
            let (scope, connection) = (&scope_inside, tx.connection());
            let found = row::find(connection, scope, &ty.name, &id)?;
            let row = found.ok_or_else(|| Error::NotFound { resource_type: name_of(ty), id })?;
            let answer = representation::one(connection, scope, ty, &row, &projection)?;
            let resource = row.resource()?;
            let name = resource.user_name().or(resource.display_name()).unwrap_or_default().to_owned();
            let mut event = EventDraft::new(
                operation,
                Outcome::Succeeded,
                200,
                format!("Read {} {name}", name_of(ty).to_lowercase()),
            );
            event.subject = name;
            event.resource_type = Some(name_of(ty));
            event.resource_id = Some(row.id);
            event.directory_user_id = row.directory_user_id;
            Ok(Done { answer, event })
        })
        .await
    }
}
