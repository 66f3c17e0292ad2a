//! What is said about a command line that cannot be understood.

crate::messages::catalogue! {
    unknown_command(what: &str) {
        da "»{what}« er ikke en kommando.",
        en "“{what}” is not a command.",
    }
    command_missing(commands: &str) {
        da "Der mangler en kommando. Skriv en af disse: {commands}.",
        en "A command is missing. Write one of these: {commands}.",
    }
    no_command(help: &str) {
        da "Der mangler en kommando. Se dem alle: {help}",
        en "A command is missing. See them all: {help}",
    }
    program_failed(see: &str) {
        da "Der er en fejl i selve programmet, så det måtte standse. Næste kørsel finder ud af, hvor langt det kom. Se, hvordan det står: {see}",
        en "The program itself has an error and had to stop. The next run finds out how far it came. See how things stand: {see}",
    }
    unknown_option(what: &str) {
        da "Tilvalget {what} findes ikke her.",
        en "There is no option {what} here.",
    }
    perhaps_a_name(what: &str) {
        da "Er det et navn, så sæt -- foran: -- {what}",
        en "If it is a name, put -- before it: -- {what}",
    }
    surplus(what: &str) {
        da "»{what}« hører ikke til her.",
        en "“{what}” does not belong here.",
    }
    did_you_mean(names: &str) { da "Mente du {names}?", en "Did you mean {names}?" }
    or() { da " eller ", en " or " }
    and() { da " og ", en " and " }
    value_missing(option: &str) {
        da "Der mangler en værdi til {option}.",
        en "A value for {option} is missing.",
    }
    not_a_choice(option: &str, value: &str, values: &str) {
        da "{option} kan ikke være »{value}«. Vælg en af disse: {values}.",
        en "{option} cannot be “{value}”. Choose one of these: {values}.",
    }
    wrong_value(option: &str, value: &str, wanted: &str) {
        da "{option} kan ikke være »{value}«. Skriv {wanted}.",
        en "{option} cannot be “{value}”. Write {wanted}.",
    }
    wrong_value_because(option: &str, value: &str, why: &str) {
        da "{option} kan ikke være »{value}«: {why}",
        en "{option} cannot be “{value}”: {why}",
    }
    missing(what: &str) { da "Der mangler {what}.", en "Missing: {what}." }
    not_together(one: &str, other: &str) {
        da "{one} kan ikke bruges sammen med {other}.",
        en "{one} cannot be used together with {other}.",
    }
    twice(option: &str) {
        da "{option} står der mere end én gang. Skriv det kun én gang.",
        en "{option} stands there more than once. Write it only once.",
    }
    not_unicode() {
        da "Et ord på kommandolinjen er ikke gyldig Unicode. Brug nummeret i stedet for navnet, eller giv filen et andet navn.",
        en "A word of the command line is not valid Unicode. Use the number in place of the name, or give the file another name.",
    }
    not_understood(why: &str) {
        da "Kommandolinjen kan ikke forstås: {why}.",
        en "The command line cannot be understood: {why}.",
    }
    no_such_help(what: &str) {
        da "Der er ingen kommando, der hedder {what}. Se dem alle: traekfil --help",
        en "There is no command called {what}. See them all: traekfil --help",
    }
    help_at(command: &str) { da "Hjælp: {command} --help", en "Help: {command} --help" }
    reason_needed() {
        da "skriv mindst ét ord; begrundelsen står i regnskabet.",
        en "write at least one word; the reason stands in the ledger.",
    }
    reason_with_cpr_number() {
        da "teksten ser ud til at indeholde et CPR-nummer. Regnskabet glemmer aldrig, og begrundelsen står også i historik og rapport. Skriv den \
            uden nummeret.",
        en "the text seems to hold a CPR number. The ledger never forgets, and the reason stands in history and report as well. Write it \
            without the number.",
    }
}
