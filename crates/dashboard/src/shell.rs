//! What surrounds a page: navigation, tenant, person, theme, the notice after a redirect.

/// Light, dark, or whatever the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Every theme, in the order of the menu.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The value of the cookie and of `data-theme`; anything unknown is the system's.
    pub fn from_name(name: &str) -> Self {
        Theme::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }

    /// `system`, `light` or `dark`.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// What the menu calls it.
    pub fn label(self) -> &'static str {
        match self {
            Theme::System => "Same as system",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        }
    }

    /// Its icon in the sprite.
    pub fn icon(self) -> &'static str {
        match self {
            Theme::System => "device-desktop",
            Theme::Light => "sun",
            Theme::Dark => "moon",
        }
    }
}

/// Where in the navigation a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Applications,
    Users,
    Groups,
    Reports,
}

impl Section {
    /// Whether `self` is the section called `name`: for templates.
    pub fn is(self, name: &str) -> bool {
        name == match self {
            Section::Applications => "applications",
            Section::Users => "users",
            Section::Groups => "groups",
            Section::Reports => "reports",
        }
    }
}

/// What a page says once after the redirect of a form that worked. Travels as a short-lived cookie holding the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    ApplicationAdded,
    ApplicationRenamed,
    ApplicationPaused,
    ApplicationResumed,
    CredentialIssued,
    CredentialRevoked,
    MappingSaved,
    FeaturesSaved,
    SchemasSaved,
    SchemaRemoved,
}

impl Notice {
    const ALL: [Notice; 10] = [
        Notice::ApplicationAdded,
        Notice::ApplicationRenamed,
        Notice::ApplicationPaused,
        Notice::ApplicationResumed,
        Notice::CredentialIssued,
        Notice::CredentialRevoked,
        Notice::MappingSaved,
        Notice::FeaturesSaved,
        Notice::SchemasSaved,
        Notice::SchemaRemoved,
    ];

    /// The notice that a cookie names; an unknown name says nothing.
    pub fn from_name(name: &str) -> Option<Self> {
        Notice::ALL.into_iter().find(|notice| notice.name() == name)
    }

    /// The value of the cookie.
    pub fn name(self) -> &'static str {
        match self {
            Notice::ApplicationAdded => "application-added",
            Notice::ApplicationRenamed => "application-renamed",
            Notice::ApplicationPaused => "application-paused",
            Notice::ApplicationResumed => "application-resumed",
            Notice::CredentialIssued => "credential-issued",
            Notice::CredentialRevoked => "credential-revoked",
            Notice::MappingSaved => "mapping-saved",
            Notice::FeaturesSaved => "features-saved",
            Notice::SchemasSaved => "schemas-saved",
            Notice::SchemaRemoved => "schema-removed",
        }
    }

    /// The sentence.
    pub fn text(self) -> &'static str {
        match self {
            Notice::ApplicationAdded => {
                "Application added. Copy its base URL and its credential into your identity provider."
            }
            Notice::ApplicationRenamed => "Name saved.",
            Notice::ApplicationPaused => "Paused. The client is told to try again later.",
            Notice::ApplicationResumed => "Resumed. Requests are answered again.",
            Notice::CredentialIssued => "Credential issued. Copy it now, or reveal it later with your password.",
            Notice::CredentialRevoked => "Credential revoked. From now on it is refused.",
            Notice::MappingSaved => "Attribute mapping saved. The next write of this application uses it.",
            Notice::FeaturesSaved => "Features saved. They hold from the next request on.",
            Notice::SchemasSaved => "Definitions added. The client is offered them from the next request on.",
            Notice::SchemaRemoved => "Removed. The client is no longer offered it.",
        }
    }
}

/// The frame of a page inside a tenant.
#[derive(Clone, Debug)]
pub struct Shell {
    pub theme: Theme,
    /// Goes into every form as `form_token`.
    pub form_token: String,
    /// Path and query of this page: where the theme switch comes back to.
    pub here: String,
    /// `/t/{slug}`
    pub base: String,
    pub section: Section,
    pub tenant: String,
    /// The administrator has more than one tenant, so that the tenant's name leads to a choice.
    pub several_tenants: bool,
    pub email: String,
    pub role: &'static str,
    /// Owner or admin. Support sees neither secrets nor controls that change something.
    pub may_change: bool,
    pub notice: Option<Notice>,
}

/// The frame of a page outside any tenant: set-up, sign-in, choice of tenant, errors.
#[derive(Clone, Debug, Default)]
pub struct PlainShell {
    pub theme: Theme,
    pub form_token: String,
}

#[cfg(test)]
impl Shell {
    /// The frame that samples are shown in.
    pub fn sample(section: Section) -> Self {
        Shell {
            theme: Theme::System,
            form_token: "sample-token".into(),
            here: "/t/northwind/sample".into(),
            base: "/t/northwind".into(),
            section,
            tenant: "Northwind Ltd".into(),
            several_tenants: false,
            email: "mira.kowalski@northwind.example".into(),
            role: "Owner",
            may_change: true,
            notice: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for theme in Theme::ALL {
            assert_eq!(Theme::from_name(theme.name()), theme);
        }
        for notice in Notice::ALL {
            assert_eq!(Notice::from_name(notice.name()), Some(notice));
        }
        assert_eq!(Theme::from_name("<script>"), Theme::System);
        assert_eq!(Notice::from_name(""), None);
    }
}
