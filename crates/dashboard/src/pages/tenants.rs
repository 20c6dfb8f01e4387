//! `GET /tenants`: the choice of tenant, for an administrator of several.

use crate::shell::PlainShell;
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
