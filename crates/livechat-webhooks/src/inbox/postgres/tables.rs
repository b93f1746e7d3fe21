//! The tables of the `PostgreSQL` store.

use tokio_postgres::{Row, types::FromSql};

use super::connection::Connection;
use crate::BoxError;

/// Which tables the database has; another number is a database of another version.
const VERSION: i32 = 1;

/// An entry is due at a time; a dead letter never is. Who has it at work is its owner.
pub(super) const TABLES: &str = "
CREATE TABLE livechat_inbox_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    due timestamptz,
    owner bigint,
    chat_id text,
    failed integer NOT NULL DEFAULT 0,
    received timestamptz NOT NULL DEFAULT statement_timestamp(),
    action text NOT NULL,
    error text,
    body text NOT NULL
);
CREATE INDEX livechat_inbox_entry_due ON livechat_inbox_entry (due, id) WHERE owner IS NULL AND due IS NOT NULL;
CREATE INDEX livechat_inbox_entry_at_work ON livechat_inbox_entry (chat_id, owner) WHERE owner IS NOT NULL;
CREATE INDEX livechat_inbox_entry_dead ON livechat_inbox_entry (id) WHERE due IS NULL;
CREATE TABLE livechat_inbox_seen (fingerprint bytea PRIMARY KEY, at timestamptz NOT NULL);
CREATE INDEX livechat_inbox_seen_at ON livechat_inbox_seen (at);
CREATE TABLE livechat_inbox_owner (
    id bigint PRIMARY KEY,
    alive_until timestamptz NOT NULL
);
CREATE TABLE livechat_inbox_version (version integer NOT NULL);
INSERT INTO livechat_inbox_version VALUES (1);
";

const SCHEMA: &str =
    "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'livechat_inbox_entry'::regclass";

const ENCODING: &str = "SELECT current_setting('server_encoding')";

/// Makes the tables if they are missing, and returns in which schema they are. Processes that start together wait for each other.
pub(super) async fn make(connection: &mut Connection) -> Result<String, BoxError> {
    let encoding = first::<String>(&connection.query(ENCODING, &[]).await?)?.unwrap_or_default();
    if !["UTF8", "SQL_ASCII"].contains(&&*encoding) {
        return Err(format!(
            "its encoding is {encoding}, which does not have all that customers write: take one with UTF8"
        )
        .into());
    }
    connection.begin("BEGIN; SELECT pg_advisory_xact_lock(5207218116740116331);").await?;
    let there = connection.query("SELECT to_regclass('livechat_inbox_version') IS NOT NULL", &[]).await?;
    if !first::<bool>(&there)?.unwrap_or(false) {
        connection.run(TABLES).await?;
    }
    let version = first(&connection.query("SELECT max(version) FROM livechat_inbox_version", &[]).await?)?;
    let schema = first(&connection.query(SCHEMA, &[]).await?)?.ok_or("a table has a schema")?;
    connection.commit().await?;
    match version {
        Some(VERSION) => Ok(schema),
        Some(other) => Err(format!(
            "its tables are of version {other}, not {VERSION}: they were made by a later version of this program"
        )
        .into()),
        None => Err("the table livechat_inbox_version is empty: it says which tables there are".into()),
    }
}

/// The value of the first row's first column.
pub(super) fn first<'a, T: FromSql<'a>>(rows: &'a [Row]) -> Result<Option<T>, BoxError> {
    Ok(rows.first().map(|row| row.try_get::<_, Option<T>>(0)).transpose()?.flatten())
}
