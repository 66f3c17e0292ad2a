//! SSH through `ssh2`.
