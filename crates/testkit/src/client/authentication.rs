//! How a client proves who it is.

/// The credential in a client's connection settings. Every client has the first; Okta, Ping and Keycloak's plugin also have others.
#[derive(Clone)]
pub enum Authentication {
    /// `Authorization: Bearer <token>`.
    Bearer(String),
    /// `Authorization: <token>`: the "Header" mode of Okta's catalogue sends no scheme.
    Header(String),
    Basic {
        user_name: String,
        password: String,
    },
}

impl Authentication {
    /// The value of the `Authorization` header.
    pub fn header_value(&self) -> String {
        use base64::Engine as _;
        match self {
            Self::Bearer(token) => format!("Bearer {token}"),
            Self::Header(token) => token.clone(),
            Self::Basic { user_name, password } => {
                format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user_name}:{password}")))
            }
        }
    }
}

impl std::fmt::Debug for Authentication {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Bearer(_) => "Bearer([redacted])",
            Self::Header(_) => "Header([redacted])",
            Self::Basic { .. } => "Basic([redacted])",
        })
    }
}
