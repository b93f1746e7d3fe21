//! A stateful LiveChat v3.5 on loopback, for tests and demos.
//!
#![doc = include_str!("../README.md")]

// How it is built: each module is for one thing, and knows of the others only what its line says.
//
// - `server` listens, reads and writes HTTP, counts rates, injects faults, keeps the log, delivers webhooks. It knows routes and
//   state; it must not know what any action does.
// - `routes` is the table of all operations, made of the types: it reads a request, refuses what the API does not know, performs
//   the action and writes the answer. It must not know HTTP beyond the route's own description.
// - `actions` is one function for each action, from its request to its answer. It knows the state, the views and who calls; it
//   must not know HTTP.
// - `conversation` and `property_changes` are what actions of agents and customers have in common, `router` is what follows from them
//   by itself; `search` is what filters of archives and reports have in common; `pages` cuts lists into pages.
// - `views` shows chats and people as each API does. It only reads.
// - `state` is everything that is remembered: plain data and functions on it. It must not know requests, views or HTTP.
// - `seed` fills the state with demo data. It writes into the state directly, and calls no action.
// - `error`, `ids`, `query` and `strict` are small tools: the documented errors, made-up values, requests out of text pairs, and
//   the search for unknown values in a request. They know nothing of the mock.

mod actions;
mod conversation;
mod error;
mod ids;
mod pages;
mod property_changes;
mod query;
mod router;
mod routes;
mod search;
mod seed;
mod server;
mod state;
mod strict;
mod views;

pub use server::{DeliveredWebhook, Fault, MockServer, MockServerBuilder, ReadyTokens, RecordedRequest};
