//! Ping: a health probe before each run, look-ups by e-mail, and each of the settings of leaving and of membership.

use registry::CredentialKind;
use secrecy::ExposeSecret;
use testkit::client::{Authentication, Person, Provided, Removal, Team, Update};
use testkit::ping::{Membership, PingClient, PingSettings, UniqueUser};

use super::view::{adjustments, groups, people};
use crate::on_both_databases;
use crate::support::{TestApplication, user};

fn connect(application: &TestApplication, settings: PingSettings) -> PingClient {
    let authentication = Authentication::Bearer(application.token.clone());
    PingClient::new(&application.base_url, &authentication, settings).unwrap()
}

on_both_databases! {
    async fn every_unique_id_finds_who_is_there(server) {
        for (tenant, unique_user) in [
            ("name", UniqueUser::UserName), ("mail", UniqueUser::WorkEmail),
            ("own", UniqueUser::Expression("userName eq \"${userName}\" and active eq true".to_owned())),
        ] {
            let application = server.application(tenant, &[]).await;
            let mut ada = Person::new("p1", "ada", "Ada", "Lovelace");
            "Ada.Lovelace@Corp.test".clone_into(&mut ada.email);
            connect(&application, PingSettings::default()).provision(&ada).await.unwrap();
            // The same organisation set up anew: it remembers nobody.
            ada.email.make_ascii_lowercase();
            let mut client = connect(&application, PingSettings { unique_user, ..PingSettings::default() });
            client.begin_run().await.unwrap();
            assert_eq!(client.provision(&ada).await.unwrap(), Some(Provided::Linked), "{tenant}");
            client.begin_run().await.unwrap();
            assert_eq!(client.provision(&ada).await.unwrap(), Some(Provided::Updated), "{tenant}");
            assert_eq!(people(server, &application.scope).await, ["ada"]);
            assert_eq!(adjustments(server, &application.scope).await, Vec::<String>::new());
        }
    }

    async fn leaving_as_set(server) {
        for (tenant, removal, update) in [
            ("put", Removal::Disable, Update::Put), ("patch", Removal::Disable, Update::Patch), ("delete", Removal::Delete, Update::Put),
        ] {
            let application = server.application(tenant, &[]).await;
            let settings = PingSettings { removal, update, provisions_disabled_users: true, ..PingSettings::default() };
            let mut client = connect(&application, settings);
            let ada = Person::new("p1", "ada@corp.test", "Ada", "Lovelace");
            let bob = Person { active: false, ..Person::new("p2", "bob@corp.test", "Bob", "Brown") };
            client.begin_run().await.unwrap();
            for person in [&ada, &bob] {
                assert_eq!(client.provision(person).await.unwrap(), Some(Provided::Created));
            }
            assert_eq!(people(server, &application.scope).await, ["ada@corp.test", "bob@corp.test (disabled)"]);
            client.deprovision(&ada).await.unwrap();
            assert_eq!(people(server, &application.scope).await, ["ada@corp.test (disabled)", "bob@corp.test (disabled)"]);
            // Somebody who was deleted is created again, and is the same person.
            let again = client.provision(&ada).await.unwrap();
            assert_eq!(again, Some(if removal == Removal::Delete { Provided::Created } else { Provided::Updated }));
            assert_eq!(people(server, &application.scope).await, ["ada@corp.test", "bob@corp.test (disabled)"]);
            assert_eq!(adjustments(server, &application.scope).await, Vec::<String>::new());
        }
    }

    async fn members_are_merged_or_overwritten(server) {
        for (tenant, membership, left) in [
            ("merge", Membership::Merge, "Engines: ada@corp.test, other@corp.test"), ("overwrite", Membership::Overwrite, "Engines: ada@corp.test"),
        ] {
            let application = server.application(tenant, &[]).await;
            let other = application.post("/Users", &user("other@corp.test")).await.expect(201).id();
            application.add_group("Engines", &[&other]).await;
            let mut client = connect(&application, PingSettings { membership, ..PingSettings::default() });
            client.begin_run().await.unwrap();
            client.provision(&Person::new("p1", "ada@corp.test", "Ada", "Lovelace")).await.unwrap();
            assert_eq!(client.provide_group(&Team::new("t1", "Engines", &["p1"])).await.unwrap(), Provided::Linked);
            assert_eq!(groups(server, &application.scope).await, [left]);
            assert_eq!(adjustments(server, &application.scope).await, Vec::<String>::new());
        }
    }

    async fn basic_authentication(server) {
        let application = server.application("acme", &[]).await;
        let issued = server.issue(&application, CredentialKind::Basic, None).await;
        let authentication = Authentication::Basic {
            user_name: issued.credential.username.clone().unwrap(),
            password: issued.secret.expose_secret().to_owned(),
        };
        let mut client = PingClient::new(&application.base_url, &authentication, PingSettings::default()).unwrap();
        client.begin_run().await.unwrap();
        let wrong = Authentication::Bearer("rct".to_owned());
        let mut client = PingClient::new(&application.base_url, &wrong, PingSettings::default()).unwrap();
        assert!(client.begin_run().await.unwrap_err().is_status(401));
    }
}
