//! What `--help`, the completions and the man page say about each command, option and value.
//!
//! A text is found by its place on the command line: `run` is a command, `run --dry-run` an option of it,
//! `approve <files>` a positional argument, `history --state=in_doubt` a value, `run examples` its examples,
//! a line each, with what the line does behind `#`. An option that stands under no command's name is the same
//! everywhere.

use super::Language;

macro_rules! texts {
    ($($key:literal { da $da:literal, en $en:literal $(,)? })*) => {
        /// The text for a place on the command line; none where nobody wrote one.
        #[must_use]
        pub(crate) fn text(language: Language, key: &str) -> Option<&'static str> {
            match (language, key) {
                $((Language::Da, $key) => Some($da), (Language::En, $key) => Some($en),)*
                _ => None,
            }
        }
    };
}

texts! {
    // the form of the help
    // the Danish names of commands, and how they are typed without Danish letters
    "names run" { da "kør koer", en "kør koer" }
    "names status" { da "overblik", en "overblik" }
    "names approve" { da "godkend", en "godkend" }
    "names reject" { da "afvis", en "afvis" }
    "names resolve" { da "afgør afgoer", en "afgør afgoer" }
    "names cases" { da "sager", en "sager" }
    "names compare" { da "sammenlign", en "sammenlign" }
    "names withdraw" { da "fortryd", en "fortryd" }
    "names adopt" { da "indskriv", en "indskriv" }
    "names check" { da "tjek", en "tjek" }
    "names report" { da "rapport", en "rapport" }
    "also named" { da "også", en "also" }

    "heading usage" { da "Brug", en "Usage" }
    "heading commands" { da "Kommandoer", en "Commands" }
    "heading arguments" { da "Argumenter", en "Arguments" }
    "heading options" { da "Tilvalg", en "Options" }
    "heading everywhere" { da "Fælles tilvalg", en "Common options" }
    "heading examples" { da "Eksempler", en "Examples" }
    "heading exit" { da "Afslutningskoder", en "Exit codes" }
    "heading name" { da "Navn", en "Name" }
    "heading description" { da "Beskrivelse", en "Description" }
    "heading files" { da "Filer", en "Files" }
    "heading environment" { da "Miljøvariabler", en "Environment" }
    "[options]" { da "[TILVALG]", en "[OPTIONS]" }
    "<command>" { da "<KOMMANDO>", en "<COMMAND>" }
    "default" { da "standard", en "default" }
    "values" { da "Muligheder", en "Possible values" }

    // what stands in the place of a value
    "value COMMAND" { da "KOMMANDO", en "COMMAND" }
    "value DELIVERY" { da "LEVERING", en "DELIVERY" }
    "value DIR" { da "MAPPE", en "DIR" }
    "value FILE" { da "FIL", en "FILE" }
    "value FOLDER" { da "MAPPE", en "FOLDER" }
    "value FORMAT" { da "FORM", en "FORMAT" }
    "value HH:MM" { da "TT:MM", en "HH:MM" }
    "value ID" { da "NR", en "ID" }
    "value ID|FILE" { da "NR|FIL", en "ID|FILE" }
    "value LANGUAGE" { da "SPROG", en "LANGUAGE" }
    "value N" { da "ANTAL", en "N" }
    "value NAME" { da "NAVN", en "NAME" }
    "value NAME=PATTERN[:DAY]" { da "NAVN=MØNSTER[:DAG]", en "NAME=PATTERN[:DAY]" }
    "value PATH" { da "STI", en "PATH" }
    "value PORT" { da "PORT", en "PORT" }
    "value SERIES" { da "SERIE", en "SERIES" }
    "value SHA256:..." { da "SHA256:...", en "SHA256:..." }
    "value SHELL" { da "FORTOLKER", en "SHELL" }
    "value STATE" { da "TILSTAND", en "STATE" }
    "value SEQ:HASH" { da "NR:HASH", en "SEQ:HASH" }
    "value TEXT" { da "TEKST", en "TEXT" }
    "value SCHEDULER" { da "PROGRAM", en "SCHEDULER" }
    "value TIME" { da "TID", en "TIME" }
    "value WHEN" { da "HVORNÅR", en "WHEN" }
    "value YYYY-MM" { da "ÅÅÅÅ-MM", en "YYYY-MM" }

    // what to write there, after “Write …”
    "resolve <delivery> wants" { da "leveringens nummer, som traekfil history viser", en "the delivery's number, which traekfil history shows" }
    "compare --with wants" { da "leveringens nummer, som traekfil history viser", en "the delivery's number, which traekfil history shows" }
    "history --limit wants" { da "et helt tal fra 1 og op", en "a whole number from 1 up" }
    "init --port wants" { da "et helt tal fra 1 til 65535", en "a whole number from 1 to 65535" }
    "schedule --at wants" { da "et klokkeslæt som 06:00", en "a time such as 06:00" }
    "schedule --every wants" {
        da "5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h eller 12h, eller brug --at",
        en "5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h or 12h, or use --at",
    }
    "ledger verify --head wants" {
        da "et mærke, som det står i en besked, en rapport eller traekfil status -v: nummer, kolon og mindst 16 tegn af hashen",
        en "a mark as it stands in a notice, a report or traekfil status -v: number, colon, and at least 16 digits of the hash",
    }
    "history --period wants" { da "en måned som 2023-04", en "a month such as 2023-04" }

    "traekfil" {
        da "Leverer trækfiler til KP over SFTP: hver fil præcis én gang, eller nogen får besked.",
        en "Delivers trækfiler to KP over SFTP: each file exactly once, or a person is told.",
    }
    "examples" {
        da "traekfil init  # første gang: lav konfiguration, mapper og regnskab\n\
            traekfil check  # prøv alt, hvad en levering kræver\n\
            traekfil run --dry-run  # se, hvad der ville ske, og rør intet\n\
            traekfil run  # lever de nye filer\n\
            traekfil status  # se, hvad der er leveret, og hvad der mangler",
        en "traekfil init  # the first time: make config, folders and ledger\n\
            traekfil check  # try everything that a delivery needs\n\
            traekfil run --dry-run  # see what would happen, and touch nothing\n\
            traekfil run  # deliver the new files\n\
            traekfil status  # see what was delivered, and what is missing",
    }
    "exit 0" { da "alt er gjort; intet kræver handling", en "all done; nothing needs a person" }
    "exit 1" { da "en fejl i programmet eller på maskinen", en "an error of the program or the machine" }
    "exit 2" {
        da "forkerte argumenter eller forkert konfiguration; intet er rørt",
        en "wrong arguments or configuration; nothing was touched",
    }
    "exit 3" {
        da "noget venter på dig: tilbageholdt, uafklaret eller overskredet",
        en "something waits for a person: held, in doubt, or overdue",
    }
    "exit 4" {
        da "noget kunne ikke leveres nu; den næste kørsel prøver igen",
        en "something could not be delivered now; the next run tries again",
    }
    "exit 5" { da "en anden kørsel er i gang; intet er rørt", en "another run is under way; nothing was touched" }
    "exit 6" {
        da "der er intet regnskab, eller det er beskadiget, ældre end kvitteringerne, nedlagt eller nyere end programmet; intet er sendt",
        en "there is no ledger, or it is damaged, older than its receipts, retired, or newer than the program; nothing was sent",
    }

    // everywhere
    "--config" {
        da "Konfigurationen; uden den $TRAEKFIL_CONFIG, så ./config.toml, så systemets eget sted",
        en "The configuration; without it $TRAEKFIL_CONFIG, then ./config.toml, then the system's own place",
    }
    "--json" {
        da "Skriv ét JSON-objekt på standard output, og meddelelser på standard error",
        en "Print one JSON object on standard output, and messages on standard error",
    }
    "--quiet" { da "Vis kun det, der kræver handling", en "Say only what needs a person" }
    "--verbose" { da "Vis mere", en "Say more" }
    "--color" { da "Hvornår der bruges farver", en "When to use colour" }
    "--color=auto" { da "på en skærm, medmindre NO_COLOR er sat", en "on a terminal, unless NO_COLOR is set" }
    "--color=always" { da "altid", en "always" }
    "--color=never" { da "aldrig", en "never" }
    "--language" {
        da "Sproget; uden det konfigurationens, så systemets",
        en "The language; without it the configuration's, then the system's",
    }
    "--language=da" { da "dansk", en "Danish" }
    "--language=en" { da "engelsk", en "English" }
    "--help" { da "Vis denne hjælp", en "Show this help" }
    "--version" { da "Vis versionen", en "Show the version" }
    "--reason" { da "Hvorfor; det står i regnskabet sammen med dit navn", en "Why; it stands in the ledger with your name" }

    "run" { da "Lever de nye filer i mappen", en "Deliver the new files of the drop folder" }
    "run --dry-run" {
        da "Vis kun planen; skriv intet noget sted, og forbind ikke til serveren",
        en "Only show the plan; write nothing anywhere, and connect to nothing",
    }
    "run --save" {
        da "Gem planen i FIL, så den kan læses og udføres senere med --plan",
        en "Keep the plan in FILE, to be read, and done later with --plan",
    }
    "run --plan" {
        da "Send ikke mere, end planen siger; det, der er ændret siden, bliver nævnt og ikke sendt",
        en "Send no more than this plan says; what has changed since is named and not sent",
    }
    "run examples" {
        da "traekfil run --dry-run  # vis, hvad der ville ske, og rør intet\n\
            traekfil run --quiet  # til cron: vis kun det, der kræver handling\n\
            traekfil run --dry-run --save plan.json  # gem det, der er set på\n\
            traekfil run --plan plan.json  # og gør netop det",
        en "traekfil run --dry-run  # show what would happen, and touch nothing\n\
            traekfil run --quiet  # for cron: speak only when a person is needed\n\
            traekfil run --dry-run --save plan.json  # keep what was looked at\n\
            traekfil run --plan plan.json  # and do just that",
    }

    "status" {
        da "Vis pr. serie og periode, hvad der er leveret, og hvad der venter eller mangler",
        en "Show per series and period what was delivered, and what waits or is missing",
    }
    "status examples" {
        da "traekfil status\ntraekfil status --quiet  # vis intet, når intet kræver handling",
        en "traekfil status\ntraekfil status --quiet  # nothing where nothing needs a person",
    }

    "history" { da "Søg i regnskabet over leveringer", en "Search the ledger of deliveries" }
    "history --series" { da "Kun denne serie", en "Only this series" }
    "history --period" { da "Kun denne periode", en "Only this period" }
    "history --state" { da "Kun leveringer i denne tilstand", en "Only deliveries in this state" }
    "history --state=uploading" { da "under overførsel", en "being transferred" }
    "history --state=publishing" { da "under navngivning", en "being given its final name" }
    "history --state=delivered" { da "leveret, også det, der er arkiveret", en "delivered, put away or not" }
    "history --state=archived" { da "kun det, der er leveret og arkiveret", en "only what is delivered and put away" }
    "history --state=abandoned" { da "opgivet, før KP kunne få den", en "given up before KP could get it" }
    "history --state=in_doubt" { da "uafklaret: KP kan have fået den", en "in doubt: KP may have got it" }
    "history --state=not_delivered" { da "ikke modtaget; det har nogen oplyst", en "not received, says a person" }
    "history --state=adopted" { da "leveret, før regnskabet begyndte", en "delivered before the ledger began" }
    "history --state=held" { da "tilbageholdt: filer, der venter på dig", en "held: files that wait for a person" }
    "history --state=approved" { da "godkendelser", en "approvals" }
    "history --state=rejected" { da "afvisninger", en "rejections" }
    "history --format" { da "Formen; uden den tekst til en skærm", en "The form; without it text for a screen" }
    "history --format=csv" {
        da "en linje pr. levering, til et regneark: med semikolon, som dansk Excel læser det",
        en "a line a delivery, for a spreadsheet; in Danish with semicolons, as Danish Excel reads it",
    }
    "history --format=json" { da "ét objekt med en liste, som --json", en "one object with a list, as --json" }
    "history --limit" { da "Højst så mange, de nyeste først", en "At most so many, the newest first" }
    "history examples" {
        da "traekfil history --period 2023-04\ntraekfil history --state uafklaret --json\ntraekfil history --format csv > leveringer.csv",
        en "traekfil history --period 2023-04\ntraekfil history --state in_doubt --json\ntraekfil history --format csv > deliveries.csv",
    }

    "approve" { da "Lad en tilbageholdt fil gå med næste kørsel", en "Let a held file go with the next run" }
    "approve <files>" { da "Sagens nummer, eller filen", en "The number of the hold, or the file" }
    "approve examples" {
        da "traekfil approve 3 --reason \"leverandøren bekræfter, at filen kommer oveni\"",
        en "traekfil approve 3 --reason \"the supplier confirms that it comes on top\"",
    }
    "reject" { da "Tag en tilbageholdt fil ud af mappen, usendt", en "Take a held file out of the drop folder, unsent" }
    "reject <files>" { da "Sagens nummer, eller filen", en "The number of the hold, or the file" }
    "reject examples" {
        da "traekfil reject 3 --reason \"sendt ved en fejl, siger leverandøren\"",
        en "traekfil reject 3 --reason \"sent by mistake, says the supplier\"",
    }

    "compare" {
        da "Læg en tilbageholdt fil ved siden af det, KP har: poster, der er de samme, nye, væk eller ændret",
        en "Lay a held file beside what KP has: records that are the same, new, gone or changed",
    }
    "compare <file>" { da "Sagens nummer eller filen", en "The number of the hold, or the file" }
    "compare --with" {
        da "Leveringen, der sammenlignes med; uden den, som sagen handler om",
        en "The delivery to compare it with; without it, the one that the hold is about",
    }
    "compare examples" {
        da "traekfil compare 3  # sag 3\ntraekfil compare mad_202304_ny.txt --with 12 -v  # også linjenumre",
        en "traekfil compare 3  # hold 3\ntraekfil compare mad_202304_ny.txt --with 12 -v  # line numbers too",
    }

    "format" {
        da "Lav et udkast til en fils format, eller vis, hvad der læses af den",
        en "Draft the format of a file, or show what is read of it",
    }
    "format examples" {
        da "traekfil format guess mad_202304.txt  # et udkast til konfigurationen\n\
            traekfil format test mad_202304.txt  # hvad der læses efter det",
        en "traekfil format guess mad_202304.txt  # a draft for the configuration\n\
            traekfil format test mad_202304.txt  # what is read by it",
    }
    "format guess" {
        da "Skriv et udkast til [formats] ud fra filer, og hvor sikker hver del er",
        en "Print a draft of [formats] made from files, and how sure each part is",
    }
    "format guess <files>" { da "Filer af samme slags", en "Files of one layout" }
    "format guess examples" {
        da "traekfil format guess mad_202303.txt mad_202304.txt >> config.toml",
        en "traekfil format guess food_202303.txt food_202304.txt >> config.toml",
    }
    "format test" {
        da "Vis felter, linjer, antal, sum og fejl; aldrig hvem borgerne er",
        en "Show fields, lines, count, sum and faults; never who the citizens are",
    }
    "format test <file>" { da "Filen", en "The file" }
    "format test --format" {
        da "Formatets navn; uden det, som filens serie har",
        en "The format's name; without it, that of the file's series",
    }
    "format test --show-birthdays" {
        da "Vis borgeres fødselsdage (ddmmåå-••••), aldrig mere",
        en "Show citizens' birthdays (ddmmyy-••••), never more",
    }
    "format test examples" {
        da "traekfil format test mad_202304.txt\ntraekfil format test prøve.txt --format madservice",
        en "traekfil format test food_202304.txt\ntraekfil format test sample.txt --format madservice",
    }

    "withdraw" {
        da "Træk en godkendelse tilbage, som ikke er brugt endnu",
        en "Take back an approval that has not been used yet",
    }
    "withdraw <file>" { da "Sagens nummer, eller filen", en "The number of the hold, or the file" }
    "withdraw examples" {
        da "traekfil withdraw 3 --reason \"leverandøren sender en ny fil i stedet\"",
        en "traekfil withdraw 3 --reason \"the supplier sends another file instead\"",
    }
    "cases" {
        da "Gå det igennem, der kræver handling, ét spørgsmål ad gangen",
        en "Go through what needs a person, one question at a time",
    }
    "cases examples" {
        da "traekfil cases  # på en skærm: spørger om hver sag\n\
            traekfil cases --json  # til programmer: spørger ikke",
        en "traekfil cases  # on a screen: asks about each\n\
            traekfil cases --json  # for programs: asks nothing",
    }

    "resolve" {
        da "Afgør en uafklaret levering, eller træk en tilbage, som KP aldrig fik",
        en "Settle a delivery that is in doubt, or take one back that KP never got",
    }
    "resolve <delivery>" { da "Leveringens nummer", en "The number of the delivery" }
    "resolve --delivered" { da "KP har filen", en "KP has the file" }
    "resolve --not-delivered" {
        da "KP fik aldrig filen; den må sendes igen",
        en "KP never got the file; it may be sent again",
    }
    "resolve examples" {
        da "traekfil resolve 12  # vis en færdig mail til KP, og ændr intet\n\
            traekfil resolve 12 --delivered --reason \"KP kan se filen\"",
        en "traekfil resolve 12  # show a finished mail to KP, and change nothing\n\
            traekfil resolve 12 --delivered --reason \"KP sees the file\"",
    }

    "adopt" {
        da "Indskriv filer i regnskabet som allerede leveret, uden at sende dem",
        en "Record files as delivered already, without sending them",
    }
    "adopt <paths>" {
        da "Filerne, eller mapper med dem; de bliver liggende",
        en "The files, or folders of them; they stay where they are",
    }
    "adopt --remote" {
        da "Hold mappen og hver STI op mod det, der ligger i KP's mappe nu; der bliver kun læst, også med --dry-run",
        en "Hold the drop folder and each PATH against what lies in KP's folder now; it only reads there, even with --dry-run",
    }
    "adopt --dry-run" {
        da "Vis kun, hvad der ville blive indskrevet; skriv intet noget sted",
        en "Only show what would be recorded; write nothing anywhere",
    }
    "adopt examples" {
        da "traekfil adopt /srv/traek/arkiv-2022 --dry-run\n\
            traekfil adopt mappe-x --reason \"leveret af den tidligere leverandør\"\n\
            traekfil adopt \"mappe-x/vask_*\" --dry-run\n\
            traekfil adopt --remote --reason \"de ligger hos KP i forvejen\"",
        en "traekfil adopt /srv/traek/archive-2022 --dry-run\n\
            traekfil adopt folder-x --reason \"delivered by the earlier operator\"\n\
            traekfil adopt \"folder-x/vask_*\" --dry-run\n\
            traekfil adopt --remote --reason \"they lie with KP already\"",
    }

    "check" {
        da "Prøv alt, hvad en levering kræver, en linje for hver ting",
        en "Try everything that a delivery needs, a line each",
    }
    "check --send-test-mail" {
        da "Send en prøvebesked på hver måde, som [notify] nævner",
        en "Send a test message in every way that [notify] names",
    }
    "check --offline" {
        da "Se kun på konfigurationen og det, den nævner på denne maskine: ingen forbindelse, intet skrives",
        en "Look only at the configuration and what it names on this machine: no connection, nothing written",
    }
    "check examples" {
        da "traekfil check\ntraekfil check --config /etc/traekfil/config.toml --json",
        en "traekfil check\ntraekfil check --config /etc/traekfil/config.toml --json",
    }

    "init" {
        da "Lav konfiguration, mapper og regnskab, trin for trin",
        en "Make configuration, folders and ledger, step by step",
    }
    "init --yes" {
        da "Spørg ikke om noget: tag alle standarder; --host og --user har ingen",
        en "Ask nothing: take every default; --host and --user have none",
    }
    "init --name" {
        da "Kommunens navn, som det står i mails, rapporter og JSON; - er intet",
        en "The town's name, as it stands in mails, reports and JSON; - for none",
    }
    "init --drop" { da "Mappen, som filerne kommer i", en "The folder that the files arrive in" }
    "init --archive" { da "Mappen, som leverede filer flyttes til", en "The folder that delivered files are moved to" }
    "init --ledger" { da "Regnskabet, på en lokal disk", en "The ledger, on a local disk" }
    "init --host" { da "Navnet på KP's server", en "The name of KP's server" }
    "init --port" { da "Serverens port", en "Its port" }
    "init --login" { da "Brugeren, som der logges ind med på KP's server", en "The user to log in as on KP's server" }
    "init --user" {
        da "Med --login: brugeren på denne maskine, som programmet arbejder som (kun root kan vælge); uden --login: den, der logges ind med",
        en "With --login: the user of this machine that the program works as (root alone can choose); without it: the user to log in as",
    }
    "init --identity" { da "Den private nøgle, en fil, som findes; - er ingen", en "The private key, an existing file; - for none" }
    "init --new-key" {
        da "Lav en ny nøgle, i --identity, hvis det er angivet; en nøgle bliver aldrig overskrevet",
        en "Make a new key, at --identity where that is given; never overwrites one",
    }
    "init --passphrase-file" {
        da "Filen med den eksisterende nøgles adgangssætning",
        en "The file with the existing key's passphrase",
    }
    "init --host-key" {
        da "Serverens værtsnøgle, som KP's driftsleverandør har oplyst den",
        en "The server's host key, as KP's operator has told it",
    }
    "init --accept-host-key" {
        da "Godkend den værtsnøgle, som serveren viser nu, uden at sammenligne den",
        en "Pin the host key that the server shows now, without comparing it",
    }
    "init --series" {
        da "En leverandørs serie af filer, og dagen i måneden, hvor de senest skal være leveret, eller run for KP's kørsel; kan gentages",
        en "A supplier's series of files, and the day of the month they are due, or run for KP's run; may be repeated",
    }
    "init --runs" {
        da "Datoerne for KP's månedskørsler, som de står i en liste eller en mail",
        en "The dates of KP's monthly runs, as they stand in a list or a mail",
    }
    "init examples" {
        da "traekfil init  # spørger om alt og foreslår svar\n\
            traekfil init --yes --host sftp.example.dk --user korsbaek",
        en "traekfil init  # asks for everything and suggests answers\n\
            traekfil init --yes --host sftp.example.dk --user korsbaek",
    }
    "init --remote-folder" { da "Mappen på serveren", en "The folder on the server" }

    "ledger" {
        da "Begynd, kontrollér, kopiér eller udtræk regnskabet, eller lav et tabt igen",
        en "Begin, verify, copy or export the ledger, or make a lost one again",
    }
    "ledger examples" {
        da "traekfil ledger verify\ntraekfil ledger export --format csv > regnskab.csv",
        en "traekfil ledger verify\ntraekfil ledger export --format csv > ledger.csv",
    }
    "ledger verify" {
        da "Gå kæden af hændelser igennem, og hold tabeller og kvitteringer op mod den",
        en "Walk the chain of events, and hold tables and receipts against it",
    }
    "ledger verify --head" {
        da "Sig, om kæden indeholder dette mærke, som en besked, en rapport eller status -v viste",
        en "Say whether the chain contains this mark, which a notice, a report or status -v showed",
    }
    "ledger verify examples" {
        da "traekfil ledger verify\ntraekfil ledger verify --head 123:5f2c9a7be1d04c38  # mærket fra en gammel besked",
        en "traekfil ledger verify\ntraekfil ledger verify --head 123:5f2c9a7be1d04c38  # the mark from an old notice",
    }
    "ledger export" { da "Udskriv alle leveringer, til revisor", en "Print every delivery, for the auditor" }
    "ledger export --format" { da "Formen", en "The form" }
    "ledger export --format=csv" {
        da "en linje pr. levering, til et regneark: med semikolon, som dansk Excel læser det",
        en "a line a delivery, for a spreadsheet; in Danish with semicolons, as Danish Excel reads it",
    }
    "ledger export --format=json" {
        da "ét objekt med en liste, beslutninger også",
        en "one object with a list, decisions included",
    }
    "ledger export examples" {
        da "traekfil ledger export > regnskab.csv\ntraekfil ledger export --format json > regnskab.json",
        en "traekfil ledger export > ledger.csv\ntraekfil ledger export --format json > ledger.json",
    }
    "ledger rebuild" {
        da "Lav et tabt eller beskadiget regnskab igen af kvitteringerne i arkivet",
        en "Make a lost or damaged ledger again from the receipts in the archive",
    }
    "ledger rebuild examples" { da "traekfil ledger rebuild", en "traekfil ledger rebuild" }
    "ledger begin" {
        da "Begynd et regnskab, og giv arkivet dets navn",
        en "Begin a ledger, and give the archive its name",
    }
    "ledger begin --archive" {
        da "Regnskabet findes: giv et nyt, tomt arkiv dets navn, og skriv kvitteringerne der",
        en "The ledger exists: name a new, empty archive and write the receipts there",
    }
    "ledger begin --yes" { da "Spørg ikke, om disken er tilsluttet", en "Do not ask whether the disk is mounted" }
    "ledger begin examples" {
        da "traekfil ledger begin  # før den første kørsel, når init ikke har gjort det\ntraekfil ledger begin --archive  # [folders] archive peger på en ny mappe",
        en "traekfil ledger begin  # before the first run, where init did not do it\ntraekfil ledger begin --archive  # [folders] archive names a new folder",
    }
    "ledger backup" {
        da "Kopiér regnskabet, også mens en kørsel er i gang",
        en "Copy the ledger, also while a run is under way",
    }
    "ledger backup <file>" {
        da "Kopien; den må ikke findes i forvejen. Hemmeligheden bag posternes nøgler lægges i <FIL>.key",
        en "The copy; it must not exist. The secret of the records' keys goes to <FILE>.key",
    }
    "ledger backup examples" {
        da "traekfil ledger backup /var/backups/traekfil/ledger-2023-04-14.db",
        en "traekfil ledger backup /var/backups/traekfil/ledger-2023-04-14.db",
    }
    "ledger restored" {
        da "Skriv det ind i et regnskab fra en sikkerhedskopi, som kvitteringerne ved",
        en "Write into a ledger that was put back from a copy what the receipts know",
    }
    "ledger restored --reason" { da "Hvorfor; det står i regnskabet", en "Why; it stands in the ledger" }
    "ledger restored examples" {
        da "traekfil ledger restored --reason \"disken gik i stykker\"",
        en "traekfil ledger restored --reason \"the disk broke\"",
    }
    "ledger retire" {
        da "Nedlæg regnskabet: der sendes intet mere fra det",
        en "Retire the ledger: nothing is sent by it any more",
    }
    "ledger retire --reason" { da "Hvorfor; det står i regnskabet", en "Why; it stands in the ledger" }
    "ledger retire examples" {
        da "traekfil ledger retire --reason \"leverancen er flyttet til en anden maskine\"",
        en "traekfil ledger retire --reason \"delivery moved to another machine\"",
    }

    "report" { da "Skriv overblikket som én HTML-side", en "Write the overview as one HTML page" }
    "report --output" {
        da "Filen, eller - for standard output; kun en tidligere rapport bliver erstattet",
        en "The file, or - for standard output; only an earlier report is replaced",
    }
    "report --month" { da "Kun regnskabet for den måned, til at printe", en "That month's account alone, to be printed" }
    "report --month wants" { da "en måned som 2023-04", en "a month such as 2023-04" }
    "report examples" {
        da "traekfil report -o overblik.html\ntraekfil report --month 2026-11 -o november.html",
        en "traekfil report -o overview.html\ntraekfil report --month 2026-11 -o november.html",
    }

    "ask" {
        da "Skriv en mail til en leverandør om en fil, der mangler, er holdt tilbage eller ønskes igen",
        en "Write a mail to a supplier about a file that is missing, held, or wanted again",
    }
    "ask <series>" { da "Serien", en "The series" }
    "ask <period>" {
        da "Måneden; uden den den måned, der haster mest",
        en "The month; without it the one that presses most",
    }
    "ask <period> wants" { da "en måned som 2023-04", en "a month such as 2023-04" }
    "ask --send" {
        da "Send den til [[series]] mail med mailserveren i [notify]",
        en "Send it to [[series]] mail by the mail server of [notify]",
    }
    "ask examples" {
        da "traekfil ask vask 2026-12  # vis mailen\ntraekfil ask vask 2026-12 --send",
        en "traekfil ask vask 2026-12  # show the mail\ntraekfil ask vask 2026-12 --send",
    }

    "schedule" {
        da "Vis det job, der kører traekfil af sig selv, eller sæt det op",
        en "Print the job that runs traekfil by itself, or install it",
    }
    "schedule <scheduler>" { da "Det, der skal køre jobbet", en "What is to run it" }
    "schedule <scheduler>=cron" { da "en linje i crontab", en "a line in a crontab" }
    "schedule <scheduler>=systemd" { da "en service og dens timer", en "a service and its timer" }
    "schedule <scheduler>=windows" { da "en opgave i Windows Opgavestyring", en "a task of the Windows Task Scheduler" }
    "schedule <scheduler>=list" { da "ingen: vis de job, der er sat op", en "none: list the jobs that are set up" }
    "schedule --every" {
        da "Hvor ofte, fra 5m til 12h; uden det hver time",
        en "How often, from 5m to 12h; without it every hour",
    }
    "schedule --at" { da "Én gang om dagen på dette klokkeslæt", en "Once a day at this time" }
    "schedule --user" {
        da "Brugeren, det kører som; uden det for cron dig selv, for systemd traekfil, for windows SYSTEM",
        en "Whom it runs as; without it for cron yourself, for systemd traekfil, for windows SYSTEM",
    }
    "schedule --install" { da "Sæt det op på denne maskine", en "Set it up on this machine" }
    "schedule --remove" { da "Fjern det fra denne maskine igen", en "Take it away from this machine again" }
    "schedule examples" {
        da "traekfil schedule systemd  # se på det først\n\
            sudo traekfil schedule systemd --install\n\
            traekfil schedule cron --at 06:00 --install\n\
            traekfil schedule windows --install  # som administrator",
        en "traekfil schedule systemd  # look at it first\n\
            sudo traekfil schedule systemd --install\n\
            traekfil schedule cron --at 06:00 --install\n\
            traekfil schedule windows --install  # as administrator",
    }

    "config" { da "Hvad der kan stå i konfigurationen", en "What may stand in the configuration" }
    "config examples" {
        da "traekfil config schema > config.schema.json  # til editorer",
        en "traekfil config schema > config.schema.json  # for editors",
    }
    "config schema" {
        da "Udskriv et JSON Schema for config.toml, så en editor kan foreslå og kontrollere nøgler",
        en "Print the JSON Schema of config.toml, so that an editor can complete and check keys",
    }
    "config schema examples" {
        da "traekfil config schema > config.schema.json\n\
            #:schema ./config.schema.json  # som første linje i config.toml (VS Code med Even Better TOML)",
        en "traekfil config schema > config.schema.json\n\
            #:schema ./config.schema.json  # as the first line of config.toml (VS Code with Even Better TOML)",
    }

    "completions" {
        da "Udskriv ordfuldførelse (Tab) til en kommandofortolker",
        en "Print what a shell needs to complete words (Tab)",
    }
    "completions <shell>" { da "Kommandofortolkeren", en "The shell" }
    "completions examples" {
        da "traekfil completions bash > ~/.local/share/bash-completion/completions/traekfil\n\
            traekfil completions powershell >> $PROFILE",
        en "traekfil completions bash > ~/.local/share/bash-completion/completions/traekfil\n\
            traekfil completions powershell >> $PROFILE",
    }
    "man" { da "Udskriv manualsiden", en "Print the manual page" }
    "man examples" {
        da "traekfil man > traekfil.1 && man -l traekfil.1",
        en "traekfil man > traekfil.1 && man -l traekfil.1",
    }
    "help" { da "Vis hjælpen til en kommando", en "Show the help of a command" }
    "help <command>" { da "Kommandoen; uden den hjælpen til det hele", en "The command; without one the help of it all" }
    "help examples" { da "traekfil help run\ntraekfil help ledger export", en "traekfil help run\ntraekfil help ledger export" }

    // the manual page
    "man title" { da "Manual til traekfil", en "traekfil Manual" }
    "man description" {
        da "Leverandører af mad, vask og lignende lægger hver måned filer i en mappe. traekfil slår hver fil op i regnskabet over \
            leverede filer, sender de nye til KP's SFTP-server og lægger originalerne i arkivet. En fil, som KP har, bliver aldrig \
            sendt igen. Er der tvivl, bliver filen liggende, og traekfil siger hvilken, hvorfor, og hvad der kan gøres.",
        en "Suppliers of food, laundry and the like put files into a folder each month. traekfil looks each file up in the ledger of \
            delivered files, sends the new ones to KP's SFTP server, and puts the originals into the archive. A file that KP has is \
            never sent again. Where there is doubt the file stays, and traekfil says which one, why, and what can be done.",
    }
    "file ./config.toml" { da "Konfigurationen, når intet andet er angivet.", en "The configuration where nothing else is said." }
    "file /etc/traekfil/config.toml" { da "Konfigurationen, når den ikke findes der.", en "The configuration where that one is missing." }
    "env TRAEKFIL_CONFIG" { da "Konfigurationens fil, når --config ikke er brugt.", en "The configuration's file where --config is not used." }
    "env TRAEKFIL_PASSWORD" { da "Adgangskoden til serveren.", en "The password for the server." }
    "env TRAEKFIL_PASSPHRASE" { da "Adgangssætningen til den private nøgle.", en "The passphrase of the private key." }
    "env TRAEKFIL_SMTP_PASSWORD" { da "Adgangskoden til mailserveren.", en "The password for the mail server." }
    "env CREDENTIALS_DIRECTORY" {
        da "En mappe med hemmelighederne i filer af de navne, som systemd lægger den.",
        en "A folder with the secrets in files of those names, as systemd makes it.",
    }
    "env NO_COLOR" { da "Sat til noget: ingen farver.", en "Set to anything: no colour." }
}
