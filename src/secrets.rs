//! Where passwords and passphrases come from: the environment, private files, the credentials folder.

use secrecy::SecretString;

/// What opens the server and the key.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The password of `sftp.user`.
    pub password: Option<SecretString>,
    /// The passphrase of the key file `sftp.identity`.
    pub passphrase: Option<SecretString>,
}
