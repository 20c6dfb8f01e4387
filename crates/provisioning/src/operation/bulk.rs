//! What the operations of a bulk request (RFC 7644 §3.7) need beyond being operations: to be made together where they refer
//! to each other in a circle, and to have a row where they were not begun. Deliberately not here: the order in which they
//! are done (`scim_model::message::bulk`).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use database::WriteTx;
use registry::AppScope;
use scim_model::message::bulk::{BulkIds, BulkMethod};
use scim_model::project::Projection;
use scim_model::{ResourceType, ScimError};
use serde_json::Value;
use tracing::Instrument;

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::event::record::{Origin, Stamp, record};
use crate::operation::attempt::Attempt;
use crate::operation::create::{New, Seat, create};
use crate::operation::{Done, Verb, intended};
use crate::resource::representation::Representation;

/// A POST that others refer to, and that refers to others.
#[derive(Debug, Clone)]
pub struct Creation {
    pub call: Call,
    pub ty: Arc<ResourceType>,
    pub bulk_id: String,
    /// The body, with its references to others of the circle as the client wrote them.
    pub body: Vec<u8>,
}

/// A creation, ready to be written with its row.
#[derive(Clone)]
struct Prepared {
    call: Call,
    ty: Arc<ResourceType>,
    bulk_id: String,
    request: Option<String>,
    new: New,
}

impl Provisioning {
    /// Creates resources that refer to each other in a circle: all of them, in one transaction, or none. A group must come
    /// after those of its members that are among them.
    ///
    /// # Errors
    /// The place of the one that could not be created, which has its row then, and why. The others have none.
    pub async fn create_circle(
        &self,
        scope: &AppScope,
        creations: Vec<Creation>,
    ) -> Result<Vec<Representation>, (usize, Error)> {
        let (mut attempts, mut prepared) = (Vec::new(), Vec::new());
        for (place, creation) in creations.into_iter().enumerate() {
            let Creation { call, ty, bulk_id, body } = creation;
            let attempt = Attempt::with_body(intended(&ty, Verb::Create), &ty, None, &body);
            // References to the others count as text here: only inside the transaction do they have ids.
            let new = match self.checked(scope, &ty, &body).await {
                Ok(new) => new,
                Err(error) => return Err((place, self.failed(scope, &call, attempt, error).await)),
            };
            let request = attempt.request.clone();
            attempts.push((call.clone(), attempt));
            prepared.push(Prepared { call, ty, bulk_id, request, new });
        }
        let (reached, scope_inside) = (Arc::new(AtomicUsize::new(0)), scope.clone());
        let reached_inside = Arc::clone(&reached);
        let written = self
            .database
            .of_tenant(scope.tenant_id())
            .write(move |tx| create_all(tx, &scope_inside, prepared.clone(), &reached_inside))
            .instrument(tracing::info_span!("scim.change", operation = "bulk.circle"))
            .await;
        let error = match written {
            Ok(representations) => return Ok(representations),
            Err(error) => error,
        };
        let place = reached.load(Ordering::Relaxed);
        match attempts.into_iter().nth(place) {
            Some((call, attempt)) => {
                let error = attempt.name_taken(error);
                Err((place, self.failed(scope, &call, attempt, error).await))
            }
            None => Err((place, error)),
        }
    }

    /// Keeps the row of an operation of a bulk request that was not begun. `data` is null where there is none.
    #[expect(clippy::too_many_arguments, reason = "each is one part of the operation")]
    pub async fn record_not_begun(
        &self,
        scope: &AppScope,
        call: &Call,
        ty: &ResourceType,
        method: BulkMethod,
        id: Option<&str>,
        data: &Value,
        error: ScimError,
    ) {
        let operation = intended(
            ty,
            match method {
                BulkMethod::Post => Verb::Create,
                BulkMethod::Put | BulkMethod::Patch => Verb::Update,
                BulkMethod::Delete => Verb::Delete,
            },
        );
        let mut attempt = match data {
            Value::Null => Attempt::without_body(operation, ty, None),
            data => Attempt::with_body(operation, ty, None, data.to_string().as_bytes()),
        };
        // Nobody has looked whether there is such a resource: the id is only what was asked for.
        if let Some(id) = id {
            attempt.subject = id.chars().take(100).collect();
            attempt.identifiers.push(attempt.subject.clone());
        }
        self.keep(scope.into(), call, attempt.into_draft(&Error::NotBegun(error))).await;
    }
}

/// Ids first, then the resources with their references, each with its row. `reached` tells which one is being made.
fn create_all(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    prepared: Vec<Prepared>,
    reached: &AtomicUsize,
) -> Result<Vec<Representation>, Error> {
    let (mut ids, mut seats) = (BulkIds::default(), Vec::with_capacity(prepared.len()));
    for (place, one) in prepared.iter().enumerate() {
        reached.store(place, Ordering::Relaxed);
        let seat = Seat::find(tx, scope, &one.ty, &one.new.resource, |id| ids.has_id(id))?;
        ids.insert(one.bulk_id.clone(), seat.id().to_owned());
        seats.push(seat);
    }
    let origin = Origin::from(scope);
    let mut representations = Vec::with_capacity(prepared.len());
    for (place, (one, seat)) in prepared.into_iter().zip(seats).enumerate() {
        reached.store(place, Ordering::Relaxed);
        let Prepared { call, ty, request, mut new, .. } = one;
        ids.resolve(&mut new.resource);
        new.map(scope, &ty);
        new.members.iter_mut().for_each(|member| ids.resolve_text(member));
        let projection = Projection::parse(None, None, &ty)?;
        let Done { answer, mut event } = create(tx, scope, &ty, &new, seat, &projection)?;
        event.request = request;
        let stamp = Stamp::in_transaction(tx, &call);
        record(tx, stamp, &origin, &call, event)?;
        // Sent one by one, so that a refusal is known to be about this one, and the next one finds it.
        tx.connection()?;
        representations.push(answer);
    }
    Ok(representations)
}
