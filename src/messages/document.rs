//! What is said about a document that a person names: a plan or a report.

use std::fmt::Display;
use std::path::Path;

crate::messages::catalogue! {
    the_plan() { da "Planen", en "The plan" }
    a_plan() { da "en plan", en "a plan" }
    the_report() { da "Rapporten", en "The report" }
    a_report() { da "en rapport", en "a report" }

    no_place(what: &str, path: &Path => path.display(), error: &dyn Display) {
        da "{what} kan ikke gemmes i {path} ({error}). Intet er ændret.",
        en "{what} cannot be saved in {path} ({error}). Nothing was changed.",
    }
    in_drop_folder(path: &Path => path.display()) {
        da "{path} ligger i mappen med trækfiler, og det, der ligger der, sendes til KP. Vælg et andet sted. Intet er ændret.",
        en "{path} lies in the drop folder, and what lies there is sent to KP. Choose another place. Nothing was changed.",
    }
    among_receipts(path: &Path => path.display()) {
        da "{path} ligger blandt kvitteringerne i arkivet, og dér må intet andet ligge. Vælg et andet sted. Intet er ændret.",
        en "{path} lies among the receipts in the archive, where nothing else may lie. Choose another place. Nothing was changed.",
    }
    ledgers_own(path: &Path => path.display()) {
        da "{path} er navnet på en fil, som regnskabet selv har ved siden af sig. Vælg et andet navn. Intet er ændret.",
        en "{path} is the name of a file that the ledger itself keeps beside it. Choose another name. Nothing was changed.",
    }
    not_over_it(kind: &str, path: &Path => path.display()) {
        da "{path} findes i forvejen og er ikke {kind}, så den bliver ikke overskrevet. Vælg et andet navn. Intet er ændret.",
        en "{path} exists and is not {kind}, so it is not overwritten. Choose another name. Nothing was changed.",
    }
    not_saved(what: &str, path: &Path => path.display(), error: &dyn Display) {
        da "{what} kunne ikke gemmes i {path} ({error}). Sørg for plads og skriveadgang.",
        en "{what} could not be saved in {path} ({error}). See to space and write access.",
    }
}
