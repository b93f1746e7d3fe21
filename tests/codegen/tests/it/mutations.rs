//! Spoils specs at random, always the same way: reading them ends in a model or in diagnostics, never in a panic.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use xtask::regen;

use crate::support::{SPEC, Tree, files, workspace};

/// A small generator of numbers (xorshift): the same seed gives the same numbers on every machine.
struct Random(u64);

impl Random {
    fn new(seed: usize) -> Self {
        Self(0x9E37_79B9_7F4A_7C15 ^ (seed as u64 + 1).wrapping_mul(0xD129_1B5D_0F0F_53C3))
    }

    /// A number below `end`, which must not be zero.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("it is below a usize")
    }
}

/// What stands in for a word: what YAML, JSON and Rust read in some special way.
const WORDS: &[&str] = &[
    "",
    "~",
    "null",
    "true",
    "0",
    "-1",
    "3.5",
    "1e999",
    "99999999999999999999",
    "[]",
    "{}",
    "[[]]",
    "{a: {}}",
    "\"\"",
    "'",
    "\"",
    "self",
    "Self",
    "é",
    "日本",
    "#",
    "- ",
    "&a",
    "*a",
    "!!int 1",
    "<<",
    "|",
    ">-",
    "---",
    "...",
    "%YAML",
    "\t",
    "\u{0}",
    "\u{feff}",
    "\u{2028}",
    "$ref",
    "object",
    "array",
    "string",
    "integer",
    "../shared/ids.yaml#/x/y",
    "#/components/schemas/Event",
    "oneOf: []",
    "allOf: []",
    "enum: [a]",
    "x-any: true",
];

/// A text with one mistake in it.
fn spoil(text: &str, random: &mut Random) -> Vec<u8> {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    let line = lines[at];
    let owned: String;
    match random.below(9) {
        0 => drop(lines.remove(at)),
        1 => lines.swap(at, other),
        2 => lines.insert(at, line),
        3 => {
            owned = format!("{}{line}", " ".repeat(1 + random.below(4)));
            lines[at] = &owned;
        }
        4 => {
            owned = line.strip_prefix("  ").unwrap_or(line).to_owned();
            lines[at] = &owned;
        }
        5 => {
            let bytes = text.as_bytes();
            return bytes[..random.below(bytes.len())].to_vec();
        }
        6 => {
            owned = replace_word(line, WORDS[random.below(WORDS.len())], random);
            lines[at] = &owned;
        }
        7 => {
            let words: Vec<&str> = lines[other].split_whitespace().collect();
            let word = if words.is_empty() { "" } else { words[random.below(words.len())] };
            owned = replace_word(line, word, random);
            lines[at] = &owned;
        }
        _ => {
            let mut bytes = text.as_bytes().to_vec();
            let place = random.below(bytes.len());
            bytes[place] = u8::try_from(random.below(256)).expect("it is below 256");
            return bytes;
        }
    }
    lines.concat().into_bytes()
}

/// Puts a word in the place of one of a line's words.
fn replace_word(line: &str, word: &str, random: &mut Random) -> String {
    let words: Vec<(usize, &str)> =
        line.split(' ').map(|found| (found.as_ptr() as usize - line.as_ptr() as usize, found)).collect();
    let (start, found) = words[random.below(words.len())];
    let end = start + found.trim_end().len();
    format!("{}{word}{}", &line[..start], &line[end..])
}

/// Loads a spoilt spec, and renders it if nothing was found: what the checks let pass, the generators must take.
fn survive(tree: &Tree, file: &str, text: &str, seed: usize, render: bool) -> bool {
    let spoilt = spoil(text, &mut Random::new(seed));
    fs::write(tree.root().join(file), &spoilt).expect(file);
    let outcome = catch_unwind(AssertUnwindSafe(|| match tree.load() {
        Ok(model) => {
            if render {
                let outputs = regen::outputs(&model).unwrap_or_else(|errors| panic!("{}", errors.render()));
                outputs.iter().filter(|output| output.path.ends_with(".rs")).for_each(|output| {
                    syn::parse_file(&output.text)
                        .unwrap_or_else(|error| panic!("{}: {error}\n{}", output.path, output.text));
                });
            }
            true
        }
        Err(errors) => {
            assert!(!errors.diagnostics.is_empty(), "refused without a reason");
            assert!(errors.render().contains("error["), "{}", errors.render());
            false
        }
    }));
    fs::write(tree.root().join(file), text).expect(file);
    outcome.unwrap_or_else(|_| panic!("seed {seed} of {file}:\n{}", String::from_utf8_lossy(&spoilt)))
}

/// Spoils the small spec: every pass is reached, the renderers included.
fn spoil_base(seeds: std::ops::Range<usize>) {
    let tree = Tree::base();
    let specs: Vec<(String, Vec<u8>)> = files(tree.root(), SPEC).into_iter().collect();
    let mut good = 0;
    for seed in seeds.clone() {
        let (file, bytes) = &specs[seed % specs.len()];
        let text = String::from_utf8(bytes.clone()).expect("specs are UTF-8");
        good += usize::from(survive(&tree, file, &text, seed, true));
    }
    assert!(good > 0 && good < seeds.len(), "{good} of {} mutations left a good spec", seeds.len());
}

#[test]
fn a_spoilt_small_spec_is_refused_or_rendered() {
    spoil_base(0..400);
}

#[test]
fn a_spoilt_small_spec_is_refused_or_rendered_again() {
    spoil_base(400..800);
}

#[test]
fn a_spoilt_real_spec_is_refused_or_accepted() {
    let root = workspace();
    let all: Vec<String> = files(&root, SPEC).into_keys().filter(|path| path.ends_with(".yaml")).collect();
    let folders: BTreeSet<&str> = all.iter().filter_map(|path| path.split('/').nth(2)).collect();
    for folder in folders {
        // Only what the file can refer to: that is much less to read than everything.
        let (own, shared) = (format!("{SPEC}/{folder}"), format!("{SPEC}/shared"));
        let parts =
            if folder == "shared" { vec![shared.as_str()] } else { vec![own.as_str(), shared.as_str()] };
        let tree = Tree::copy_of(&root, &parts);
        tree.write("differences.json", "[]\n");
        for (index, file) in all.iter().enumerate().filter(|(_, path)| path.starts_with(&format!("{own}/"))) {
            let text = fs::read_to_string(root.join(file)).expect(file);
            for round in 0..2 {
                survive(&tree, file, &text, index * 2 + round, false);
            }
        }
    }
}
