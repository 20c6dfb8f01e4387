//! The command line. Other programs call these commands: their form is part of the product.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use registry::{CredentialKind, Feature, Role};
use scim_model::schema::ready;

use crate::config::Options;

/// Self-hosted SCIM provisioning: identity providers write users and groups into it, people see in it what happened.
#[derive(Debug, Parser)]
#[command(name = "rollcall", version, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    pub options: Options,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do; without a command the server is started.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server (what happens without a command, too)
    Serve,
    /// Show the product: a server in ./demo-data, filled by a simulated day of Okta
    Demo,
    /// Tenants
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// People who sign in
    #[command(subcommand)]
    Administrator(AdministratorCommand),
    /// Applications: the SCIM clients of a tenant
    #[command(subcommand)]
    Application(ApplicationCommand),
    /// Rows of the provisioning report
    #[command(subcommand)]
    Events(EventsCommand),
    /// Make the database or bring it up to date, then stop
    Migrate,
    /// Copy the database to a file while servers run; on PostgreSQL the file is that of export
    Backup {
        /// File to write
        file: PathBuf,
        /// Replace the file if it is there already
        #[arg(long)]
        force: bool,
    },
    /// Put a backup in the place of the database; the old one is kept beside it
    Restore {
        /// File that rollcall backup wrote
        file: PathBuf,
    },
    /// Write the database to a file that SQLite and PostgreSQL can both be filled from, while servers run
    Export {
        /// File to write: gzip over lines of JSON
        file: PathBuf,
        /// Replace the file if it is there already
        #[arg(long)]
        force: bool,
    },
    /// Fill an empty database from a file that export wrote, all or nothing
    Import {
        /// File to read
        file: PathBuf,
    },
    /// Check the installation and say what to do about what is wrong
    Doctor {
        /// Look at every row of every tenant, too: whether what was written together is there together (about a minute for a
        /// million users)
        #[arg(long)]
        deep: bool,
    },
}

/// Commands about tenants.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant
    Add {
        /// Short name that stands in every URL of the tenant; it cannot be changed later
        slug: String,
        /// Name that people read
        #[arg(long)]
        name: String,
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

/// Commands about administrators.
#[derive(Debug, Subcommand)]
pub enum AdministratorCommand {
    /// Make an administrator of a tenant
    Add {
        /// Slug of the tenant
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// E-mail address to sign in with
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// What the administrator may do: owner, admin or support
        #[arg(long)]
        role: Role,
        /// Read the password from standard input, up to the first line break
        #[arg(long, required = true)]
        password_stdin: bool,
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

/// Commands about applications.
#[derive(Debug, Subcommand)]
pub enum ApplicationCommand {
    /// Make an application with a credential, and print what its SCIM client needs
    Add {
        /// Slug of the tenant
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Name of the application, unique in the tenant
        #[arg(long)]
        name: String,
        /// What kind of source it is
        #[arg(long, value_enum, default_value_t = ApplicationKind::ScimClient)]
        kind: ApplicationKind,
        /// Switch a feature, such as delete-deactivated-users=on; may be repeated
        #[arg(long = "feature", value_name = "NAME=on|off", value_parser = parse_switch)]
        features: Vec<(Feature, bool)>,
        /// How the client authenticates
        #[arg(long, value_enum, default_value_t = Authentication::Bearer)]
        auth: Authentication,
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Switch a feature of an application
    Feature {
        /// Slug of the tenant
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the application
        #[arg(long, value_name = "ID")]
        application: String,
        /// The switch, such as push-groups=off
        #[arg(value_name = "NAME=on|off", value_parser = parse_switch)]
        switch: (Feature, bool),
    },
    /// Credentials of an application
    #[command(subcommand)]
    Credential(CredentialCommand),
    /// Give an application schemas and resource types of its own
    #[command(subcommand)]
    Schema(SchemaCommand),
}

/// Commands about the credentials of an application.
#[derive(Debug, Subcommand)]
pub enum CredentialCommand {
    /// Make a further credential, and print it; those that are there keep working
    Add {
        /// Slug of the tenant
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the application
        #[arg(long, value_name = "ID")]
        application: String,
        /// A user's own, by userName: it opens that user at /Me and nothing else
        #[arg(long, value_name = "USERNAME")]
        user: Option<String>,
        /// How it is presented
        #[arg(long, value_enum, default_value_t = Authentication::Bearer)]
        auth: Authentication,
        /// Name for the list in the dashboard [default: its kind]
        #[arg(long)]
        name: Option<String>,
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

/// Commands about the schemas and resource types of an application.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Add definitions, or put them in the place of those with the same URN or name
    Add {
        /// Slug of the tenant
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the application
        #[arg(long, value_name = "ID")]
        application: String,
        #[command(flatten)]
        source: DefinitionSource,
    },
    /// Print the application's own schemas and resource types as JSON
    List {
        /// Slug of the tenant
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the application
        #[arg(long, value_name = "ID")]
        application: String,
    },
    /// Remove a schema or a resource type and what only served it, as long as no resources follow it
    Remove {
        /// Slug of the tenant
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the application
        #[arg(long, value_name = "ID")]
        application: String,
        /// URN of the schema, or name of the resource type; may be repeated
        #[arg(value_name = "URN|NAME", required = true)]
        names: Vec<String>,
    },
}

/// Commands about the provisioning report.
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// Delete old rows of every tenant in small steps, while servers run
    Prune {
        /// Rows older than this many days
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        older_than: u32,
        /// Only tell how many there are
        #[arg(long)]
        dry_run: bool,
    },
}

/// Where definitions come from: exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct DefinitionSource {
    /// JSON array of Schema and ResourceType resources (RFC 7643, sections 6 and 7); - for standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Ready-made definitions
    #[arg(long, value_name = "NAME", value_parser = ready_names())]
    pub ready: Option<String>,
}

/// Kinds of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ApplicationKind {
    /// A SCIM client, such as Okta
    ScimClient,
}

/// How a client authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Authentication {
    /// A bearer token in the Authorization header
    Bearer,
    /// User name and password
    Basic,
}

impl From<Authentication> for CredentialKind {
    fn from(authentication: Authentication) -> Self {
        match authentication {
            Authentication::Bearer => CredentialKind::Bearer,
            Authentication::Basic => CredentialKind::Basic,
        }
    }
}

/// The names of ready-made definitions, each with its title in the help.
fn ready_names() -> PossibleValuesParser {
    PossibleValuesParser::new(ready::all().iter().map(|set| PossibleValue::new(set.name).help(set.title)))
}

/// `NAME=on` or `NAME=off`.
fn parse_switch(text: &str) -> Result<(Feature, bool), String> {
    let (name, state) = text.split_once('=').ok_or("write NAME=on or NAME=off")?;
    let feature = name.parse::<Feature>().map_err(|error| error.to_string())?;
    match state {
        "on" => Ok((feature, true)),
        "off" => Ok((feature, false)),
        other => Err(format!("{name} can be on or off, not \"{other}\"")),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{ApplicationCommand, Cli, Command};

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_form_of_the_commands_holds() {
        let accepted = [
            "rollcall",
            "rollcall serve --config a.toml",
            "rollcall demo --listen 127.0.0.1:0",
            "rollcall tenant add acme --name Acme --json",
            "rollcall administrator add --tenant acme --email a@b.c --role owner --password-stdin --json",
            "rollcall application add --tenant acme --name Okta",
            "rollcall application add --tenant acme --name Okta --kind scim-client --feature push-groups=off \
             --feature delete-deactivated-users=on --auth basic --json --data-dir /tmp/x",
            "rollcall application feature --tenant acme --application a1 sync-password=on",
            "rollcall application credential add --tenant acme --application a1",
            "rollcall application credential add --tenant acme --application a1 --user ada@corp.test --auth basic \
             --name Ada --json",
            "rollcall application schema add --tenant acme --application a1 --file devices.json",
            "rollcall application schema add --tenant acme --application a1 --ready devices",
            "rollcall application schema list --tenant acme --application a1",
            "rollcall application schema remove --tenant acme --application a1 Device urn:example:Device",
            "rollcall migrate",
            "rollcall doctor",
            "rollcall doctor --deep",
            "rollcall backup /srv/monday.db",
            "rollcall backup monday.db --force --data-dir /srv/rollcall",
            "rollcall restore monday.db",
            "rollcall export all.gz --force",
            "rollcall events prune --older-than 90 --dry-run",
            "rollcall import all.gz --database-url postgres://ada@db/rollcall",
        ];
        for line in accepted {
            if let Err(error) = Cli::try_parse_from(line.split_whitespace()) {
                panic!("{line}: {error}");
            }
        }
        let refused = [
            "rollcall start",
            "rollcall backup",
            "rollcall restore",
            "rollcall export",
            "rollcall events prune",
            "rollcall events prune --older-than 0",
            "rollcall import",
            "rollcall restore monday.db --force",
            "rollcall tenant add --name Acme",
            "rollcall tenant add acme",
            "rollcall administrator add --tenant acme --email a@b.c --role owner",
            "rollcall administrator add --tenant acme --email a@b.c --role root --password-stdin",
            "rollcall application add --tenant acme --name Okta --feature fly=on",
            "rollcall application add --tenant acme --name Okta --feature push-groups=maybe",
            "rollcall application add --tenant acme --name Okta --feature push-groups",
            "rollcall application add --tenant acme --name Okta --auth digest",
            "rollcall application credential add --tenant acme",
            "rollcall application credential add --tenant acme --application a1 --auth digest",
            "rollcall application schema add --tenant acme --application a1",
            "rollcall application schema add --tenant acme --application a1 --ready gadgets",
            "rollcall application schema add --tenant acme --application a1 --ready devices --file a.json",
            "rollcall application schema remove --tenant acme --application a1",
        ];
        for line in refused {
            assert!(Cli::try_parse_from(line.split_whitespace()).is_err(), "{line}");
        }
    }

    #[test]
    fn features_may_be_repeated() {
        let line = "rollcall application add --tenant a --name b --feature push-groups=off --feature sync-password=on";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Some(Command::Application(ApplicationCommand::Add { features, .. })) = cli.command else {
            panic!("another command")
        };
        let features: Vec<_> = features.iter().map(|(feature, on)| (feature.name(), *on)).collect();
        assert_eq!(features, [("push-groups", false), ("sync-password", true)]);
    }
}
