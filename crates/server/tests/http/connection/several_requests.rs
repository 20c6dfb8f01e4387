//! Several requests on one connection: whatever one of them is like, the next is understood.

use serde_json::json;

use crate::on_both_databases;
use crate::support::{TestApplication, user};

/// Requests of every kind, each with the status of its answer.
fn requests(application: &TestApplication) -> Vec<(Vec<u8>, u16)> {
    let long = "x".repeat(100_000);
    let length = |body: &str| format!("Content-Type: application/scim+json\r\nContent-Length: {}\r\n", body.len());
    let (ada, bob) = (user("ada@corp.test").to_string(), user("bob@corp.test").to_string());
    let chunks = format!("5;x=y\r\n{}\r\n{:X}\r\n{}\r\n0\r\nTrailer: x\r\n\r\n", &bob[..5], bob.len() - 5, &bob[5..]);
    vec![
        (application.request("GET", "/Users", "", ""), 200),
        (application.request("POST", "/Users", &length(&ada), &ada), 201),
        (application.request("GET", "/Users?filter=userName eq \"ada@corp.test\"", "", ""), 200),
        (application.request("POST", "/Users", "Transfer-Encoding: chunked\r\n", &chunks), 201),
        (application.request("GET", &format!("/Users?filter={long}"), "", ""), 400),
        (application.request("GET", &format!("/Users?{long}"), "", ""), 414),
        (application.request("GET", "/Users", "", ""), 200),
    ]
}

on_both_databases! {
    async fn one_after_the_other(server) {
        let application = server.application("acme", &[]).await;
        let mut conversation = application.wire.open().await;
        for (request, status) in requests(&application) {
            conversation.send(&request).await;
            let answer = conversation.answer().await.expect(status);
            assert_eq!(answer.header("connection"), None, "{status}");
        }
    }

    async fn all_at_once(server) {
        let application = server.application("acme", &[]).await;
        let (requests, statuses): (Vec<_>, Vec<_>) = requests(&application).into_iter().unzip();
        let mut conversation = application.wire.open().await;
        conversation.send(&requests.concat()).await;
        for status in statuses {
            let answer = conversation.answer().await.expect(status);
            assert_eq!(answer.header("connection"), None, "{status}");
        }
        assert_eq!(application.get("/Users").await.json()["totalResults"], 2);
    }

    async fn byte_by_byte(server) {
        let application = server.application("acme", &[]).await;
        let (ada, mut conversation) = (user("zoë@corp.test").to_string(), application.wire.open().await);
        let length = format!("Content-Length: {}\r\n", ada.len());
        for (request, status) in [
            (application.request("POST", "/Users", &length, &ada), 201),
            (application.request("GET", "/Users?filter=userName eq \"zoë@corp.test\"", "", ""), 200),
        ] {
            for byte in request {
                conversation.send(&[byte]).await;
            }
            let answer = conversation.answer().await.expect(status).json();
            assert!(status == 201 || answer["totalResults"] == 1, "{answer}");
        }
    }

    async fn the_last_one_is_the_last(server) {
        let application = server.application("acme", &[]).await;
        let get = application.request("GET", "/Users", "", "");
        let (ada, bob) = (user("ada@corp.test").to_string(), user("bob@corp.test").to_string());
        let post = |body: &str, header: &str| {
            application.request("POST", "/Users", &format!("Content-Length: {}\r\n{header}", body.len()), body)
        };
        for last in [post(&ada, "Connection: close\r\n"), b"nonsense\r\n\r\n".to_vec()] {
            let mut conversation = application.wire.open().await;
            conversation.send(&[&get[..], &last, &post(&bob, "")].concat()).await;
            let first = conversation.answer().await.expect(200);
            assert_eq!(first.header("connection"), None);
            let answer = conversation.answer().await;
            assert!(matches!(answer.status, 201 | 400), "{}", answer.status);
            assert_eq!(answer.header("connection"), Some("close"));
            conversation.ends().await;
        }
        let users = application.get("/Users").await.expect(200).json();
        assert_eq!(users["totalResults"], 1, "{users}");
        // HTTP/1.0 closes unless it says otherwise.
        for (header, stays) in [("", false), ("Connection: keep-alive\r\n", true)] {
            let request = String::from_utf8(application.request("GET", "/Users", header, "")).unwrap().replace("HTTP/1.1", "HTTP/1.0");
            let mut conversation = application.wire.open().await;
            conversation.send(request.repeat(2).as_bytes()).await;
            conversation.answer().await.expect(200);
            if stays {
                conversation.answer().await.expect(200);
            } else {
                conversation.ends().await;
            }
        }
    }

    async fn an_answer_is_that_of_its_own_request(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        let get = application.request("GET", &format!("/Users/{id}"), "", "");
        let head = application.request("HEAD", &format!("/Users/{id}"), "", "");
        let http_1_0 = String::from_utf8(get.clone()).unwrap().replace("HTTP/1.1", "HTTP/1.0");
        let mut conversation = application.wire.open().await;
        conversation.send(&[&get[..], &get, &head].concat()).await;
        for _ in 0..2 {
            let answer = conversation.answer().await.expect(200);
            assert_eq!(answer.json()["userName"], json!("ada@corp.test"));
        }
        conversation.answer_to_head().await.expect(405);
        conversation.send(http_1_0.as_bytes()).await;
        assert_eq!(conversation.answer().await.expect(200).id(), id);
        conversation.ends().await;
    }
}
