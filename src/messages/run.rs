//! What is said about files and their delivery.

use std::fmt::Display;
use std::path::Path;

use super::{command, escape};

crate::messages::catalogue! {
    /// The drop folder.
    not_listed(drop: &Path => drop.display(), error: &dyn Display) {
        da "Mappen {drop} kunne ikke læses ({error}). Intet er sendt. Kontrollér, at mappen findes, og at programmet må læse den.",
        en "The folder {drop} could not be read ({error}). Nothing was sent. See that it exists and that the program may read it.",
    }
    /// An unsafe file.
    is_symlink() { da "den er et symbolsk link", en "it is a symbolic link" }
    /// An unsafe file.
    is_not_a_file() { da "den er ikke en almindelig fil", en "it is not a regular file" }
    /// An unsafe file.
    has_hard_links() {
        da "den har flere navne (hårde links), så den kan ændres et andet sted fra",
        en "it has more than one name (hard links), so it can be changed from elsewhere",
    }
    /// An unsafe file.
    name_not_unicode() { da "navnet er ikke gyldig Unicode", en "its name is not valid Unicode" }
    /// An unsafe file.
    name_too_long() { da "navnet er længere end 255 bytes", en "its name is longer than 255 bytes" }
    /// An unsafe file.
    content_elsewhere() {
        da "den er et link, eller dens indhold ligger et andet sted, fx i OneDrive",
        en "it is a link, or its content lies elsewhere, such as in OneDrive",
    }
    /// An unsafe file.
    name_of_device() {
        da "Windows læser navnet som en enhed (fx NUL eller COM1)",
        en "Windows reads its name as a device (such as NUL or COM1)",
    }
    /// An unsafe file.
    name_has_controls() { da "navnet indeholder styretegn", en "its name holds control characters" }
    /// An unsafe file.
    name_changes_direction() {
        da "navnet indeholder tegn, der vender læseretningen, så det vises som et andet navn",
        en "its name holds characters that change the direction of reading, so that it is shown as another name",
    }
    /// An unsafe file.
    name_has_invisible() {
        da "navnet indeholder tegn, der ikke kan ses, så det ligner et andet navn",
        en "its name holds characters that cannot be seen, so that it looks like another name",
    }
    /// An unsafe file.
    name_has_backslash() {
        da "navnet indeholder en omvendt skråstreg, som er en mappe for en Windows-server",
        en "its name holds a backslash, which is a folder to a Windows server",
    }
    /// An unsafe file.
    name_has_blank_at_end() {
        da "navnet begynder eller slutter med et mellemrum, som ikke kan ses",
        en "its name begins or ends with a blank, which cannot be seen",
    }
    /// An unsafe file.
    name_has_dot_at_end() {
        da "navnet, eller navnet på en mappe over filen, begynder eller slutter med et punktum",
        en "its name, or the name of a folder above it, begins or ends with a dot",
    }
    /// An unsafe file.
    name_has_other_blank() {
        da "navnet har et mellemrum af en anden slags end det på tastaturet, så det ligner et andet navn",
        en "its name has a blank of another kind than the one on the keyboard, so that it looks like another name",
    }
    /// An unsafe file.
    name_has_look_alike_sign() {
        da "navnet har et tegn, der ligner et punktum, en skråstreg, en bindestreg eller et andet tegn på tastaturet uden at være det, så det \
            ligner et andet navn",
        en "its name has a sign that looks like a dot, a slash, a dash or another one on the keyboard and is none, so that it looks like \
            another name",
    }
    /// An unsafe file.
    name_has_look_alike_letters() {
        da "navnet blander bogstaver fra to skrifter, der ligner hinanden (fx latinsk og græsk), så det ligner et andet navn",
        en "its name mixes letters of two scripts that look alike (such as Latin and Greek), so that it looks like another name",
    }
    /// An unsafe file.
    unreadable(error: &dyn Display) { da "den kan ikke læses ({error})", en "it cannot be read ({error})" }
    /// An unsafe file.
    too_large(largest: &dyn Display) {
        da "den er større end {largest}, som er det største, [scan] largest tillader",
        en "it is larger than {largest}, the most that [scan] largest allows",
    }
    /// An unsafe folder.
    folder_unreadable(error: &dyn Display) {
        da "mappen kan ikke læses ({error}), så det vides ikke, om der ligger filer i den",
        en "the folder cannot be read ({error}), so it is not known whether there are files in it",
    }
    /// An unsafe folder.
    folder_too_deep() {
        da "mappen ligger inden i så mange andre, at der ikke bliver set i den",
        en "the folder lies inside so many others that it is not looked into",
    }
    /// An unsafe folder.
    folder_in_itself() {
        da "mappen indeholder sig selv, så der bliver ikke set i den en gang til",
        en "the folder contains itself, so it is not looked into once more",
    }
    /// A file that has not settled.
    still_changing() { da "den ændrer sig stadig", en "it is still changing" }
    /// A file that has not settled.
    changed_just_now() { da "den er lige blevet ændret", en "it was changed just now" }
    /// A file that has not settled.
    in_use() { da "et andet program bruger den", en "another program is using it" }
    /// A file that has not settled.
    went_away() { da "den forsvandt, mens den blev læst", en "it went away while it was being read" }
    /// The original.
    changed_since_planned() {
        da "filen er ændret, efter at den blev læst første gang",
        en "the file has changed since it was first read",
    }
    /// The original.
    original_not_read(error: &dyn Display) {
        da "filen kunne ikke læses til ende ({error})",
        en "the file could not be read to its end ({error})",
    }
    /// Uploading.
    not_delivered_now(why: &str) {
        da "{why}. Filen er ikke leveret; den næste kørsel prøver igen",
        en "{why}. The file was not delivered; the next run tries again",
    }
    /// Uploading.
    wrong_size_on_server(size: u64, seen: u64) {
        da "serveren melder {seen} bytes, men filen har {size}; serverens disk er måske fuld",
        en "the server reports {seen} bytes, but the file has {size}; its disk may be full",
    }
    /// Uploading.
    size_unknown(error: &dyn Display) {
        da "serveren fortæller ikke, hvor stor filen blev, og den kunne ikke læses tilbage ({error}). Bed KP's driftsleverandør om læseadgang. Kan den ikke gives, så sæt [sftp] verify = \"none\": så regnes \
            filen for leveret, når serveren har kvitteret for hver byte",
        en "the server does not tell how large the file became, and it could not be read back ({error}). Ask KP's operator for read access. If that cannot be given, set [sftp] verify = \"none\": then a file counts \
            as delivered once the server has acknowledged each byte",
    }
    /// Uploading.
    not_synced(error: &dyn Display) {
        da "serveren tilbyder at bringe filen sikkert på sin disk (fsync), men afviste det ({error}). Bed KP's driftsleverandør rette det. Skal filer leveres uden den sikkerhed, så sæt [sftp] sync = \"best_effort\"",
        en "the server offers to bring the file safely to its disk (fsync), but refused to ({error}). Ask KP's operator to mend that. To deliver files without that certainty, set [sftp] sync = \"best_effort\"",
    }
    /// Uploading.
    sync_skipped(error: &dyn Display) {
        da "serveren tilbyder at bringe filer sikkert på sin disk (fsync), men afviste det ({error}). Filerne er leveret alligevel, fordi [sftp] \
            sync er \"best_effort\"; går strømmen hos KP, kan en fil gå tabt dér",
        en "the server offers to bring files safely to its disk (fsync), but refused to ({error}). The files were delivered all the same, since \
            [sftp] sync is \"best_effort\"; if the power fails at KP, a file may be lost there",
    }
    /// Uploading.
    lost_when_alone(why: &str) {
        da "{why}. Forbindelsen gik også tabt, da filen blev sendt alene på en ny forbindelse. Spørg KP's driftsleverandør, hvad serveren har \
            imod netop denne fil",
        en "{why}. The connection was lost as well when the file was sent alone over a new connection. Ask KP's operator what the server has \
            against this very file",
    }
    /// Uploading.
    gave_up(times: usize) {
        da "forbindelsen til serveren gik tabt {times} gange i denne kørsel, som derfor ikke prøver mere; den næste kørsel prøver igen",
        en "the connection to the server was lost {times} times in this run, which therefore does not try any more; the next run tries again",
    }
    /// A temporary file that stays.
    temporary_left(path: &str => escape(path), error: &dyn Display) {
        da "den midlertidige fil {path} kunne ikke fjernes fra serveren ({error}). Den bliver ikke til en levering, og det siges kun denne ene \
            gang; kommer der ret til at slette, fjerner en senere kørsel den. Bed KP's driftsleverandør om den ret, eller om at fjerne filen",
        en "the temporary file {path} could not be removed from the server ({error}). It becomes no delivery, and this is said only this once; if \
            the right to delete is given, a later run removes it. Ask KP's operator for that right, or to remove the file",
    }
    /// Uploading.
    other_content_on_server() {
        da "det, serveren gav tilbage, er ikke filens indhold",
        en "what the server gave back is not the file's content",
    }
    /// Uploading.
    not_read_back(error: &dyn Display) {
        da "filen kunne ikke læses tilbage fra serveren ({error}). Tillader serveren ikke læsning, så sæt [sftp] verify = \"size\"",
        en "the file could not be read back from the server ({error}). If the server does not allow reading, set [sftp] verify = \
            \"size\"",
    }
    /// Uploading.
    pieces_not_read_back(error: &dyn Display) {
        da "filen blev skrevet i stykker og kunne ikke læses tilbage ({error}), så ingen ved, om den er hel; den er ikke leveret, og den næste \
            kørsel prøver igen. Tillader serveren ikke læsning, så sæt [sftp] pieces = false",
        en "the file was written in pieces and could not be read back ({error}), so nobody knows whether it is whole; it was not delivered, \
            and the next run tries again. If the server does not allow reading, set [sftp] pieces = false",
    }
    /// Uploading.
    not_opened(error: &dyn Display, name: &str => escape(name)) {
        da "serveren tog ikke imod filen ({error}). Kontrollér, at [sftp] folder findes på serveren, at brugeren må skrive i den, og \
            at der er plads. Afviser serveren navne som {name}, så sæt [sftp] temporary_name til noget andet",
        en "the server did not accept the file ({error}). See that [sftp] folder exists on the server, that the user may write there, \
            and that there is space. If the server refuses names such as {name}, set [sftp] temporary_name to another one",
    }
    /// Uploading under the final name.
    not_opened_directly(error: &dyn Display) {
        da "serveren tog ikke imod filen ({error}). Kontrollér, at [sftp] folder findes på serveren, at brugeren må skrive i den, og \
            at der er plads",
        en "the server did not accept the file ({error}). See that [sftp] folder exists on the server, that the user may write there, \
            and that there is space",
    }
    /// Uploading.
    transfer_broke_off(error: &dyn Display) {
        da "overførslen blev afbrudt ({error})",
        en "the transfer broke off ({error})",
    }
    /// Uploading.
    transfer_refused(error: &dyn Display) {
        da "serveren tog ikke imod hele filen ({error}). Bliver det ved, så spørg KP's driftsleverandør, om der er plads, og om \
            brugeren må skrive",
        en "the server did not take the whole file ({error}). If it goes on, ask KP's operator whether there is space, and whether \
            the user may write",
    }
    /// Checking the final name.
    not_looked(error: &dyn Display) {
        da "serveren kunne ikke svare på, hvad der ligger i mappen ({error}); den næste kørsel prøver igen",
        en "the server could not say what lies in the folder ({error}); the next run tries again",
    }
    /// Renaming.
    not_renamed(error: &dyn Display) {
        da "serveren ville ikke give filen dens endelige navn ({error})",
        en "the server would not give the file its final name ({error})",
    }
    /// Renaming.
    rename_not_done() {
        da "serveren svarede, at filen har fået sit endelige navn, men den ligger stadig under det midlertidige",
        en "the server answered that the file has its final name, but it is still there under the temporary one",
    }
    /// Renaming.
    not_settled(why: &str) {
        da "filen er overført, men det er endnu uklart, om den har fået sit endelige navn: {why}. Den bliver ikke sendt igen; den næste \
            kørsel undersøger det",
        en "the file was transferred, but it is not clear yet whether it has its final name: {why}. It is not sent again; the next run \
            finds out",
    }
    /// Recovery.
    temporary_not_removed(error: &dyn Display) {
        da "en midlertidig fil fra en afbrudt kørsel kunne ikke fjernes fra serveren ({error}); den næste kørsel prøver igen",
        en "a temporary file of an interrupted run could not be removed from the server ({error}); the next run tries again",
    }
    /// Recovery.
    not_free_yet(delivery: i64) {
        da "levering {delivery} er oplyst som ikke modtaget, men dens midlertidige fil kan stadig ligge på serveren, så KP kan endnu få \
            den. Filen venter, til en kørsel har fjernet den midlertidige fil; den næste kørsel prøver igen og siger til, hvis den er væk",
        en "delivery {delivery} is said not to have been received, but its temporary file may still be on the server, so KP may get it \
            yet. The file waits until a run has removed the temporary file; the next run tries again, and says so if it is gone",
    }
    /// A file that waits.
    gone_since(delivery: i64, again: &str) {
        da "levering {delivery} er oplyst som ikke modtaget, men siden er dens midlertidige fil forsvundet fra serveren, uden at programmet har \
            fjernet den. Derfor kan KP have fået den efter dit svar, og filen venter. Spørg KP igen, og skriv, hvis KP ikke har den: {again}",
        en "delivery {delivery} is said not to have been received, but since then its temporary file has gone from the server, and the program \
            did not remove it. So KP may have got it after your answer, and the file waits. Ask KP again, and if KP has not got it, say: {again}",
    }
    /// A file that waits.
    direct_may_come(delivery: i64, remote: &str, again: &str) {
        da "levering {delivery} er oplyst som ikke modtaget, men programmet har ikke set, at {remote} er væk fra serveren, så KP kan endnu få \
            den. Filen venter. Spørg KP igen, og skriv, når der ikke ligger noget under det navn: {again}",
        en "delivery {delivery} is said not to have been received, but the program has not seen that {remote} is gone from the server, so KP \
            may get it yet. The file waits. Ask KP again, and once nothing lies at that name, say: {again}",
    }
    /// Recovery.
    gone_from_server() {
        da "forbindelsen blev afbrudt, mens filen fik sit endelige navn, og nu er filen væk fra serveren: KP kan have hentet den",
        en "the connection broke while the file got its final name, and now it is gone from the server: KP may have taken it",
    }
    /// Recovery.
    something_else_there() {
        da "der ligger noget andet på serveren, end vi har lagt: det vides ikke, om KP har fået filen",
        en "something else lies on the server than we put there: it is not known whether KP got the file",
    }
    /// Writing under the final name at once.
    direct_in_doubt(why: &str) {
        da "filen blev skrevet direkte under sit endelige navn, og det gik galt undervejs: {why}. KP kan have fået hele filen, en del af den \
            eller ingenting",
        en "the file was written directly under its final name, and that failed on the way: {why}. KP may have got all of it, a part, or \
            nothing",
    }
    /// After a lost connection.
    stopping(left: u64) {
        da [left] "Kørslen er bedt om at stoppe: det, der er i gang, bliver gjort færdigt. 1 fil er ikke leveret endnu; næste kørsel går videre, hvor denne slap. Endnu en gang stopper den med det samme."
            "Kørslen er bedt om at stoppe: det, der er i gang, bliver gjort færdigt. {left} filer er ikke leveret endnu; næste kørsel går videre, hvor denne slap. Endnu en gang stopper den med det samme.",
        en [left] "The run was asked to stop: what is under way is finished first. 1 file is not delivered yet; the next run goes on where this one ended. Once more stops it at once."
            "The run was asked to stop: what is under way is finished first. {left} files are not delivered yet; the next run goes on where this one ended. Once more stops it at once.",
    }
    stopped_at_once(left: u64) {
        da [left] "Stoppet. 1 fil er ikke leveret færdigt; næste kørsel finder selv ud af, hvor langt denne nåede, og går videre derfra."
            "Stoppet. {left} filer er ikke leveret færdigt; næste kørsel finder selv ud af, hvor langt denne nåede, og går videre derfra.",
        en [left] "Stopped. 1 file is not delivered; the next run finds out how far this one came, and goes on from there."
            "Stopped. {left} files are not delivered; the next run finds out how far this one came, and goes on from there.",
    }
    stopped_by_a_person() {
        da "Kørslen blev bedt om at stoppe (med Ctrl-C, eller af systemet), før filen blev sendt. Næste kørsel sender den.",
        en "The run was asked to stop (with Ctrl-C, or by the system) before the file was sent. The next run sends it.",
    }
    connection_was_lost() {
        da "forbindelsen til serveren gik tabt, før filen kom til; den næste kørsel prøver igen",
        en "the connection to the server was lost before the file had its turn; the next run tries again",
    }
    /// Putting the original away.
    receipt_not_written(archive: &Path => archive.display(), error: &dyn Display) {
        da "filen er leveret, men kvitteringen i {archive} kunne ikke skrives ({error}), så den bliver liggende i mappen. Sørg for plads og \
            skriveadgang; den næste kørsel gør arbejdet færdigt uden at sende filen igen",
        en "the file was delivered, but its receipt in {archive} could not be written ({error}), so it stays in the folder. See to space and \
            write access; the next run finishes the work without sending it again",
    }
    /// Putting the original away.
    archive_not_synced(archive: &Path => archive.display(), error: &dyn Display) {
        da "filen er leveret, men disken med arkivet {archive} svarer med en fejl ({error}). Undersøg disken; filen bliver ikke sendt igen",
        en "the file was delivered, but the disk of the archive {archive} answers with an error ({error}). See to the disk; the file is not \
            sent again",
    }
    /// Putting the original away.
    drop_not_synced(drop: &Path => drop.display(), error: &dyn Display) {
        da "filen er leveret, men disken med mappen {drop} svarer med en fejl ({error}), så den er ikke flyttet til arkivet. Undersøg \
            disken; den næste kørsel prøver igen, og filen bliver ikke sendt igen",
        en "the file was delivered, but the disk of the folder {drop} answers with an error ({error}), so it was not moved into the archive. \
            See to the disk; the next run tries again, and the file is not sent again",
    }
    /// Putting the original away.
    original_nowhere(archive: &Path => archive.display()) {
        da "filen er leveret til KP, men originalen forsvandt, før den blev lagt i arkivet: dens indhold ligger hverken i mappen eller i \
            {archive}. Spørg leverandøren, hvis I skal gemme den; filen bliver ikke sendt igen",
        en "the file was delivered to KP, but the original disappeared before it was put into the archive: its content is neither in the folder \
            nor in {archive}. Ask the supplier if you must keep it; the file is not sent again",
    }
    /// Clearing what a run that was cut off left.
    leftover_name_taken(path: &Path => path.display()) {
        da "en kørsel, der blev afbrudt, havde lagt filen til side som {path}. Den slettes ikke, og den kan ikke få sit navn igen, fordi der \
            nu ligger en anden fil med det navn. Flyt eller omdøb den ene af de to",
        en "a run that was cut off had put the file aside as {path}. It is not deleted, and it cannot get its name back, since another file \
            has that name now. Move or rename one of the two",
    }
    /// Clearing what a run that was cut off left.
    leftover_not_cleared(error: &dyn Display) {
        da "filen er efterladt af en afbrudt kørsel og kunne ikke ryddes op ({error}). Kontrollér, at programmet må læse og slette den; \
            den næste kørsel prøver igen",
        en "the file was left by a run that was cut off and could not be cleared ({error}). See that the program may read and delete it; the \
            next run tries again",
    }
    /// Putting the original away.
    not_looked_into(path: &Path => path.display(), error: &dyn Display) {
        da "{path} kan ikke læses: {error}",
        en "{path} cannot be read: {error}",
    }
    /// Putting the original away.
    not_put_away(error: &dyn Display) {
        da "filen er leveret, men kunne ikke flyttes til arkivet ({error}). Sørg for plads og skriveadgang i mappen og arkivet; den næste \
            kørsel prøver igen, og filen bliver ikke sendt igen",
        en "the file was delivered, but could not be moved into the archive ({error}). See to space and write access in the folder and the \
            archive; the next run tries again, and the file is not sent again",
    }
    /// Putting the original away.
    not_deleted_from_drop(error: &dyn Display) {
        da "filen er leveret, men kunne ikke slettes fra mappen ({error}). Sørg for skriveadgang i mappen; den næste kørsel prøver igen, og \
            filen bliver ikke sendt igen",
        en "the file was delivered, but could not be deleted from the folder ({error}). See to write access in the folder; the next run tries \
            again, and the file is not sent again",
    }
    /// Looking at the archive.
    archive_not_compared(archive: &Path => archive.display(), error: &dyn Display) {
        da "arkivet {archive} kunne ikke læses ({error}), så det vides ikke, om leverede filer er ændret siden. Kontrollér mappen og \
            programmets adgang til den.",
        en "the archive {archive} could not be read ({error}), so it is not known whether delivered files were changed since. See to the \
            folder and the program's access to it.",
    }
    /// Deleting what the archive has kept long enough.
    not_deleted(folder: &Path => folder.display(), error: &dyn Display) {
        da "filer, der har ligget længe nok i {folder}, kunne ikke slettes ({error}). Kontrollér mappen og programmets adgang til den; den \
            næste kørsel prøver igen",
        en "files that have lain long enough in {folder} could not be deleted ({error}). See to the folder and the program's access to it; \
            the next run tries again",
    }
    /// Deleting what the archive has kept long enough.
    is_not_a_folder(path: &Path => path.display()) {
        da "{path} er et link eller en fil, ikke en mappe i arkivet",
        en "{path} is a link or a file, not a folder of the archive",
    }
    output_not_written(error: &dyn Display) {
        da "Der kunne ikke skrives på standard output ({error}). Er det en fil, så sørg for plads.",
        en "Standard output could not be written ({error}). If it is a file, see to space.",
    }
    answer_not_written(error: &dyn Display) {
        da "Svaret kunne ikke skrives på standard output ({error}). Er det en fil, så sørg for plads. Det, kommandoen skulle gøre, er gjort.",
        en "The answer could not be written to standard output ({error}). If it is a file, see to space. What the command was to do is done.",
    }
    run_is_over(; status = command("status"), history = command("history")) {
        da "Kørslen blev gjort færdig; se, hvad den gjorde, med {history}, og det, der venter på dig, med {status}",
        en "The run was carried through; see what it did with {history}, and what waits for you with {status}",
    }
    /// A run that had to stop.
    unfinished(files: &str; history = command("history")) {
        da "Det gælder disse filer, som måske ikke er leveret: {files}. Se, hvor de nåede til: {history}",
        en "It concerns these files, which may not be delivered: {files}. See how far they came: {history}",
    }
}
