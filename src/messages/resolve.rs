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
