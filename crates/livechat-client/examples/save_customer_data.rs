//! What is known of customers, as a table: `cargo run -p livechat-client --example save_customer_data -- customers.csv`.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
};

use livechat_client::types::{
    agent::{CustomerSortKey, CustomersFilters, ListCustomers, SortOrder},
    shared::Customer,
};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let path = support::file(1, "customers.csv");

    // The oldest first, those who never chatted too.
    let request = ListCustomers::new()
        .filters(CustomersFilters::new().include_customers_without_chats(true))
        .sort_by(CustomerSortKey::CreatedAt)
        .sort_order(SortOrder::Asc)
        .limit(100);

    // The table appears when it is whole.
    let beside = path.with_extension("part");
    let mut file = BufWriter::new(File::create(&beside)?);
    writeln!(file, "id,name,email,country,city,chats,created_at,session_fields")?;
    let mut saved = 0;
    let mut customers = account.livechat.agent().list_customers_stream(&request);
    while let Some(customer) = customers.try_next().await? {
        writeln!(file, "{}", row(&customer).map(|cell| quoted(&cell)).join(","))?;
        saved += 1;
    }
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&beside, &path)?;
    println!("{saved} customers are in {}", path.display());
    Ok(())
}

fn row(customer: &Customer) -> [String; 8] {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let place = customer.last_visit.as_ref().and_then(|visit| visit.geolocation.as_ref());
    let chats = customer.statistics.as_ref().and_then(|statistics| statistics.chats_count);
    let fields = customer.session_fields.iter().flatten().flatten();
    [
        customer.id.to_string(),
        text(customer.name.as_ref()),
        text(customer.email.as_ref()),
        text(place.and_then(|place| place.country.as_ref())),
        text(place.and_then(|place| place.city.as_ref())),
        chats.map(|chats| chats.to_string()).unwrap_or_default(),
        customer.created_at.map(|time| time.to_string()).unwrap_or_default(),
        fields.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("; "),
    ]
}

/// A cell as RFC 4180 has it. Customers choose their names: one that a spreadsheet would take for a formula is made a text.
fn quoted(cell: &str) -> String {
    let formula = if cell.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{formula}{}\"", cell.replace('"', "\"\""))
}
