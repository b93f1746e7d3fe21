//! What a maintainer reads when a spec is wrong: each code has a case at least, and its exact text is a snapshot.

mod addresses;
mod differences;
mod operations;
mod places;
mod reading;
mod references;
mod schemas;
mod words;

use std::collections::BTreeSet;
use std::path::Path;

use insta::{Settings, assert_snapshot};
use xtask::diagnostics::{Code, SpecErrors};
use xtask::regen::{RegenError, WRONG, exit_code, regen};
use xtask::settle::Mode;

use crate::support::{Edit, Tree, files};

/// A mistake: the name of its test, the code that it earns, and how the good spec is spoilt.
struct Case {
    name: &'static str,
    code: Code,
    edits: &'static [Edit],
}

/// Writes one test for each case, and a table of them.
macro_rules! cases {
    ($($name:ident: $code:ident, [$($edit:expr),+ $(,)?];)+) => {
        pub(super) const CASES: &[super::Case] = &[$(
            super::Case {
                name: stringify!($name),
                code: xtask::diagnostics::Code::$code,
                edits: &[$($edit),+],
            },
        )+];

        $(
            #[test]
            fn $name() {
                super::hold(CASES.iter().find(|case| case.name == stringify!($name)).unwrap());
            }
        )+
    };
}
use cases;

/// Codes that no spec earns, with the reason.
const EXCEPTIONS: &[(Code, &str)] = &[
    (
        Code::GeneratorRefused,
        "typify or progenitor refuse what the checks let pass: a gap, to be closed by a check",
    ),
    (Code::NotGenerated, "a renderer forgot something that is declared: a gap, to be closed in the renderer"),
];

/// The spoilt spec is refused with the case's code, at a place, with help; nothing is written; the text is the snapshot.
fn hold(case: &Case) {
    let tree = Tree::base().with(case.edits);
    let before = tree.files();
    let Err(errors) = tree.load() else { panic!("this mistake is not found") };
    let text = errors.render();

    let codes: BTreeSet<&str> =
        errors.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    assert!(codes.contains(case.code.as_str()), "`{}` is not among {codes:?}:\n{text}", case.code);
    assert_complete(&errors);
    assert!(!text.contains(&*tree.root().to_string_lossy()), "a path of this machine:\n{text}");

    let refused = regen(tree.root(), Mode::Write);
    assert!(matches!(refused, Err(RegenError::Spec(_))), "regen must refuse: {refused:?}");
    assert_eq!(exit_code(&refused, Mode::Write), WRONG);
    assert_eq!(before, tree.files(), "nothing may be written");

    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(format!("snapshots/diagnostics/{}", case.code));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_description(case.edits.iter().map(Edit::to_string).collect::<Vec<_>>().join("\n\n"));
    settings.set_omit_expression(true);
    settings.bind(|| assert_snapshot!(case.name, text));
}

/// Every diagnostic says what, where and how on; only what is in no file has no place.
fn assert_complete(errors: &SpecErrors) {
    let text = errors.render();
    for diagnostic in &errors.diagnostics {
        assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{diagnostic:?}");
        assert!(text.contains(&format!("error[{}]: ", diagnostic.code)), "{text}");
        match diagnostic.place {
            Some(place) => {
                let source = errors.sources.get(place.file).expect("a place is in a file");
                let shown = format!("--> {}:", source.path);
                assert!(text.lines().any(|line| is_place(line.trim_start(), &shown)), "no {shown}\n{text}");
            }
            None => {
                assert_eq!(diagnostic.code, Code::NoSpec, "only what is in no file has no place:\n{text}");
            }
        }
    }
    let helps = text.lines().filter(|line| line.contains("= help: ")).count();
    assert!(helps >= errors.diagnostics.len(), "a help line each:\n{text}");
}

/// `--> file:line:column`
fn is_place(line: &str, shown: &str) -> bool {
    let Some((at, column)) = line.strip_prefix(shown).and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    [at, column].iter().all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn all_cases() -> impl Iterator<Item = &'static Case> {
    let all = [
        reading::CASES,
        words::CASES,
        addresses::CASES,
        references::CASES,
        operations::CASES,
        schemas::CASES,
        differences::CASES,
    ];
    all.into_iter().flatten()
}

#[test]
fn every_code_has_a_case_or_a_reason_why_it_cannot_have_one() {
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let exceptions = EXCEPTIONS.iter().map(|(code, _)| code.as_str());
    let shown: BTreeSet<&str> = all_cases().map(|case| case.code.as_str()).chain(exceptions).collect();
    assert_eq!(known, shown);
}

#[test]
fn an_exception_has_no_case() {
    for (code, reason) in EXCEPTIONS {
        assert!(all_cases().all(|case| case.code != *code), "{code} has a case, but: {reason}");
    }
}

#[test]
fn no_snapshot_is_left_over() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = files(top, "tests/it/snapshots/diagnostics");
    for case in all_cases() {
        found.remove(&format!("tests/it/snapshots/diagnostics/{}/{}.snap", case.code, case.name));
    }
    found.retain(|path, _| path.ends_with(".snap"));
    assert!(found.is_empty(), "no case has {:?}: remove them", found.keys());
}

#[test]
fn the_spec_that_the_cases_spoil_is_good() {
    assert!(!Tree::base().outputs().is_empty());
}

#[test]
fn parts_that_are_parts_in_very_many_ways_are_looked_at_once() {
    const DOUBLED: Edit = Edit::Bytes("shared/doubled.yaml", "40 objects, each twice in the next", || {
        let part = |level: usize| format!("{{$ref: \"#/components/schemas/Doubled{level}\"}}");
        let first = "{type: object, description: One., properties: {x: {type: string, description: X.}}}";
        let head = format!("components:\n  schemas:\n    Doubled0: {first}\n");
        let levels = (1..40).map(|level| {
            let part = part(level - 1);
            format!("    Doubled{level}: {{description: Twice., allOf: [{part}, {part}]}}\n")
        });
        std::iter::once(head).chain(levels).collect::<String>().into_bytes()
    });
    let Err(errors) = Tree::base().with(&[DOUBLED]).load() else { panic!("these mistakes are not found") };
    let doubled = errors.diagnostics.iter().filter(|found| found.code == Code::DuplicateProperty);
    assert_eq!(doubled.count(), 39, "{}", errors.render());
}

#[test]
fn of_thousands_of_mistakes_the_first_hundred_are_shown() {
    const KEYS: Edit = Edit::Bytes("shared/ids.yaml", "10,000 unknown keys", || {
        (0..10_000).map(|count| format!("key_{count}: 0\n")).collect::<String>().into_bytes()
    });
    let tree = Tree::base().with(&[KEYS]);
    let Err(errors) = tree.load() else { panic!("these mistakes are not found") };
    let text = errors.render();
    assert_eq!(errors.diagnostics.len(), 10_000);
    assert_eq!(text.matches("error[unknown-key]").count(), xtask::diagnostics::MAX_SHOWN);
    assert!(text.ends_with(
        "These are the first 100.\nThere are 10000 mistakes in the specs. Nothing was written.\n"
    ));
}
