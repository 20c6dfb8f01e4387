//! Google: a probe of one user, suspension first, deletion days later.

use registry::Feature;
use testkit::client::{Person, Provided, Update};
use testkit::google::GoogleClient;

use super::view::{adjustments, people, told};
use crate::on_both_databases;

on_both_databases! {
    async fn suspended_brought_back_and_deleted_days_later(server) {
        for (tenant, update) in [("put", Update::Put), ("patch", Update::Patch)] {
            let application = server.application(tenant, &[]).await;
            let mut client = GoogleClient::new(&application.base_url, &application.token, update, 7).unwrap();
            let ada = Person::new("g1", "ada@corp.test", "Ada", "Lovelace");
            let bob = Person::new("g2", "bob@corp.test", "Bob", "Brown");
            client.probe().await.unwrap();
            client.provision(&ada).await.unwrap();
            client.provision(&bob).await.unwrap();
            client.suspend(&ada).await.unwrap();
            client.suspend(&bob).await.unwrap();
            let scope = &application.scope;
            assert_eq!(people(server, scope).await, ["ada@corp.test (disabled)", "bob@corp.test (disabled)"]);
            assert_eq!(client.provision(&bob).await.unwrap(), Provided::Updated);
            assert_eq!(client.let_days_pass(7).await.unwrap(), 1);
            assert_eq!(people(server, scope).await, ["ada@corp.test (disabled)", "bob@corp.test"]);
            assert_eq!(client.provision(&ada).await.unwrap(), Provided::Created);
            assert_eq!(people(server, scope).await, ["ada@corp.test", "bob@corp.test"]);
            assert_eq!(adjustments(server, scope).await, Vec::<String>::new());
            assert_eq!(told(server, scope).await, [
                "Tested the connection",
                "Created user ada@corp.test",
                "Created user bob@corp.test",
                "Disabled user ada@corp.test",
                "Disabled user bob@corp.test",
                "Enabled user bob@corp.test again",
                "Disabled user ada@corp.test, who was deleted at the source",
                "Restored user ada@corp.test under the former id",
            ]);
        }
    }

    async fn a_deletion_of_somebody_who_is_gone_does_no_harm(server) {
        let application = server.application("acme", &[(Feature::DeleteDeactivatedUsers, true)]).await;
        let mut client = GoogleClient::new(&application.base_url, &application.token, Update::Patch, 1).unwrap();
        let ada = Person::new("g1", "ada@corp.test", "Ada", "Lovelace");
        client.provision(&ada).await.unwrap();
        client.suspend(&ada).await.unwrap();
        assert_eq!(people(server, &application.scope).await, Vec::<String>::new());
        assert_eq!(client.let_days_pass(1).await.unwrap(), 1);
        assert_eq!(client.provision(&ada).await.unwrap(), Provided::Created);
        assert_eq!(people(server, &application.scope).await, ["ada@corp.test"]);
    }
}
