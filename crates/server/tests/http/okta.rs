//! Okta's client plays whole conversations: both kinds of app end with the same directory, on both databases.

use testkit::okta::{Authentication, Kind, OktaClient, OktaUser, People, crud_test, play, spec_test};

use crate::on_both_databases;

on_both_databases! {
    async fn a_day_of_both_kinds_ends_alike(server) {
        let people = People::of_size(42, 40);
        let mut directories = Vec::new();
        for (kind, tenant) in [(Kind::Aiw, "private"), (Kind::Catalogue, "catalogue")] {
            let application = server.application(tenant, &[]).await;
            let mut okta =
                OktaClient::new(&application.base_url, Authentication::Bearer(application.token.clone()), kind).unwrap();
            let report = play(&mut okta, &people, 7).await;
            assert!(report.unexpected.is_empty(), "{kind:?}: {:#?}", report.unexpected);
            let statuses: Vec<_> = report.deliberate.iter().map(|failure| (failure.expected_status, failure.status)).collect();
            assert!(statuses.iter().all(|(expected, status)| Some(*expected) == *status), "{kind:?}: {statuses:?}");
            let (expected, observed) = (okta.expected_directory(), okta.observed_directory().await.unwrap());
            assert_eq!(expected.differences(&observed), Vec::<String>::new(), "{kind:?}");
            directories.push(observed);
        }
        assert_eq!(directories[0], directories[1]);
    }

    async fn the_spec_test_passes(server) {
        let application = server.application("acme", &[]).await;
        let authentication = Authentication::Bearer(application.token.clone());
        let mut okta = OktaClient::new(&application.base_url, authentication.clone(), Kind::Aiw).unwrap();
        okta.assign(&OktaUser::new("00u0", "first@corp.test", "First", "User")).await.unwrap();
        for step in spec_test(&application.base_url, &authentication, 3).await.unwrap() {
            assert!(step.passed(), "{step}");
        }
    }

    async fn the_crud_test_passes(server) {
        for kind in [Kind::Aiw, Kind::Catalogue] {
            let application = server.application("acme", &[]).await;
            let authentication = Authentication::Bearer(application.token.clone());
            let mut okta = OktaClient::new(&application.base_url, authentication, kind).unwrap();
            for step in crud_test(&mut okta, &OktaUser::new("00u1", &format!("{kind:?}@corp.test"), "Crud", "Test")).await {
                assert!(step.passed(), "{kind:?}: {step}");
            }
        }
    }
}
