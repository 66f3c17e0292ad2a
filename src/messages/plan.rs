//! What is said about a plan that was saved, and a run that goes by one.

use std::fmt::Display;
use std::path::Path;

use super::command;

crate::messages::catalogue! {
    saved(path: &str) {
        da "Planen er gemt i {path}. Udfør netop den med:",
        en "The plan is saved in {path}. To do just that:",
    }
    outside() { da "uden for planen", en "outside the plan" }

    /// Where the plan does not fit any more.
    new_since() {
        da "er kommet til, siden planen blev lavet, og er ikke sendt. Lav en ny plan, eller kør uden --plan",
        en "has come since the plan was made, and is not sent. Make a new plan, or run without --plan",
    }
    other_content() {
        da "filens indhold er ændret, siden planen blev lavet; den er ikke sendt. Se på den, og lav en ny plan",
        en "its content has changed since the plan was made; it is not sent. Look at it, and make a new plan",
    }
    other_slot(before: &str, now: &str) {
        da "planen siger {before}, men nu er den {now}; den er ikke sendt. Lav en ny plan",
        en "the plan says {before}, but now it is {now}; it is not sent. Make a new plan",
    }
    was_not_sent(what: &str, why: &str) {
        da "planen siger \"{what}: {why}\", så den er ikke sendt. Lav en ny plan",
        en "the plan says \"{what}: {why}\", so it is not sent. Make a new plan",
    }
    other_name(before: &str, now: &str) {
        da "planen siger {before} hos KP, men nu ville den hedde {now}; den er ikke sendt. Lav en ny plan",
        en "the plan says {before} at KP, but now it would be {now}; it is not sent. Make a new plan",
    }
    copy_of_what_is_not_sent() {
        da "samme indhold som en anden fil, der ikke sendes, fordi planen ikke siger det; den er heller ikke sendt. Lav en ny plan",
        en "the same content as another file, which is not sent since the plan does not say so; nor is this one. Make a new plan",
    }
    not_sent_now(what: &str, why: &str) {
        da "planen sender den, men nu gælder: {what}, {why}",
        en "the plan sends it, but now: {what}, {why}",
    }
    gone() {
        da "planen sender den, men den ligger ikke i mappen længere, og KP har ikke fået den. Find ud af, hvor den er",
        en "the plan sends it, but it is not in the folder any more, and KP has not got it. Find out where it is",
    }
    delivered_since(delivery: i64) {
        da "KP har fået den, siden planen blev lavet (levering {delivery})",
        en "KP has got it since the plan was made (delivery {delivery})",
    }

    /// A plan that cannot be used.
    not_read(path: &Path => path.display(), error: &dyn Display) {
        da "Planen {path} kunne ikke læses ({error}). Intet er ændret.",
        en "The plan {path} could not be read ({error}). Nothing was changed.",
    }
    no_plan(path: &Path => path.display(); save = command("run --dry-run --save")) {
        da "{path} er ikke en plan. Lav en med: {save} FIL. Intet er ændret.",
        en "{path} is no plan. Make one with: {save} FILE. Nothing was changed.",
    }
    newer(path: &Path => path.display()) {
        da "Planen {path} er lavet af en nyere version af traekfil. Brug den version, eller lav en ny plan. Intet er ændret.",
        en "The plan {path} was made by a newer version of traekfil. Use that version, or make a new plan. Nothing was changed.",
    }
    broken(path: &Path => path.display(), error: &dyn Display) {
        da "Planen {path} er beskadiget ({error}). Lav en ny. Intet er ændret.",
        en "The plan {path} is damaged ({error}). Make a new one. Nothing was changed.",
    }
    other_target(path: &Path => path.display()) {
        da "Planen {path} gælder en anden mappe eller en anden server. Intet er ændret.",
        en "The plan {path} is for another folder or another server. Nothing was changed.",
    }
    other_ledger(path: &Path => path.display()) {
        da "Planen {path} er lavet ud fra et andet regnskab. Lav en ny plan. Intet er ændret.",
        en "The plan {path} was made by another ledger. Make a new plan. Nothing was changed.",
    }
}
