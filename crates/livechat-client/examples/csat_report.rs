//! How satisfied customers were in the last thirty days, as a table and as a picture:
//! `cargo run -p livechat-client --example csat_report -- csat.svg`.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use livechat_client::types::reports::{ChatsDistribution, ChatsRatings, ChatsReportFilters};
use plotters::prelude::*;

mod support;

/// The ratings of one day.
struct Day {
    date: String,
    good: i64,
    bad: i64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let path = support::file(1, "csat.svg");

    let now = Timestamp::now();
    let from = (now - SignedDuration::from_hours(29 * 24)).strftime("%Y-%m-%dT00:00:00Z").to_string();
    let filters = ChatsReportFilters::new().from(from).to(now.strftime("%Y-%m-%dT23:59:59Z").to_string());
    let request = ChatsRatings::new().distribution(ChatsDistribution::Day).timezone("UTC").filters(filters);
    let report = account.livechat.reports().chats_ratings(&request).await?.into_inner();

    // A counter that is not there is zero.
    let days: Vec<Day> = report
        .records
        .into_iter()
        .map(|(date, record)| Day { date, good: record.good.unwrap_or(0), bad: record.bad.unwrap_or(0) })
        .collect();
    print_table(&days);
    draw(&days, &path)?;
    println!("\nthe picture is in {}", path.display());
    Ok(())
}

/// The share of good ratings, in percent.
fn score(good: i64, bad: i64) -> Option<i64> {
    Some(good * 100).and_then(|hundredfold| hundredfold.checked_div(good + bad))
}

fn total(days: &[Day]) -> (i64, i64) {
    days.iter().fold((0, 0), |(good, bad), day| (good + day.good, bad + day.bad))
}

fn print_table(days: &[Day]) {
    let line = |date: &str, good: i64, bad: i64| {
        let score = score(good, bad).map_or_else(|| "-".to_owned(), |score| format!("{score} %"));
        println!("{date:<12} {good:>5} {bad:>5} {score:>7}");
    };
    println!("{:<12} {:>5} {:>5} {:>7}", "day", "good", "bad", "CSAT");
    for day in days {
        line(&day.date, day.good, day.bad);
    }
    let (good, bad) = total(days);
    line("all", good, bad);
}

fn draw(days: &[Day], path: &Path) -> support::Result {
    let (good, bad) = total(days);
    let title = match score(good, bad) {
        Some(score) => format!("CSAT {score} %: {good} good and {bad} bad ratings in {} days", days.len()),
        None => "CSAT: no ratings".to_owned(),
    };
    // A quarter is left free at the top, for the legend.
    let highest = days.iter().map(|day| day.good + day.bad).max().unwrap_or(0) * 4 / 3 + 1;

    let area = SVGBackend::new(path, (960, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 22))
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d((0..days.len().saturating_sub(1)).into_segmented(), 0..highest)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(8)
        .x_label_formatter(&|place| match place {
            SegmentValue::CenterOf(day) => days.get(*day).map_or_else(String::new, |day| day.date.clone()),
            _ => String::new(),
        })
        .y_desc("ratings")
        .label_style(("sans-serif", 14))
        .draw()?;

    // The bad ratings stand on the good ones.
    let bars = |from: fn(&Day) -> i64, to: fn(&Day) -> i64, color: RGBColor| {
        days.iter().enumerate().map(move |(place, day)| {
            let corners =
                [(SegmentValue::Exact(place), from(day)), (SegmentValue::Exact(place + 1), to(day))];
            let mut bar = Rectangle::new(corners, color.filled());
            bar.set_margin(0, 0, 3, 3);
            bar
        })
    };
    let (green, red) = (RGBColor(46, 139, 87), RGBColor(205, 72, 62));
    for (label, color, series) in [
        ("good", green, bars(|_| 0, |day| day.good, green)),
        ("bad", red, bars(|day| day.good, |day| day.good + day.bad, red)),
    ] {
        chart
            .draw_series(series)?
            .label(label)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 10, y + 5)], color.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(("sans-serif", 14))
        .background_style(WHITE)
        .border_style(BLACK.mix(0.2))
        .draw()?;
    area.present()?;
    Ok(())
}
