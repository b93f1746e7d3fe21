//! A line of the table: what is measured, against what, and whether it reaches its goal.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// What a result must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// Shown only.
    None,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub what: String,
    pub against: String,
    /// What ours needs, with its unit.
    pub ours: String,
    /// What the other needs, with its unit.
    pub theirs: String,
    /// The number that the goal is about.
    pub result: f64,
    /// What the number counts.
    pub unit: String,
    pub goal: Goal,
}

impl Row {
    /// Whether the goal is reached; `None` where there is none.
    pub(super) fn met(&self) -> Option<bool> {
        match self.goal {
            Goal::AtLeast(goal) => Some(self.result >= goal),
            Goal::AtMost(goal) => Some(self.result <= goal),
            Goal::None => None,
        }
    }

    pub(super) fn goal(&self) -> String {
        match self.goal {
            Goal::AtLeast(goal) => format!("≥ {goal}"),
            Goal::AtMost(goal) => format!("≤ {goal}"),
            Goal::None => String::new(),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let goal = match self.goal {
            Goal::AtLeast(goal) => json!({"at_least": goal}),
            Goal::AtMost(goal) => json!({"at_most": goal}),
            Goal::None => Value::Null,
        };
        let Self { what, against, ours, theirs, result, unit, .. } = self;
        json!({
            "what": what, "against": against, "ours": ours, "theirs": theirs,
            "result": result, "unit": unit, "goal": goal, "met": self.met(),
        })
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        let goal = |key: &str| value.get("goal")?.get(key)?.as_f64();
        Some(Self {
            what: text("what")?,
            against: text("against")?,
            ours: text("ours")?,
            theirs: text("theirs")?,
            result: value.get("result")?.as_f64()?,
            unit: text("unit")?,
            goal: match (goal("at_least"), goal("at_most")) {
                (Some(goal), _) => Goal::AtLeast(goal),
                (_, Some(goal)) => Goal::AtMost(goal),
                _ => Goal::None,
            },
        })
    }
}

pub(super) fn write(path: &Path, rows: &[Row]) -> Result<(), String> {
    let rows: Vec<Value> = rows.iter().map(Row::to_json).collect();
    fs::write(path, format!("{:#}\n", Value::from(rows)))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// The rows of a part; none if it was never measured.
pub(super) fn read(path: &Path) -> Result<Vec<Row>, String> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(Vec::new()) };
    let wrong = || format!("{} holds no rows: delete it", path.display());
    let rows: Vec<Value> = serde_json::from_str(&text).map_err(|_| wrong())?;
    rows.iter().map(Row::from_json).collect::<Option<_>>().ok_or_else(wrong)
}
