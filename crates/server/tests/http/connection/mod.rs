//! What a client may do wrong, or unusually, before anybody knows what it wants.

mod bodies;
mod long_urls;
mod several_requests;
mod smuggling;
mod stop;
mod tls;
mod unreadable;
