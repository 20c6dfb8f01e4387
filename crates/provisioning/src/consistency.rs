//! Whether the rows of a tenant agree with each other: what one write leaves in several tables is there in all of them or
//! in none. For `rollcall doctor --deep`, and for tests that kill a server in the middle of its work.
//!
//! Reads every row of the tenant, in bites. Writes that happen meanwhile are no contradiction: what looks wrong is looked at
//! again, and only what is still wrong is told. Changes nothing, and repairs nothing: what is found here is a defect or a
//! damaged database, and a backup is the way back.
//!
//! Deliberately not here: what the database itself holds together (unique and foreign keys; `Database::health`).

mod events;
mod people;
mod resources;

use registry::TenantScope;

use crate::Provisioning;
use crate::error::Error;

/// So many rows are read at a time.
const CHUNK: i64 = 500;
/// So many contradictions are told, and then only how many more there are.
const TOLD: usize = 20;
/// How often the same rows are looked at before a contradiction is believed.
const LOOKS: usize = 4;

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default)]
pub struct Consistency {
    /// Resources of every type and application, set-aside ones among them.
    pub resources: usize,
    /// People of the directory.
    pub people: usize,
    /// Rows of the report.
    pub events: i64,
    /// The first contradictions, each as a sentence with the ids of the rows and no other value of them.
    pub problems: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

impl Consistency {
    fn found(&mut self, problems: Vec<String>) {
        for problem in problems {
            if self.problems.len() < TOLD { self.problems.push(problem) } else { self.more += 1 }
        }
    }
}

impl Provisioning {
    /// Looks at every row of a tenant. Takes about a minute for a million users.
    ///
    /// # Errors
    /// Only what the database says. A contradiction is no error: see [`Consistency::problems`].
    pub async fn consistency(&self, scope: &TenantScope) -> Result<Consistency, Error> {
        let mut found = Consistency::default();
        for application in self.registry.applications(scope).await.map_err(|error| Error::Internal(Box::new(error)))? {
            resources::look(&self.database, scope, &application, &mut found).await?;
        }
        people::look(&self.database, scope, &mut found).await?;
        events::look(&self.database, scope, &mut found).await?;
        Ok(found)
    }
}

/// What every look at the same rows finds; `look` is called once if it finds nothing.
fn believed<T>(mut look: impl FnMut() -> Result<(T, Vec<String>), Error>) -> Result<(T, Vec<String>), Error> {
    let (mut rows, mut problems) = look()?;
    for _ in 1..LOOKS {
        if problems.is_empty() {
            break;
        }
        let (again, still) = look()?;
        problems.retain(|problem| still.contains(problem));
        rows = again;
    }
    Ok((rows, problems))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_is_believed() {
        let mut looks = 0;
        let (rows, problems) = believed(|| {
            looks += 1;
            let mut problems = vec!["stays".to_owned()];
            if looks == 1 {
                problems.push("was being written".to_owned());
            }
            Ok((looks, problems))
        })
        .unwrap();
        assert_eq!((rows, problems), (LOOKS, vec!["stays".to_owned()]));
    }

    #[test]
    fn a_list_of_contradictions_is_kept_short() {
        let mut found = Consistency::default();
        found.found((0..TOLD + 3).map(|number| number.to_string()).collect());
        assert_eq!((found.problems.len(), found.more), (TOLD, 3));
    }
}
