//! The table of all rows as Markdown and JSON, and a plot as SVG.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::row::{Goal, Row};

/// Writes `performance.md`, `performance.json` and `speed.svg`.
pub(super) fn write(folder: &Path, rows: &[Row]) -> Result<(), String> {
    let machine = machine();
    let lines: Vec<Value> = rows.iter().map(Row::to_json).collect();
    let json = json!({"machine": machine, "date": date(), "rows": lines});
    let files = [
        ("performance.md", markdown(rows, &machine)),
        ("performance.json", format!("{json:#}\n")),
        ("speed.svg", plot(rows)),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

fn markdown(rows: &[Row], machine: &str) -> String {
    let mut text = format!("`cargo xtask bench`, {}, {machine}\n\n", date());
    text += "| what | against | ours | theirs | result | goal | |\n|---|---|---|---|---|---|---|\n";
    for row in rows {
        let met = match row.met() {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "",
        };
        let Row { what, against, ours, theirs, result, unit, .. } = row;
        text += &format!(
            "| {what} | {against} | {ours} | {theirs} | {} {unit} | {} | {met} |\n",
            number(*result),
            row.goal()
        );
    }
    text
}

/// A number with as many digits as say something.
fn number(number: f64) -> String {
    if number.abs() >= 100.0 || number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.2}")
    }
}

/// Bars of everything that is compared by a ratio: the result, and a stroke where the goal is.
fn plot(rows: &[Row]) -> String {
    let bars: Vec<&Row> = rows.iter().filter(|row| row.unit.starts_with('×')).collect();
    let most = bars.iter().map(|row| row.result).fold(1.0, f64::max);
    // One bar that is many times as long as the others must not hide them.
    let scale = 420.0 / most.min(4.0);
    let longest_bar = 440.0;
    let width = |value: f64| (value * scale).clamp(0.0, longest_bar);
    let labels: Vec<String> =
        bars.iter().map(|row| format!("{}, against {}", row.what, row.against)).collect();
    let longest = u16::try_from(labels.iter().map(String::len).max().unwrap_or(0)).unwrap_or(u16::MAX);
    // A letter of this size takes 7 pixels at most on the average.
    let left = 20.0 + 7.0 * f64::from(longest);
    let mut text = String::new();
    let mut y = 20.0;
    for (row, label) in bars.iter().zip(&labels) {
        let color = match row.met() {
            Some(true) => "#2e7d5b",
            Some(false) => "#c0392b",
            None => "#90a4ae",
        };
        let label = label.replace('&', "&amp;").replace('<', "&lt;");
        let (x, base) = (left - 10.0, y + 14.0);
        text += &format!("<text x=\"{x}\" y=\"{base}\" text-anchor=\"end\">{label}</text>\n");
        text += &format!(
            "<rect x=\"{left}\" y=\"{y}\" width=\"{:.1}\" height=\"18\" fill=\"{color}\"/>\n",
            width(row.result)
        );
        let mut end = width(row.result);
        if row.result * scale > longest_bar {
            let x = left + longest_bar - 24.0;
            text += &format!("<path d=\"M{x:.1} {y} l-6 18\" stroke=\"#fff\" stroke-width=\"4\"/>\n");
        } else if let Goal::AtLeast(goal) | Goal::AtMost(goal) = row.goal {
            let x = left + width(goal);
            text += &format!("<path d=\"M{x:.1} {} v24\" stroke=\"#222\" stroke-width=\"2\"/>\n", y - 3.0);
            end = end.max(width(goal));
        }
        let x = left + 6.0 + end;
        text +=
            &format!("<text x=\"{x:.1}\" y=\"{}\">{} {}</text>\n", y + 14.0, number(row.result), row.unit);
        y += 30.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{text}\
         <text x=\"20\" y=\"{}\" fill=\"#555\">The stroke is the goal; what misses it is red, what has none is grey. A bar with a gap is cut short.</text>\n</svg>\n",
        left + 580.0,
        y + 30.0,
        y + 14.0
    )
}

/// The processor's name, and how many of its cores there are.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc =
        rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    format!(
        "{} with {cores} cores, {} {}, {rustc}",
        name.unwrap_or("unknown"),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// Today.
fn date() -> String {
    let output = Command::new("date").arg("+%Y-%m-%d").output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
