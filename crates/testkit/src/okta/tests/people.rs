use super::*;
use std::collections::BTreeSet;

#[test]
fn a_company_is_the_same_for_the_same_seed_and_nothing_is_shared_by_two() {
    let people = People::company(42);
    assert_eq!(people, People::company(42));
    assert_ne!(people, People::company(43));
    assert_eq!((people.users.len(), people.groups.len(), people.leaders()), (200, 12, 8));
    let distinct = |field: fn(&OktaUser) -> &str| people.users.iter().map(field).collect::<BTreeSet<_>>().len();
    assert_eq!((distinct(|user| &user.id), distinct(|user| &user.login)), (200, 200));
}

#[test]
fn logins_are_plain_and_lead_nowhere() {
    for user in People::company(42).users {
        let (name, domain) = user.login.split_once('@').unwrap();
        assert_eq!(domain, "meridian.example");
        assert!(name.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '.' | '-' | '+')), "{name}");
        assert!(name.split('.').all(|part| !part.is_empty()), "{name}");
        assert_eq!(user.id.len(), 20);
    }
}

#[test]
fn everyone_but_the_first_has_a_manager_who_exists() {
    let people = People::company(42);
    let logins: BTreeSet<_> = people.users.iter().map(|user| &user.login).collect();
    for (index, user) in people.users.iter().enumerate() {
        let manager = user.employment.as_ref().unwrap().manager.as_ref();
        assert_eq!(manager.is_none(), index == 0, "{}", user.login);
        assert!(manager.is_none_or(|manager| logins.contains(&manager.value) && manager.value != user.login));
    }
}

#[test]
fn groups_have_members_who_exist() {
    let people = People::company(42);
    let ids: BTreeSet<_> = people.users.iter().map(|user| &user.id).collect();
    for group in &people.groups {
        assert!(!group.members.is_empty(), "{}", group.name);
        assert!(group.members.iter().all(|id| ids.contains(id)));
    }
    assert_eq!(People::of_size(1, 0).users, []);
}
