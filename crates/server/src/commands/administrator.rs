//! `rollcall administrator …`.

use std::io::{self, BufRead};

use anyhow::{Context, Result, bail};
use secrecy::SecretString;
use serde_json::json;

use super::{open, say, tenant_scope};
use crate::cli::AdministratorCommand;
use crate::config::Config;

/// More than any password that is accepted.
const PASSWORD_BYTES: u64 = 4096;

pub(super) async fn run(config: &Config, command: AdministratorCommand) -> Result<()> {
    // There is no other way to give a password: arguments can be read by every user of the machine.
    let AdministratorCommand::Add { tenant, email, role, password_stdin: _, json } = command;
    let password = read_password(io::stdin().lock())?;
    let registry = open(config).await?;
    let scope = tenant_scope(&registry, &tenant).await?;
    let added = registry.add_administrator(&scope, &email, role, password).await?;
    let email = &added.administrator.email;
    if json {
        let answer = json!({
            "id": added.administrator.id,
            "email": email,
            "tenant": scope.slug(),
            "role": role.as_str(),
            "already_existed": added.already_existed,
        });
        return say(&answer.to_string());
    }
    say(&match added.already_existed {
        true => {
            format!("{email} administers another tenant already: gave the role {role} in {tenant}, the password stays.")
        }
        false => format!("{email} can now sign in and has the role {role} in {tenant}."),
    })
}

/// The first line of the input, without its line break.
fn read_password(input: impl BufRead) -> Result<SecretString> {
    let mut line = String::new();
    input.take(PASSWORD_BYTES).read_line(&mut line).context("cannot read the password from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("no password on standard input: pipe it in, such as with a here-document or from a password manager");
    }
    Ok(SecretString::from(password))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::read_password;

    #[test]
    fn the_password_is_the_first_line() {
        for (input, password) in
            [("secret", "secret"), ("secret\n", "secret"), ("secret\r\nmore", "secret"), (" a b \n", " a b ")]
        {
            assert_eq!(read_password(input.as_bytes()).unwrap().expose_secret(), password, "{input:?}");
        }
        for input in ["", "\n", "\r\n"] {
            assert!(read_password(input.as_bytes()).is_err(), "{input:?}");
        }
    }
}
