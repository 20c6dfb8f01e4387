//! URLs that are too long to keep.

use provisioning::{Operation, Outcome};

use crate::on_both_databases;
use crate::support::user;

/// The most that the process has held in memory so far.
fn peak_memory_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

on_both_databases! {
    async fn a_filter_that_is_too_long_is_told_its_length(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("ada@corp.test").await;
        let encoded = |length: usize| format!("userName+eq+%22{}%22", "a".repeat(length));
        for (below, sent) in [
            (format!("/Users?filter={}&count=1", encoded(100_000)), 100_014),
            (format!("/Groups?count=1&filter={}", encoded(1_000_000)), 1_000_014),
            // Short enough as it is sent, too long once it is encoded as it should have been.
            (format!("/Users?filter=userName eq \"{}\"", " ".repeat(30_000)), 30_014),
        ] {
            let answer = application.get(&below).await;
            let detail = answer.scim_error(400, Some("invalidFilter"));
            assert!(detail.contains(&format!("{sent} bytes")) && detail.contains("16384"), "{detail}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.operation, event.row.outcome), (Operation::Other, Outcome::Failed));
            assert_eq!(event.row.error_code.as_deref(), Some("invalidFilter"));
            assert_eq!((event.method.as_str(), event.target.as_str()), ("GET", &below[..below.find('?').unwrap()]));
            assert_eq!(event.client_address.as_deref(), Some("127.0.0.1"));
            assert_eq!(Some(event.request_id.as_str()), answer.header("x-request-id"));
        }
    }

    async fn any_other_url_that_is_too_long(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        let long = "x".repeat(100_000);
        for (method, below, body) in [
            ("GET", format!("/Users?attributes={long}"), String::new()),
            ("GET", format!("/Users?filter=userName+eq+%22ada%40corp.test%22&{long}"), String::new()),
            ("GET", format!("/Users/{id}?filter={long}"), String::new()),
            ("GET", format!("/Users/{long}"), String::new()),
            ("GET", format!("/{long}"), String::new()),
            ("DELETE", format!("/Users/{id}?{long}"), String::new()),
            ("PUT", format!("/Users/{id}?{long}"), user("other@corp.test").to_string()),
            ("POST", format!("/Users?filter={long}"), user("bob@corp.test").to_string()),
        ] {
            let answer = application.send(method, &below, body.as_bytes()).await;
            let detail = answer.scim_error(414, None);
            let bytes = application.path.len() + below.len();
            assert!(detail.contains(&bytes.to_string()) && detail.contains("65534"), "{detail}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("tooLarge")));
            assert_eq!(event.method, method);
            assert!(event.target.len() <= 1_024 && below.starts_with(&event.target), "{}", event.target);
        }
        let users = application.get("/Users").await.expect(200).json();
        assert_eq!((users["totalResults"].as_u64(), users["Resources"][0]["userName"].as_str()), (Some(1), Some("ada@corp.test")));
        // Who may not know is told nothing; who need not be asked is answered as ever.
        let target = format!("{}/Users?{long}", application.path);
        application.wire.send("GET", target.as_bytes(), &[], b"").await.scim_error(401, None);
        let target = format!("{}/ServiceProviderConfig?{long}", application.path);
        application.wire.send("GET", target.as_bytes(), &[], b"").await.expect(200);
        // People see a page.
        let page = application.wire.send("GET", format!("/sign-in?{long}").as_bytes(), &[], b"").await.expect(414);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.header("x-request-id").is_some() && page.body.contains("The address is too long"), "{}", page.body);
    }

    async fn a_url_without_end_is_not_kept(server) {
        const MEBIBYTES: usize = 16;
        let application = server.application("acme", &[]).await;
        application.get("/Users").await.expect(200);
        let mut conversation = application.wire.open().await;
        let before = peak_memory_kib();
        conversation.send(format!("GET {}/Users?filter=", application.path).as_bytes()).await;
        let mebibyte = vec![b'a'; 1024 * 1024];
        for _ in 0..MEBIBYTES {
            conversation.send(&mebibyte).await;
        }
        let rest = format!(" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", application.token);
        conversation.send(rest.as_bytes()).await;
        let detail = conversation.answer().await.scim_error(400, Some("invalidFilter"));
        assert!(detail.contains(&(MEBIBYTES * 1024 * 1024).to_string()), "{detail}");
        let grown = peak_memory_kib() - before;
        assert!(grown < 8 * 1024, "{grown} KiB");
        // The connection is as good as before.
        conversation.send(&application.request("GET", "/Users", "", "")).await;
        conversation.answer().await.expect(200);
    }
}
