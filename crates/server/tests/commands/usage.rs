//! Command lines that are not understood, and help.

use crate::support::Sandbox;

#[test]
fn a_wrong_command_line_is_exit_code_2_and_does_nothing() {
    let sandbox = Sandbox::new();
    let table: [&[&str]; 7] = [
        &["begin"],
        &["tenant"],
        &["tenant", "add"],
        &["serve", "--listen", "nowhere"],
        &["application", "add", "--tenant", "a", "--name", "b", "--feature", "fly=on"],
        &["application", "add", "--tenant", "a", "--name", "b", "--kind", "ldap"],
        &["administrator", "add", "--tenant", "a", "--email", "a@b.c", "--role", "king", "--password-stdin"],
    ];
    for arguments in table {
        let finished = sandbox.run(arguments);
        assert_eq!(finished.status.code(), Some(2), "{arguments:?}");
        assert!(finished.stdout.is_empty() && !finished.stderr.is_empty(), "{arguments:?}");
    }
    assert!(!sandbox.path("data").exists());
}

#[test]
fn help_documents_every_setting() {
    let sandbox = Sandbox::new();
    let help = sandbox.run(&["--help"]).output();
    for setting in [
        "CONFIG",
        "LISTEN",
        "PUBLIC_URL",
        "DATABASE_URL",
        "DATA_DIR",
        "SECRET_KEY_FILE",
        "BODY_LIMIT_BYTES",
        "WORKERS",
        "LOG",
        "LOG_FORMAT",
    ] {
        assert!(help.contains(&format!("ROLLCALL_{setting}")), "{setting}");
        let flag = setting.to_ascii_lowercase().replace('_', "-");
        assert!(help.contains(&format!("--{flag} ")), "{flag}");
    }
}

#[test]
fn a_database_password_is_never_shown() {
    let sandbox = Sandbox::new();
    let url = "postgres://ada:lovelace@127.0.0.1:1/rollcall";
    let mut help = sandbox.command(&["--help"]);
    help.env("ROLLCALL_DATABASE_URL", url);
    let help = crate::support::finish(help.spawn().unwrap(), "").output();
    let complaint = sandbox.run(&["migrate", "--database-url", url]).complaint();
    for text in [&help, &complaint] {
        assert!(!text.contains("lovelace"), "{text}");
    }
}
