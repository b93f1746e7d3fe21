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
    let width = |value: f64| (value * scale).min(440.0);
    let mut text = String::new();
    let mut y = 20.0;
    for row in &bars {
        let color = if row.met() == Some(false) { "#c0392b" } else { "#2e7d5b" };
        let label =
            format!("{}, against {}", row.what, row.against).replace('&', "&amp;").replace('<', "&lt;");
        text += &format!("<text x=\"470\" y=\"{}\" text-anchor=\"end\">{label}</text>\n", y + 14.0);
        text += &format!(
            "<rect x=\"480\" y=\"{y}\" width=\"{:.1}\" height=\"18\" fill=\"{color}\"/>\n",
            width(row.result)
        );
        if let Goal::AtLeast(goal) | Goal::AtMost(goal) = row.goal {
            let x = 480.0 + width(goal);
            text += &format!("<path d=\"M{x:.1} {} v24\" stroke=\"#222\" stroke-width=\"2\"/>\n", y - 3.0);
        }
        let x = 486.0 + width(row.result.max(0.0));
        text +=
            &format!("<text x=\"{x:.1}\" y=\"{}\">{} {}</text>\n", y + 14.0, number(row.result), row.unit);
        y += 30.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1060\" height=\"{}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{text}\
         <text x=\"480\" y=\"{}\" fill=\"#555\">The stroke is the goal; what misses it is red.</text>\n</svg>\n",
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
