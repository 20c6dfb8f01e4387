//! `rollcall administrator …`.

use crate::support::Sandbox;

const ADD: [&str; 9] =
    ["administrator", "add", "--tenant", "acme", "--role", "owner", "--password-stdin", "--json", "--email"];

#[test]
fn an_administrator_is_added_once_per_tenant() {
    let sandbox = Sandbox::new();
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    sandbox.run(&["tenant", "add", "globex", "--name", "Globex"]).output();
    let ada = [&ADD[..], &["ada@example.com"]].concat();
    let added = sandbox.run_with_input(&ada, "correct horse\n").json();
    assert_eq!(added["email"], "ada@example.com");
    assert_eq!((&added["tenant"], &added["role"]), (&"acme".into(), &"owner".into()));
    assert_eq!(added["already_existed"], false);

    let again = sandbox.run_with_input(&ada, "correct horse\n").complaint();
    assert!(again.contains("already administers this tenant"), "{again}");

    let elsewhere = [
        "administrator",
        "add",
        "--tenant",
        "globex",
        "--role",
        "support",
        "--password-stdin",
        "--email",
        "ADA@example.com",
    ];
    let output = sandbox.run_with_input(&elsewhere, "something else\n").output();
    assert!(output.contains("the password stays"), "{output}");
}

#[test]
fn what_cannot_be_a_sign_in_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    for (email, password, expected) in [
        ("ada@example.com", "", "no password on standard input"),
        ("ada@example.com", "short\n", "password: Use at least 8 characters."),
        ("ada", "correct horse\n", "email: Enter an e-mail address"),
    ] {
        let complaint = sandbox.run_with_input(&[&ADD[..], &[email]].concat(), password).complaint();
        assert!(complaint.contains(expected), "{complaint}");
        assert!(password.is_empty() || !complaint.contains(password.trim()), "{complaint}");
    }
}
