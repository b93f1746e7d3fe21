//! Every sample of a folder, or every example of the specs, is read into its type and written again, and nothing may be lost.
//!
//! The folder is what the variable `LIVECHAT_SAMPLES` names: an `index.json`, which says for each sample what it stands for, and the
//! samples' files. Without the variable the specs' own examples take their place.

mod behaviour;
mod checks;
mod collection;
mod known;

use std::collections::BTreeMap;

pub(crate) use crate::samples::{
    checks::actions,
    collection::{Sample, examples},
};
use crate::samples::{
    checks::{Outcome, check},
    collection::collect,
};

/// What became of a collection of samples.
#[derive(Default)]
struct Report {
    /// How many of each kind went through, by API and kind.
    checked: BTreeMap<(String, String), usize>,
    /// How many of them did so in an envelope as well.
    in_envelopes: usize,
    /// The names of the samples for each reason not to check them.
    skipped: BTreeMap<String, Vec<String>>,
    /// What was known to be wrong with samples and put right.
    repaired: Vec<String>,
    failed: Vec<String>,
}

impl Report {
    fn of(samples: &[Sample]) -> Self {
        let mut report = Self::default();
        for sample in samples {
            match check(sample) {
                Outcome::Checked { in_envelope, repaired } => {
                    report.repaired.extend(repaired.iter().map(|why| format!("{}: {why}", sample.name)));
                    *report.checked.entry((sample.api.clone(), sample.kind.clone())).or_default() += 1;
                    report.in_envelopes += usize::from(in_envelope);
                }
                Outcome::Skipped(why) => report.skipped.entry(why).or_default().push(sample.name.clone()),
                Outcome::Failed(errors) => {
                    report.failed.extend(errors.iter().map(|error| format!("{}: {error}", sample.name)));
                }
            }
        }
        report
    }

    fn count(&self) -> usize {
        self.checked.values().sum()
    }

    fn skipped(&self) -> usize {
        self.skipped.values().map(Vec::len).sum()
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} samples checked, {} of them in envelopes", self.count(), self.in_envelopes)?;
        for ((api, kind), count) in &self.checked {
            writeln!(f, "  {api} {kind}: {count}")?;
        }
        writeln!(f, "{} samples skipped", self.skipped())?;
        for (why, names) in &self.skipped {
            writeln!(f, "  {why}: {}", names.join(", "))?;
        }
        writeln!(f, "{} slips put right", self.repaired.len())?;
        self.repaired.iter().try_for_each(|slip| writeln!(f, "  {slip}"))?;
        writeln!(f, "{} failures", self.failed.len())?;
        self.failed.iter().try_for_each(|failure| writeln!(f, "  {failure}"))
    }
}

#[test]
fn every_sample_comes_back_as_it_was() {
    let samples = collect();
    let report = Report::of(&samples);
    println!("{report}");
    assert!(report.failed.is_empty(), "{report}");
    assert!(report.count() > 0, "no sample was checked: {report}");
    assert_eq!(report.count() + report.skipped(), samples.len());
}

#[test]
fn every_example_of_the_specs_is_checked() {
    let report = Report::of(&examples());
    assert!(report.failed.is_empty() && report.skipped.is_empty(), "{report}");
}
