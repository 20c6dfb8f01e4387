//! Response headers that close whole classes of attacks in a browser. A header that an edge set itself stays.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // The set-up page has its token in the URL.
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    ),
    // Answers hold personal data; static files say otherwise themselves.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Whether browsers are told to come back by https only.
#[derive(Debug, Clone, Copy)]
pub struct SecurityHeaders {
    /// The public URL starts with https.
    pub https: bool,
}

impl SecurityHeaders {
    /// The middleware function; the value comes from the application's data.
    pub async fn add<B: MessageBody>(
        settings: web::Data<SecurityHeaders>,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<B>, Error> {
        let mut response = next.call(request).await?;
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            if !headers.contains_key(&name) {
                headers.insert(name, value);
            }
        }
        if settings.https {
            let a_year = HeaderValue::from_static("max-age=31536000");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
        }
        Ok(response)
    }
}
