//! The plans of queries: filters, orders and cursors.

use crate::support::TestApplication;

/// Asks, and tells the plans of each question.
pub async fn ask(application: &TestApplication, ids: &[String], tell: &mut impl FnMut(&str) -> usize) {
    let group = application.find("/Groups", "displayName eq \"group 12\"").await.expect(200).json();
    let group_id = group["Resources"][0]["id"].as_str().unwrap();
    super::seen();
    for (question, endpoint, filter) in [
        (
            "users by several userNames",
            "/Users",
            "userName eq \"user12@corp.test\" or userName eq \"user13@corp.test\"".to_owned(),
        ),
        (
            "users by one of several attributes",
            "/Users",
            "userName eq \"user12@corp.test\" or externalId eq \"00u13\" or emails eq \"user14@corp.test\"".to_owned(),
        ),
        ("users by the beginning of userName", "/Users", "userName sw \"user12\"".to_owned()),
        ("groups by the beginning of displayName", "/Groups", "displayName sw \"group 1\"".to_owned()),
        ("groups of a member", "/Groups", format!("members eq \"{}\"", ids[13])),
        ("whether somebody is in a group", "/Groups", format!("id eq \"{group_id}\" and members eq \"{}\"", ids[12])),
        ("users of a group", "/Users", format!("groups eq \"{group_id}\"")),
        ("users created since", "/Users", "meta.created gt \"2026-11-24T09:00:00.000Z\"".to_owned()),
        ("everything by userName", "", "meta.resourceType eq \"User\" and userName eq \"user12@corp.test\"".to_owned()),
    ] {
        application.find(endpoint, &filter).await.expect(200);
        tell(question);
    }
    for (question, endpoint, sort_by) in [
        ("users sorted by userName", "/Users", "userName"),
        ("users sorted by externalId", "/Users", "externalId"),
        ("groups sorted by displayName", "/Groups", "displayName"),
        ("pages by cursor", "/Users", ""),
    ] {
        let mut cursor = String::new();
        for order in ["ascending", "ascending", "descending"] {
            let order = if sort_by.is_empty() { "" } else { order };
            let page = format!("{endpoint}?sortBy={sort_by}&sortOrder={order}&count=5");
            if order == "descending" {
                application.get(&format!("{page}&startIndex=11")).await.expect(200);
                application.get(&format!("{page}&cursor=")).await.expect(200);
                continue;
            }
            let list = application.get(&format!("{page}&cursor={cursor}")).await.expect(200).json();
            list["nextCursor"].as_str().unwrap().clone_into(&mut cursor);
        }
        tell(question);
    }
}
