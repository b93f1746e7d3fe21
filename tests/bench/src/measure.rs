//! Measures contestants in turns, so that whatever else the machine does falls on all of them alike.
//!
//! A harness that times one contestant after the other compares minutes with minutes; on a shared machine the ratio is then
//! that of the neighbours. Here a round gives every contestant a few milliseconds of processor time, and waiting does not
//! count. Neighbours still cost caches, which only ever adds time, so a contestant's time is what a quarter of its turns did
//! not exceed.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

/// How much processor time each contestant has in a round, at least.
const TURN: Duration = Duration::from_millis(12);

/// One who does the work.
pub struct Contestant<'a> {
    name: &'a str,
    work: Box<dyn FnMut() + 'a>,
}

impl<'a> Contestant<'a> {
    /// Does the work once a call. What the work makes is dropped within the measured time.
    pub fn new<T>(name: &'a str, mut work: impl FnMut() -> T + 'a) -> Self {
        Self { name, work: Box::new(move || drop(black_box(work()))) }
    }
}

impl std::fmt::Debug for Contestant<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

/// What a contestant needed.
#[derive(Debug, Clone)]
pub struct Score {
    /// The contestant's name.
    pub name: String,
    /// The time of one piece of work in nanoseconds: a quarter of the turns took no longer.
    pub nanoseconds: f64,
    /// How much longer this one takes than the first contestant.
    pub ratio: f64,
}

/// Lets contestants work in turns for `rounds` rounds. The first is the one that the others are compared with.
pub fn contest(rounds: usize, contestants: &mut [Contestant<'_>]) -> Vec<Score> {
    let repeats: Vec<u32> = contestants.iter_mut().map(repeats).collect();
    let count = contestants.len();
    let mut times = vec![Vec::with_capacity(rounds); count];
    for round in 0..rounds {
        for turn in 0..count {
            let index = (round + turn) % count;
            if let (Some(contestant), Some(repeats), Some(times)) =
                (contestants.get_mut(index), repeats.get(index), times.get_mut(index))
            {
                times.push(turn_of(contestant, *repeats));
            }
        }
    }
    let quarters: Vec<f64> = times.into_iter().map(|times| percentile(times, 0.25)).collect();
    let first = quarters.first().copied().unwrap_or_default();
    let scored = contestants.iter().zip(quarters);
    scored
        .map(|(contestant, nanoseconds)| Score {
            name: contestant.name.to_owned(),
            nanoseconds,
            ratio: nanoseconds / first,
        })
        .collect()
}

/// How often the work is done in one turn.
fn repeats(contestant: &mut Contestant<'_>) -> u32 {
    let mut repeats = 1;
    loop {
        let start = processor_time();
        (0..repeats).for_each(|_| (contestant.work)());
        if processor_time().saturating_sub(start) >= TURN {
            return repeats;
        }
        repeats *= 2;
    }
}

fn turn_of(contestant: &mut Contestant<'_>, repeats: u32) -> f64 {
    let start = processor_time();
    (0..repeats).for_each(|_| (contestant.work)());
    nanoseconds(processor_time().saturating_sub(start)) / f64::from(repeats)
}

/// How long this thread has had a processor.
#[must_use]
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // Neither part is negative.
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// A time as a number.
#[must_use]
pub fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// The value that `share` of all are not above; 0 of none.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the counts are small and positive"
)]
pub fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() as f64 * share) as usize;
    values.get(index.min(values.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// What a result must be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// No less than this.
    AtLeast(f64),
    /// No more than this.
    AtMost(f64),
    /// Shown only.
    None,
}

/// A line of the table.
#[derive(Debug)]
pub struct Row {
    /// What is measured.
    pub what: String,
    /// What it is compared with.
    pub against: String,
    /// What ours needs, with its unit.
    pub ours: String,
    /// What the other needs, with its unit.
    pub theirs: String,
    /// The number that the goal is about.
    pub result: f64,
    /// What the number counts: `×`, `MB`, and so on.
    pub unit: &'static str,
    /// The goal.
    pub goal: Goal,
}

impl Row {
    fn to_json(&self) -> Value {
        let goal = match self.goal {
            Goal::AtLeast(goal) => json!({"at_least": goal}),
            Goal::AtMost(goal) => json!({"at_most": goal}),
            Goal::None => Value::Null,
        };
        let Self { what, against, ours, theirs, result, unit, .. } = self;
        json!({"what": what, "against": against, "ours": ours, "theirs": theirs, "result": result, "unit": unit, "goal": goal})
    }
}

/// Rows of a contest: how fast the first contestant is, as a multiple of each other's speed.
#[must_use]
pub fn speeds(what: &str, scores: &[Score], goals: &[Goal]) -> Vec<Row> {
    let Some((first, others)) = scores.split_first() else { return Vec::new() };
    let row = |(score, goal): (&Score, &Goal)| Row {
        what: what.to_owned(),
        against: score.name.clone(),
        ours: time(first.nanoseconds),
        theirs: time(score.nanoseconds),
        result: score.ratio,
        unit: "× as fast",
        goal: *goal,
    };
    others.iter().zip(goals).map(row).collect()
}

/// A time with a unit that fits.
#[must_use]
pub fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.0} ns"),
        ..1e6 => format!("{:.2} µs", nanoseconds / 1e3),
        ..1e9 => format!("{:.2} ms", nanoseconds / 1e6),
        _ => format!("{:.2} s", nanoseconds / 1e9),
    }
}

/// Prints the rows, and writes them to the file that `BENCH_ROWS` names.
///
/// # Panics
/// If the file cannot be written: rows that are lost are worse than a stop.
pub fn report(rows: &[Row]) {
    let mut text = String::new();
    for row in rows {
        let Row { what, against, ours, theirs, result, unit, .. } = row;
        let _ = writeln!(text, "{what}, against {against}: {ours}, {theirs}: {result:.3} {unit}");
    }
    print!("{text}");
    if let Some(path) = std::env::var_os("BENCH_ROWS").map(PathBuf::from) {
        let rows: Vec<Value> = rows.iter().map(Row::to_json).collect();
        let written = std::fs::write(&path, format!("{:#}\n", Value::from(rows)));
        assert!(written.is_ok(), "{} cannot be written", path.display());
    }
}
