//! What a query finds is what the evaluator says of each resource, in the order of the keys that it is sorted by: for
//! hundreds of random filters, by GET and by search, page by page in both methods and both directions.
//!
//! The resources are random too, and are read one by one for the comparison: what a filter sees of a resource is what a
//! client sees.

mod corpus;
mod filters;

use database::RandomSource;
use database::testing::SeededRandom;
use scim_model::filter::{Filter, Literal, Operator};
use scim_model::path::AttributePath;
use scim_model::sort::{SortBy, SortKey};
use scim_model::{Limits, Resource, ResourceType};
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{By, TestApplication, ids};
use corpus::{Corpus, Known};
use filters::Attribute;

/// So many filters are compared on each database.
const FILTERS: usize = 520;

/// Numbers that repeat in every run.
pub struct Dice(SeededRandom);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(SeededRandom::new(seed))
    }

    /// One of 0 up to, but not including, `sides`.
    pub fn roll(&self, sides: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % sides as u64).unwrap()
    }

    pub fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

/// What the RFC says of a resource, filter by filter, with nothing of the search in between.
fn matches(filter: &Filter<AttributePath>, ty: &ResourceType, resource: &Resource) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| matches(part, ty, resource)),
        Filter::Or(parts) => parts.iter().any(|part| matches(part, ty, resource)),
        Filter::Not(inner) => !matches(inner, ty, resource),
        single => match single.clone().resolve(ty) {
            Ok(resolved) => resolved.matches(resource),
            // At the root: of an attribute that the type lacks.
            Err(_) => match single {
                Filter::Compare { operator: Operator::Ne, literal, .. } => *literal != Literal::Null,
                Filter::Compare { operator: Operator::Eq, literal, .. } => *literal == Literal::Null,
                _ => false,
            },
        },
    }
}

/// A random question.
struct Question {
    endpoint: String,
    /// Which of the corpus' types.
    types: Vec<usize>,
    filter: Option<String>,
    sort_by: Option<String>,
    descending: bool,
}

impl Question {
    fn random(dice: &Dice, corpus: &Corpus, attributes: &[Vec<Attribute>]) -> Self {
        // The last one is the root.
        let place = dice.roll(corpus.types.all().len() + 1);
        let types: Vec<usize> = match corpus.types.all().get(place) {
            Some(_) => vec![place],
            None => (0..corpus.types.all().len()).collect(),
        };
        let endpoint = corpus.types.all().get(place).map(|ty| ty.endpoint.clone()).unwrap_or_default();
        let of_types: Vec<&Attribute> = types.iter().flat_map(|index| &attributes[*index]).collect();
        let filter = (dice.roll(20) > 0).then(|| filters::filter(dice, &of_types, 3));
        let columns: Vec<&Attribute> = of_types.iter().copied().filter(|attribute| attribute.is_column()).collect();
        let sort_by = match dice.roll(4) {
            0 | 1 => None,
            2 => dice.pick(&columns).sortable(dice),
            _ => dice.pick(&of_types).sortable(dice),
        };
        Question { endpoint, types, filter, sort_by, descending: dice.roll(2) > 0 }
    }

    fn query(&self) -> Value {
        let mut query = json!({});
        if let Some(filter) = &self.filter {
            query["filter"] = json!(filter);
        }
        if let Some(sort_by) = &self.sort_by {
            query["sortBy"] = json!(sort_by);
        }
        if self.descending {
            query["sortOrder"] = json!("descending");
        }
        query
    }

    /// The ids of what has to be found, in order.
    fn expected(&self, corpus: &Corpus) -> Vec<String> {
        let types: Vec<&ResourceType> = self.types.iter().map(|index| corpus.types.all()[*index].as_ref()).collect();
        let filter = self.filter.as_ref().map(|text| Filter::parse(text, &Limits::default()).unwrap());
        let sort_by = self.sort_by.as_ref().map(|path| SortBy::resolve(path, &types).unwrap());
        let found = corpus.all.iter().filter(|known| self.types.contains(&known.ty)).filter(|known| {
            let ty = &corpus.types.all()[known.ty];
            filter.as_ref().is_none_or(|filter| matches(filter, ty, &known.resource))
        });
        let key = |known: &Known| match &sort_by {
            None => (known.ty, SortKey::Missing),
            Some(sort_by) => {
                let of_type = self.types.iter().position(|index| *index == known.ty).unwrap();
                (0, sort_by[of_type].as_ref().map_or(SortKey::Missing, |by| by.key(&known.resource)))
            }
        };
        let mut found: Vec<_> = found.map(|known| (key(known), known.id.clone())).collect();
        found.sort();
        if self.descending && sort_by.is_some() {
            found.reverse();
        }
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// Asks, and compares.
    async fn hold(&self, dice: &Dice, application: &TestApplication, corpus: &Corpus) -> usize {
        let (query, expected) = (self.query(), self.expected(corpus));
        let by = *dice.pick(&[By::Get, By::Search]);
        let count = *dice.pick(&[3, 10, 25, 50, 200]).max(&expected.len().div_ceil(8)).min(&200);
        let told = format!("{by:?} {} {query}, {count} a page", self.endpoint);
        let pages = application.pages_by_index(by, &self.endpoint, &query, count).await;
        assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), expected, "{told}");
        assert!(pages.iter().all(|page| page["totalResults"] == expected.len()), "{told}");

        let pages = application.pages_by_cursor(by, &self.endpoint, &query, count).await;
        assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), expected, "{told}, by cursor");
        assert!(pages.iter().all(|page| page["totalResults"] == expected.len()), "{told}, by cursor");
        assert_eq!(pages.len(), expected.len().div_ceil(count).max(1), "{told}");

        let mut back = application.pages_back(by, &self.endpoint, &query, count, pages.last().unwrap().clone()).await;
        back.reverse();
        assert_eq!(back.iter().flat_map(ids).collect::<Vec<_>>(), expected, "{told}, and back");
        expected.len()
    }
}

on_both_databases! {
    async fn a_query_finds_what_the_evaluator_matches(server) {
        let dice = Dice::new(20_261_124);
        let application = server.application("acme", &[]).await;
        let corpus = Corpus::make(server, &application, &dice).await;
        let attributes = filters::attributes(&corpus);
        let (mut some, mut all) = (0, 0);
        for _ in 0..FILTERS {
            let question = Question::random(&dice, &corpus, &attributes);
            let found = question.hold(&dice, &application, &corpus).await;
            let candidates = corpus.all.iter().filter(|known| question.types.contains(&known.ty)).count();
            some += usize::from(found > 0 && found < candidates);
            all += usize::from(found == candidates);
        }
        // Filters that match nothing or everything prove little.
        assert!(some > FILTERS / 3 && all < FILTERS / 2, "{some} of {FILTERS} match some, {all} all");
    }
}
