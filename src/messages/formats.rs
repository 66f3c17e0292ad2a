//! What is wrong with the description of a layout in the configuration.

crate::messages::catalogue! {
    only_with_format() {
        da "siger kun noget sammen med format. Skriv, hvilket format seriens filer har, eller fjern nøglen.",
        en "says something only together with format. Write which format the series' files have, or take the key out.",
    }
    no_such_format(name: &str, nearest: &str) {
        da "der er intet afsnit [formats.{name}]. Det nærmeste hedder {nearest}.",
        en "there is no section [formats.{name}]. The nearest one is called {nearest}.",
    }
    no_formats(name: &str) {
        da "der er intet afsnit [formats.{name}]. Lav et udkast med: traekfil format guess FIL",
        en "there is no section [formats.{name}]. Make a draft with: traekfil format guess FILE",
    }
    not_an_amount(text: &str) {
        da "\"{text}\" er ikke et beløb. Skriv kroner over nul med punktum, fx \"4500.00\".",
        en "\"{text}\" is not an amount. Write kroner above nothing with a point, e.g. \"4500.00\".",
    }
    not_percent(text: &str) {
        da "\"{text}\" er ikke en andel. Skriv hele procent fra 1% til 1000%, fx \"50%\".",
        en "\"{text}\" is not a share. Write whole percent from 1% to 1000%, e.g. \"50%\".",
    }
    not_a_format(reason: &str) {
        da "afsnittet kan ikke læses ({reason}).",
        en "the section cannot be read ({reason}).",
    }
    wants_place() {
        da "et sted i anførselstegn, fx \"13-22\", et kolonnenummer, eller {{ at = \"…\" }} med flere nøgler",
        en "a place in quotes, e.g. \"13-22\", a column's number, or {{ at = \"…\" }} with more keys",
    }
    not_for_kind(kind: &str) {
        da "siger ikke noget for kind = \"{kind}\". Fjern nøglen, eller ret kind.",
        en "says nothing for kind = \"{kind}\". Take the key out, or correct kind.",
    }
    not_for_field() {
        da "siger ikke noget for dette felt. Fjern nøglen.",
        en "says nothing for this field. Take the key out.",
    }
    only_with(key: &str, value: &str) {
        da "siger kun noget, når {key} = \"{value}\". Fjern den, eller ret {key}.",
        en "says something only where {key} = \"{value}\". Take it out, or correct {key}.",
    }
    not_one_of(choices: &str) {
        da "er ikke en mulighed. Vælg en af disse: {choices}.",
        en "is not a choice. Choose one of these: {choices}.",
    }
    unknown_encoding() {
        da "er ikke en kendt tegnkodning. Skriv fx \"utf-8\", \"windows-1252\", \"cp850\" eller \"cp865\".",
        en "is not a known encoding. Write e.g. \"utf-8\", \"windows-1252\", \"cp850\" or \"cp865\".",
    }
    not_a_character() {
        da "skal være ét almindeligt tegn, fx \";\", og ikke det samme for separator og quote.",
        en "must be one plain character, e.g. \";\", and not the same one for separator and quote.",
    }
    out_of_range(most: usize) {
        da "skal være et helt tal fra 1 til {most}.",
        en "must be a whole number from 1 to {most}.",
    }
    never_fits() {
        da "udtrykket kan ikke passe på nogen linje. Ret det, fx til '^Z300' for linjer, der begynder med Z300.",
        en "the expression can fit no line. Correct it, e.g. to '^Z300' for lines that begin with Z300.",
    }
    fits_every() {
        da "udtrykket passer på alle linjer, så de næste udtryk aldrig bliver prøvet. Gør det snævrere.",
        en "the expression fits every line, so those after it are never tried. Make it narrower.",
    }
    not_a_span() {
        da "skal være pladser på linjen, regnet fra 1 og begge med: \"13-22\", eller \"13\" for én.",
        en "must be positions of the line, from 1 and both counted: \"13-22\", or \"13\" for one.",
    }
    not_a_column() {
        da "skal være en kolonne: dens nummer fra 1, eller dens overskrift.",
        en "must be a column: its number from 1, or its heading.",
    }
    not_a_path() {
        da "skal være elementers navne med / imellem, fx \"person/cpr\"; en attribut sidst, som \"@art\".",
        en "must be names of elements with / between them, e.g. \"person/cpr\"; an attribute last, such as \"@art\".",
    }
    no_headings() {
        da "er en overskrift, men formatet har ingen. Sæt heading = true, eller skriv kolonnens nummer.",
        en "is a heading, but the format has none. Set heading = true, or write the column's number.",
    }
    past_line(last: usize, line_length: usize) {
        da "slutter på plads {last}, men linjen har kun {line_length}. Ret stedet eller line_length.",
        en "ends at position {last}, but the line has only {line_length}. Correct the place or line_length.",
    }
    overlaps(with: &str) {
        da "deler plads med {with}. Ret den ene af dem.",
        en "shares its place with {with}. Correct one of them.",
    }
    not_a_period_form() {
        da "skal sige, hvordan måneden står: YYYY eller YY, MM, eventuelt DD, fx \"YYYYMM\" eller \"DD-MM-YYYY\".",
        en "must say how the month is written: YYYY or YY, MM, perhaps DD, e.g. \"YYYYMM\" or \"DD-MM-YYYY\".",
    }
    form_length(form: usize, field: usize) {
        da "fylder {form} tegn, men feltet har {field}. Ret form eller at.",
        en "takes {form} characters, but the field has {field}. Correct form or at.",
    }
    sign_words() {
        da "et tegn står både som plus, minus eller nul, eller kan ikke skelnes fra cifrene. Giv hvert fortegn sine egne tegn.",
        en "a sign stands for more than one of plus, minus and zero, or cannot be told from digits. Give each its own.",
    }
    needs_lines(key: &str) {
        da "står på linjer, som formatet ikke har noget udtryk for. Skriv {key}.",
        en "stands in lines that the format has no expression for. Write {key}.",
    }
    no_deduction(series: &str) {
        da "mangler, og serien {series} siger ikke selv deduction. Skriv, hvor trækkets art står, eller sæt deduction i [[series]].",
        en "is missing, and the series {series} does not say deduction itself. Write where the kind of deduction stands, or set \
            deduction in [[series]].",
    }
    about_separator() {
        da "csv: tegnet mellem felterne.",
        en "csv: the character between the fields.",
    }
    about_quote() {
        da "csv: tegnet omkring felter; tom, hvis der intet er.",
        en "csv: the character around fields; empty where there is none.",
    }
    about_heading() {
        da "csv: om den første linje giver kolonnerne navn.",
        en "csv: whether the first line names the columns.",
    }
    about_record_element() {
        da "xml: navnet på det element, der er én post.",
        en "xml: the name of the element that is one record.",
    }
    about_deduction() {
        da "Trækkets art.",
        en "The kind of deduction.",
    }
    about_municipality() {
        da "Kommunens nummer.",
        en "The municipality's number.",
    }
    about_debit() {
        da "Summen af det, der trækkes.",
        en "The sum of what is deducted.",
    }
    about_credit() {
        da "Summen af det, der føres tilbage.",
        en "The sum of what is taken back.",
    }
    about_at() {
        da "Stedet: pladser fra 1 (\"13-22\"), for csv kolonnens nummer eller overskrift, for xml en sti (\"person/cpr\").",
        en "The place: positions from 1 (\"13-22\"), for csv a column's number or heading, for xml a path (\"person/cpr\").",
    }
    about_unit() {
        da "Om beløbet står i øre eller i kroner.",
        en "Whether the amount is in øre or in kroner.",
    }
    about_decimal() {
        da "Kroner: tegnet før ørerne.",
        en "Kroner: the character before the øre.",
    }
    about_sign() {
        da "Hvor fortegnet står: et sted, \"leading\", \"trailing\" eller \"overpunch\", eller ordene for hvert fortegn.",
        en "Where the sign is: a place, \"leading\", \"trailing\" or \"overpunch\", or the words of each sign.",
    }
    about_form() {
        da "Hvordan måneden står: YYYYMM, YYMM, MMYYYY, DDMMYYYY, YYYY-MM-DD …",
        en "How the month is written: YYYYMM, YYMM, MMYYYY, DDMMYYYY, YYYY-MM-DD …",
    }
    about_leading_zero() {
        da "\"restore\": ni cifre er et CPR-nummer, der har mistet nullet foran.",
        en "\"restore\": nine digits are a CPR number that has lost its leading zero.",
    }
    about_plus() {
        da "Ordet, eller ordene, for et træk.",
        en "The word, or the words, of a deduction.",
    }
    about_minus() {
        da "Ordet, eller ordene, for det, der føres tilbage.",
        en "The word, or the words, of what is taken back.",
    }
    about_zero() {
        da "Ordet, eller ordene, for intet beløb.",
        en "The word, or the words, of no amount.",
    }
}
