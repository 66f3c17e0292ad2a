//! Where passwords and passphrases come from: the environment, private files, the credentials folder.
