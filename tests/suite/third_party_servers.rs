//! The program against servers that others wrote, besides OpenSSH, since it is not known which one KP uses.

use std::fs;

use crate::support::output::{assert_decided, entry};
use crate::support::servers::Server;
use crate::support::town::Town;
use crate::{MAD, MAD_APRIL, MAD_MAY, VASK, VASK_APRIL};

/// Makes a test of each story on each server.
macro_rules! on_servers_of_others {
    ($($story:ident)*) => {$(
        mod $story {
            use super::{Server, Town};

            #[test]
            fn proftpd() {
                if let Some(server) = Server::proftpd() {
                    super::$story(&Town::on(server));
                }
            }

            #[test]
            fn asyncssh() {
                if let Some(server) = Server::asyncssh() {
                    super::$story(&Town::on(server));
                }
            }

            #[test]
            fn paramiko() {
                if let Some(server) = Server::paramiko() {
                    super::$story(&Town::on(server));
                }
            }

            #[test]
            fn rclone() {
                for cache in ["off", "minimal", "writes", "full"] {
                    if let Some(server) = Server::rclone(cache) {
                        super::$story(&Town::on(server));
                    }
                }
            }
        }
    )*};
}

on_servers_of_others! {
    each_file_once
    many_files_and_a_large_one
    a_name_that_is_taken_is_never_overwritten
    what_lies_there_can_be_adopted
}

fn each_file_once(town: &Town) {
    town.file(MAD, MAD_APRIL);
    town.file(VASK, VASK_APRIL);
    town.run(["check"]).exit(0);
    assert_decided(&town.deliver(0), MAD, "send", "new", "delivered");
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
    town.file(MAD, MAD_MAY);
    assert_decided(&town.deliver(3), MAD, "hold", "slot_taken", "held");
    let april = [(format!("ind/{MAD}"), MAD_APRIL.into()), (format!("ind/{VASK}"), VASK_APRIL.into())];
    assert_eq!(town.server.received(), april);
}

fn many_files_and_a_large_one(town: &Town) {
    town.set("sftp.verify", "read_back");
    let large = "000000-0000;412,50\n".repeat(200_000);
    town.file("stor_202304.txt", &large);
    for n in 0..300 {
        town.file(format!("fil-{n}-x_202304.txt"), format!("fil {n}"));
    }
    assert_eq!(town.deliver(0)["summary"]["delivered"], 301);
    let received = town.server.received();
    assert_eq!(received.len(), 301, "and no temporary file");
    assert!(received.contains(&("ind/stor_202304.txt".into(), large)));
    assert!(received.contains(&("ind/fil-299-x_202304.txt".into(), "fil 299".into())));
}

fn a_name_that_is_taken_is_never_overwritten(town: &Town) {
    fs::write(town.server.files_folder().join("ind").join(MAD), "noget andet").unwrap();
    town.file(MAD, MAD_APRIL);
    assert_decided(&town.deliver(3), MAD, "hold", "remote_name_taken", "held");
    assert_eq!(town.server.received(), [(format!("ind/{MAD}"), "noget andet".into())]);
}

fn what_lies_there_can_be_adopted(town: &Town) {
    fs::write(town.server.files_folder().join("ind").join(MAD), MAD_APRIL).unwrap();
    town.file(MAD, MAD_APRIL);
    let adopted = town.run(["adopt", "--remote", "--reason", "lå der", "--json"]).exit(0).json();
    assert_eq!(entry(&adopted, MAD)["outcome"], "adopted", "{adopted:#}");
    assert_decided(&town.deliver(0), MAD, "duplicate", "already_delivered", "duplicate");
}

#[test]
fn an_expired_password_is_not_told_as_a_wrong_one() {
    let Some(server) = Server::asyncssh_with_expired_password() else { return };
    let town = Town::on(server);
    town.unset("sftp.identity").env("TRAEKFIL_PASSWORD", "gammel");
    town.run(["check", "--language", "da"]).exit(4).stdout_has("er udløbet").stdout_lacks("afviste brugeren");
    town.run(["check", "--language", "en"])
        .exit(4)
        .stdout_has("has expired")
        .stdout_lacks("refused the user");
}
