//! `GET /tenants`: the choice of tenant, for an administrator of several.

use crate::shell::PlainShell;
use crate::shell::Theme;
use crate::web::administrator::{SignedIn, role_label};
use crate::web::answer::{self, Answer, local};
use crate::web::cookies;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use actix_web::http::StatusCode;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/tenants.html")]
pub struct Tenants {
    pub shell: PlainShell,
    pub email: String,
    pub tenants: Vec<TenantRow>,
}

/// One tenant that the administrator has a role in.
pub struct TenantRow {
    pub name: String,
    pub slug: String,
    pub role: &'static str,
}

/// `GET /tenants`
pub async fn show(signed_in: SignedIn) -> Answer {
    let row = |membership: &registry::Membership| TenantRow {
        name: membership.tenant.name.clone(),
        slug: membership.tenant.slug.clone(),
        role: role_label(membership.role),
    };
    let page = Tenants {
        shell: PlainShell { theme: signed_in.theme, form_token: signed_in.form_token() },
        email: signed_in.session.administrator().email.clone(),
        tenants: signed_in.session.memberships().iter().map(row).collect(),
    };
    answer::page(StatusCode::OK, &page)
}

/// The theme menu, which is on every page.
pub struct ThemeForm {
    theme: Theme,
    return_path: String,
}

impl Form for ThemeForm {
    fn read(fields: &Fields) -> Self {
        ThemeForm {
            theme: Theme::from_name(fields.text("theme")),
            return_path: local(fields.text("return")).to_owned(),
        }
    }
}

/// `POST /theme`
pub async fn choose_theme(signed_in: SignedIn, Protected(form): Protected<ThemeForm>) -> Answer {
    let cookie = cookies::set_theme(form.theme, signed_in.dashboard.https);
    Ok(answer::see_other(local(&form.return_path)).cookie(cookie).finish())
}

#[cfg(test)]
impl Tenants {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let row = |name: &str, slug: &str, role| TenantRow { name: name.into(), slug: slug.into(), role };
        let page = |tenants| Tenants { shell: PlainShell::default(), email: "mira@northwind.example".into(), tenants };
        vec![
            ("two", page(vec![row("Northwind Ltd", "northwind", "Owner"), row("Contoso GmbH", "contoso", "Support")])),
            ("none", page(Vec::new())),
        ]
    }
}
