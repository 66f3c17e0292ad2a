//! What is said about the configuration.

crate::messages::catalogue! {}
