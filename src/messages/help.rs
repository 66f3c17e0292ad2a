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
    "value DAY" { da "DAG", en "DAY" }
    "value DIR" { da "MAPPE", en "DIR" }
    "value EVERY" { da "HVOR OFTE", en "EVERY" }
    "value FILE" { da "FIL", en "FILE" }
    "value FINGERPRINT" { da "FINGERAFTRYK", en "FINGERPRINT" }
    "value FOLDER" { da "MAPPE", en "FOLDER" }
    "value FORMAT" { da "FORM", en "FORMAT" }
    "value HH:MM" { da "TT:MM", en "HH:MM" }
    "value HOST" { da "SERVER", en "HOST" }
    "value ID" { da "NR", en "ID" }
    "value ID|FILE" { da "NR|FIL", en "ID|FILE" }
    "value LANGUAGE" { da "SPROG", en "LANGUAGE" }
    "value N" { da "ANTAL", en "N" }
    "value NAME" { da "NAVN", en "NAME" }
    "value PATH" { da "STI", en "PATH" }
    "value PORT" { da "PORT", en "PORT" }
    "value SERIES" { da "SERIE", en "SERIES" }
    "value SHELL" { da "SKAL", en "SHELL" }
    "value STATE" { da "TILSTAND", en "STATE" }
    "value TEXT" { da "TEKST", en "TEXT" }
    "value USER" { da "BRUGER", en "USER" }
    "value WHEN" { da "HVORNÅR", en "WHEN" }
    "value YYYY-MM" { da "ÅÅÅÅ-MM", en "YYYY-MM" }

    // what to write there, after “Write …”
    "resolve <delivery> wants" { da "leveringens nummer, som traekfil history viser", en "the delivery's number, which traekfil history shows" }
    "history --limit wants" { da "et helt tal fra 1 og op", en "a whole number from 1 up" }
    "init --port wants" { da "et helt tal fra 1 til 65535", en "a whole number from 1 to 65535" }
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
        da "regnskabet er beskadiget, nyere end programmet eller væk; intet er sendt",
        en "the ledger is damaged, newer than the program, or gone; nothing was sent",
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
        da "Gem den viste plan i denne fil (kun sammen med --dry-run)",
        en "Keep the plan that is shown in this file (only with --dry-run)",
    }
    "run --plan" {
        da "Send kun det, der står i den gemte plan, og som er uændret siden",
        en "Send only what the saved plan says, and what is unchanged since",
    }
    "run examples" {
        da "traekfil run --dry-run  # vis, hvad der ville ske, og rør intet\n\
            traekfil run --quiet  # til cron: vis kun det, der kræver handling",
        en "traekfil run --dry-run  # show what would happen, and touch nothing\n\
            traekfil run --quiet  # for cron: speak only when a person is needed",
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
    "history --state=delivered" { da "leveret", en "delivered" }
    "history --state=archived" { da "leveret og arkiveret", en "delivered, and put away" }
    "history --state=abandoned" { da "opgivet, før KP kunne få den", en "given up before KP could get it" }
    "history --state=in_doubt" { da "uafklaret: KP kan have fået den", en "in doubt: KP may have got it" }
    "history --state=not_delivered" { da "ikke modtaget; det har nogen oplyst", en "not received, says a person" }
    "history --state=adopted" { da "leveret, før regnskabet begyndte", en "delivered before the ledger began" }
    "history --limit" { da "Højst så mange, de nyeste først", en "At most so many, the newest first" }
    "history examples" {
        da "traekfil history --period 2023-04\ntraekfil history --state in_doubt --json",
        en "traekfil history --period 2023-04\ntraekfil history --state in_doubt --json",
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
        da "traekfil resolve 12 --delivered --reason \"KP kan se filen\"",
        en "traekfil resolve 12 --delivered --reason \"KP sees the file\"",
    }

    "adopt" {
        da "Skriv filer i regnskabet som allerede leverede, uden at sende dem",
        en "Record files as delivered already, without sending them",
    }
    "adopt <paths>" {
        da "Filerne, eller mapper med dem; de bliver liggende",
        en "The files, or folders of them; they stay where they are",
    }
    "adopt --remote" {
        da "Tag også det med, der ligger i mappen på serveren nu",
        en "Take in what lies in the folder on the server now, too",
    }
    "adopt --dry-run" { da "Vis kun, hvad der ville blive skrevet", en "Only show what would be recorded" }
    "adopt examples" {
        da "traekfil adopt gamle-filer --dry-run --reason \"leveret før traekfil\"\n\
            traekfil adopt gamle-filer --reason \"leveret før traekfil, siger KP\"",
        en "traekfil adopt old-files --dry-run --reason \"delivered before traekfil\"\n\
            traekfil adopt old-files --reason \"delivered before traekfil, says KP\"",
    }

    "check" {
        da "Prøv alt, hvad en levering kræver, en linje for hver ting",
        en "Try everything that a delivery needs, a line each",
    }
    "check --send-test-mail" { da "Send også en prøvemail efter [notify]", en "Also send a test mail, as [notify] says" }
    "check examples" {
        da "traekfil check\ntraekfil check --config /etc/traekfil/config.toml --json",
        en "traekfil check\ntraekfil check --config /etc/traekfil/config.toml --json",
    }

    "init" {
        da "Lav konfiguration, mapper og regnskab, trin for trin",
        en "Make configuration, folders and ledger, step by step",
    }
    "init --yes" { da "Spørg ikke: tag standarden, hvor intet er angivet", en "Do not ask: take the default where nothing is given" }
    "init --drop" { da "Mappen, som leverandørernes filer lægges i", en "The folder that the suppliers' files are put into" }
    "init --archive" { da "Mappen, som leverede filer flyttes til", en "The folder that delivered files are moved to" }
    "init --ledger" { da "Regnskabets fil", en "The ledger's file" }
    "init --host" { da "KP's SFTP-server", en "KP's SFTP server" }
    "init --port" { da "Serverens port", en "The server's port" }
    "init --user" { da "Brugeren på serveren", en "The user on the server" }
    "init --identity" { da "Den private nøgles fil", en "The private key's file" }
    "init --new-key" { da "Lav en ny nøgle i den fil", en "Make a new key in that file" }
    "init --remote-folder" { da "Mappen på serveren", en "The folder on the server" }
    "init --host-key" {
        da "Serverens fingeraftryk, som KP's driftsleverandør har oplyst det",
        en "The server's fingerprint, as KP's operator has told it",
    }
    "init --accept-host-key" {
        da "Godkend den nøgle, serveren viser nu, uden at sammenligne den",
        en "Accept the key that the server shows now, without comparing it",
    }
    "init --series" {
        da "En serie, som navn=mønster eller navn=mønster:dag, hvor dagen er fristen",
        en "A series, as name=pattern or name=pattern:day, where the day is when it is due",
    }
    "init examples" {
        da "traekfil init  # spørger om alt og foreslår svar\n\
            traekfil init --yes --host sftp.example.dk --user korsbaek --new-key",
        en "traekfil init  # asks for everything and suggests answers\n\
            traekfil init --yes --host sftp.example.dk --user korsbaek --new-key",
    }

    "ledger" {
        da "Kontrollér regnskabet, udtræk det, eller lav et tabt igen",
        en "Verify the ledger, export it, or make a lost one again",
    }
    "ledger examples" {
        da "traekfil ledger verify\ntraekfil ledger export --format csv > regnskab.csv",
        en "traekfil ledger verify\ntraekfil ledger export --format csv > ledger.csv",
    }
    "ledger verify" {
        da "Gå kæden af hændelser igennem, og hold tabeller og kvitteringer op mod den",
        en "Walk the chain of events, and hold tables and receipts against it",
    }
    "ledger verify examples" { da "traekfil ledger verify", en "traekfil ledger verify" }
    "ledger export" { da "Udskriv alle leveringer, til revisor", en "Print every delivery, for the auditor" }
    "ledger export --format" { da "Formen", en "The form" }
    "ledger export --format=csv" { da "en linje pr. levering, til et regneark", en "a line a delivery, for a spreadsheet" }
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

    "report" { da "Skriv overblikket som én HTML-fil", en "Write the overview as one HTML file" }
    "report --output" {
        da "Filen; en ældre rapport erstattes, og - er standard output",
        en "The file; an older report is replaced, and - is standard output",
    }
    "report examples" { da "traekfil report -o overblik.html", en "traekfil report -o overview.html" }

    "schedule" {
        da "Vis det job, der kører traekfil af sig selv, eller sæt det op",
        en "Print the job that runs traekfil by itself, or install it",
    }
    "schedule <kind>" { da "Hvem der skal køre det", en "Who is to run it" }
    "schedule <kind>=cron" { da "en linje i crontab", en "a line in the crontab" }
    "schedule <kind>=systemd" { da "en service og en timer", en "a service and a timer" }
    "schedule <kind>=windows" { da "en opgave i Opgavestyring", en "a task of the Task Scheduler" }
    "schedule cron" { da "En linje i crontab", en "A line in the crontab" }
    "schedule systemd" { da "En service og en timer til systemd", en "A service and a timer for systemd" }
    "schedule windows" { da "En opgave til Opgavestyring i Windows", en "A task for the Windows Task Scheduler" }
    "schedule --install" { da "Sæt jobbet op på denne maskine", en "Install the job on this machine" }
    "schedule --remove" { da "Fjern jobbet igen", en "Take the job away again" }
    "schedule --every" { da "Hvor ofte, fx 1h eller 30m", en "How often, such as 1h or 30m" }
    "schedule --at" { da "Klokkeslættet hver dag", en "The time of each day" }
    "schedule --user" { da "Brugeren, som jobbet kører under", en "The user that the job runs as" }
    "schedule examples" {
        da "traekfil schedule cron  # vis linjen\nsudo traekfil schedule systemd --install",
        en "traekfil schedule cron  # show the line\nsudo traekfil schedule systemd --install",
    }
    "schedule cron examples" { da "traekfil schedule cron --install", en "traekfil schedule cron --install" }
    "schedule systemd examples" {
        da "sudo traekfil schedule systemd --install",
        en "sudo traekfil schedule systemd --install",
    }
    "schedule windows examples" {
        da "traekfil schedule windows > traekfil.xml",
        en "traekfil schedule windows > traekfil.xml",
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
    "env CREDENTIALS_DIRECTORY" {
        da "En mappe med filer af de to navne, som systemd lægger dem.",
        en "A folder of files of those two names, as systemd puts them.",
    }
    "env NO_COLOR" { da "Sat til noget: ingen farver.", en "Set to anything: no colour." }
}
