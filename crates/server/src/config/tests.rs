use std::path::PathBuf;

use clap::Parser;

use super::{Config, FileOptions, LogFormat, Options, TlsFiles, check_public_url};

/// The options alone, parsed as the program parses them.
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    options: Options,
}

fn config(flags: &[&str], file: &str) -> anyhow::Result<Config> {
    let flags = Flags::try_parse_from([&["rollcall"], flags].concat())?;
    let config = Config::merge(flags.options, FileOptions::parse(file)?)?;
    config.validate()?;
    Ok(config)
}

#[test]
fn defaults_work_without_anything() {
    let config = config(&[], "").unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url_for(config.listen), "http://127.0.0.1:8080");
    assert_eq!(config.database_url.expose(), "sqlite:./data/rollcall.db");
    assert_eq!(config.secret_key_file, PathBuf::from("./data/secret.key"));
    assert_eq!(config.body_limit_bytes, 16_777_216);
    assert_eq!(config.log_format, LogFormat::Text);
}

#[test]
fn a_flag_comes_before_the_file() {
    let file = "listen = \"127.0.0.1:1\"\npublic_url = \"https://a.example/\"\nlog_format = \"json\"";
    let merged = config(&["--listen", "127.0.0.1:2", "--data-dir", "/srv/rollcall"], file).unwrap();
    assert_eq!(merged.listen.port(), 2);
    assert_eq!(merged.public_url_for(merged.listen), "https://a.example");
    assert_eq!(merged.log_format, LogFormat::Json);
    assert_eq!(merged.database_url.expose(), "sqlite:/srv/rollcall/rollcall.db");
    assert_eq!(merged.secret_key_file, PathBuf::from("/srv/rollcall/secret.key"));
}

#[test]
fn https_follows_from_a_certificate() {
    let both = ["--tls-certificate-file", "a.pem", "--tls-key-file", "b.pem"];
    let https = config(&both, "").unwrap();
    assert_eq!(https.public_url_for(https.listen), "https://127.0.0.1:8080");
    assert_eq!(https.public_url_for("0.0.0.0:8443".parse().unwrap()), "https://localhost:8443");
    let (certificate, key) = (PathBuf::from("a.pem"), PathBuf::from("c.pem"));
    let from_file = config(&both[..2], "tls_key_file = \"c.pem\"\npublic_url = \"https://a.example\"").unwrap();
    assert_eq!(from_file.tls, Some(TlsFiles { certificate, key }));
}

#[test]
fn everything_is_kept_for_ever_unless_days_are_given() {
    let table: [(&[&str], &str, Option<u32>); 4] = [
        (&[], "", None),
        (&[], "event_retention_days = 90", Some(90)),
        (&["--event-retention-days", "30"], "event_retention_days = 90", Some(30)),
        (&["--event-retention-days", "0"], "event_retention_days = 90", None),
    ];
    for (flags, file, expected) in table {
        let config = config(flags, file).unwrap();
        assert_eq!(config.event_retention_days, expected, "{flags:?} {file:?}");
        assert_eq!(config.audit_retention_days, None);
    }
}

#[test]
fn nobody_is_sent_to_an_unspecified_address() {
    let config = config(&["--listen", "0.0.0.0:9000"], "").unwrap();
    assert_eq!(config.public_url_for(config.listen), "http://localhost:9000");
}

#[test]
fn wrong_settings_are_refused_in_words() {
    let table: [(&[&str], &str, &str); 18] = [
        (&[], "listn = \"127.0.0.1:1\"", "line 1: unknown field `listn`"),
        (&[], "\n\nworkers = \"two\"", "line 3"),
        (&[], "listen = \"here\"", "127.0.0.1:8080"),
        (&["--listen", "8080"], "", "127.0.0.1:8080"),
        (&["--public-url", "rollcall.example"], "", "https://"),
        (&["--public-url", "https://example.com/rollcall"], "", "leave out the path"),
        (&["--database-url", "mysql://x"], "", "sqlite:PATH"),
        (&["--database-url", "sqlite:"], "", "name the file"),
        (&["--body-limit-bytes", "10"], "", "between 1024"),
        (&["--workers", "0"], "", "between 1 and 1024"),
        (&[], "event_retention_days = 100000", "event_retention_days 100000: choose at most 36500"),
        (&["--tls-certificate-file", "a.pem"], "", "set tls_key_file, too"),
        (&[], "tls_key_file = \"b.pem\"", "set tls_certificate_file, too"),
        (
            &["--tls-certificate-file", "a.pem", "--tls-key-file", "b.pem", "--public-url", "http://a.example"],
            "",
            "begin it with https://",
        ),
        (&["--otlp-endpoint", "https://collector"], "", "otlp_endpoint: https is not spoken here"),
        (&[], "otlp_endpoint = \"collector:4318\"", "otlp_endpoint: write http://"),
        (&["--log", "rollcall=shout"], "", "log \"rollcall=shout\""),
        (&["--log-format", "xml"], "", "xml"),
    ];
    for (flags, file, expected) in table {
        let error = format!("{:#}", config(flags, file).unwrap_err());
        assert!(error.contains(expected), "{flags:?} {file:?}: {error}");
    }
}

#[test]
fn public_urls() {
    let table = [
        ("https://rollcall.example.com", true),
        ("http://127.0.0.1:8080", true),
        ("http://[::1]:8080", true),
        ("http://[::1]", true),
        ("https://", false),
        ("ftp://a", false),
        ("https://a b", false),
        ("https://user@a", false),
        ("https://a?b", false),
        ("https://a:0", false),
        ("https://a:http", false),
        ("https://a:1:2", false),
    ];
    for (url, accepted) in table {
        assert_eq!(check_public_url(url).is_ok(), accepted, "{url}");
    }
}

#[test]
fn the_database_password_is_not_printed() {
    let config = config(&["--database-url", "postgres://ada:lovelace@db/rollcall"], "").unwrap();
    let printed = format!("{config:?}");
    assert!(!printed.contains("lovelace"), "{printed}");
    assert!(printed.contains("postgres:…"), "{printed}");
}
