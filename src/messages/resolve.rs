//! What is said of the server when a person settles a delivery.

crate::messages::catalogue! {
    /// Both names were looked at.
    seen_both(temporary: &str, there: &str, remote: &str, here: &str) {
        da "KP's server viser nu: under det midlertidige navn {temporary} ligger {there}, under det endelige navn {remote} ligger {here}.",
        en "KP's server shows now: at the temporary name {temporary} lies {there}, at the final name {remote} lies {here}.",
    }
    /// The final name was looked at.
    seen(remote: &str, here: &str) {
        da "KP's server viser nu: under det endelige navn {remote} ligger {here}.",
        en "KP's server shows now: at the final name {remote} lies {here}.",
    }
    nothing_there() { da "intet", en "nothing" }
    our_content() { da "filen med præcis det indhold, vi sendte", en "the file with exactly the content that we sent" }
    our_size() {
        da "en fil af samme størrelse, hvis indhold ikke er læst",
        en "a file of the same size, whose content was not read",
    }
    something_else() { da "noget andet", en "something else" }
    /// No server, no configuration for it, or no answer.
    could_not_look(error: &str) {
        da "Det kunne ikke ses efter på KP's server, hvad der ligger dér ({error}). Derfor gælder dit svar alene.",
        en "It could not be seen on KP's server what lies there ({error}). So your word alone counts.",
    }
    /// Said once more: nothing was looked at.
    could_not_look_again(delivery: i64, error: &str) {
        da "Det kunne ikke ses efter på KP's server, hvad der ligger dér ({error}). Intet er ændret: filen til levering {delivery} venter \
            stadig. Prøv igen, når serveren kan nås.",
        en "It could not be seen on KP's server what lies there ({error}). Nothing was changed: the file of delivery {delivery} still waits. \
            Try again when the server can be reached.",
    }
    /// Said once more: the word is not taken.
    came_since(remote: &str, delivery: i64) {
        da "Levering {delivery} er oplyst som ikke modtaget, men nu ligger {remote} på KP's server: filen er kommet siden. Intet er ændret, \
            og filen i mappen bliver ikke sendt. Tag den ud af mappen, hvis KP har den.",
        en "Delivery {delivery} was called not delivered, but now {remote} lies on KP's server: the file has come since. Nothing was changed, \
            and the file in the folder is not sent. Take it out of the folder if KP has it.",
    }
    /// Said once more: the key is free.
    free_now(delivery: i64, path: &str) {
        da "Intet af levering {delivery} ({path}) kan komme mere. Næste kørsel ser på filen som en ny.",
        en "Nothing of delivery {delivery} ({path}) can come any more. The next run looks at its file as at a new one.",
    }
    /// Said once more: a run sees to the rest.
    still_temporary(delivery: i64) {
        da "Den midlertidige fil fra levering {delivery} ligger der stadig. Næste kørsel fjerner den og ser derefter på filen som en ny.",
        en "The temporary file of delivery {delivery} is still there. The next run removes it and then looks at the file as at a new one.",
    }
    /// Said once more of what was written under its final name at once.
    still_at_final_name(delivery: i64, remote: &str) {
        da "Filen til levering {delivery} venter stadig, for der ligger noget under navnet {remote}. Gentag kommandoen, når det er væk.",
        en "The file of delivery {delivery} still waits, since something lies at the name {remote}. Say it again once that is gone.",
    }
    /// In place of an error of the server.
    no_name_there() { da "leveringen har intet navn på serveren", en "the delivery has no name on the server" }
    /// The word is not taken.
    lies_there(remote: &str, delivery: i64, instead: &str) {
        da "Levering {delivery} kan ikke opgives som ikke modtaget: {remote} ligger på KP's server med præcis det indhold, vi sendte. Intet er \
            ændret. Skriv i stedet: {instead}",
        en "Delivery {delivery} cannot be called not delivered: {remote} lies on KP's server with exactly the content that we sent. Nothing \
            was changed. Say instead: {instead}",
    }
}
