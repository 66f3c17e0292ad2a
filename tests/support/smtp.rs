//! A mail server on the loopback: EHLO, STARTTLS, AUTH and DATA, under a certificate of its own authority.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use openssl::asn1::Asn1Time;
use openssl::base64::decode_block;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};

/// The longest a connection may last, so that no thread outlives its test by much.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the server uses TLS, and whether it accepts mail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// In the clear until STARTTLS; without it, it takes no mail.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// In the clear.
    Plainly,
    /// In the clear, and takes no recipient.
    Refusing,
}

/// A mail that came.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Whether it came under TLS.
    pub under_tls: bool,
    /// Who had logged in.
    pub user: Option<String>,
    /// As it came.
    pub raw: String,
}

/// The server. Dropped, it is stopped.
pub struct Smtp {
    port: u16,
    /// Its authority's certificate, in PEM.
    pub authority: String,
    letters: Arc<Mutex<Vec<Letter>>>,
    calls: Arc<AtomicUsize>,
    stopped: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

/// What every connection needs to know.
struct House {
    speaks: Speaks,
    acceptor: SslAcceptor,
    login: Option<(&'static str, &'static str)>,
    letters: Arc<Mutex<Vec<Letter>>>,
}

impl Smtp {
    /// A server that asks for no login.
    pub fn start(speaks: Speaks) -> Smtp {
        Smtp::with(speaks, None, "127.0.0.1")
    }

    /// A server that takes mail after this login, if there is one, with a certificate for this name.
    pub fn with(speaks: Speaks, login: Option<(&'static str, &'static str)>, name: &str) -> Smtp {
        let (root, leaf, key) = certificate(name);
        let authority = String::from_utf8(root.to_pem().unwrap()).unwrap();
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
        acceptor.set_private_key(&key).unwrap();
        acceptor.set_certificate(&leaf).unwrap();
        let acceptor = acceptor.build();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (letters, calls) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let stopped = Arc::new(AtomicBool::new(false));
        let house = Arc::new(House { speaks, acceptor, login, letters: Arc::clone(&letters) });
        let port = listener.local_addr().unwrap().port();
        let listening = {
            let (stopped, calls) = (Arc::clone(&stopped), Arc::clone(&calls));
            thread::spawn(move || {
                for line in listener.incoming() {
                    if stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    calls.fetch_add(1, Ordering::SeqCst);
                    let house = Arc::clone(&house);
                    // Ignore connection errors: the tests look at the letters that arrived.
                    thread::spawn(move || drop(serve(&house, line.unwrap())));
                }
            })
        };
        Smtp { port, authority, letters, calls, stopped, listening: Some(listening) }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The mails that came, in their order.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }

    /// How often somebody connected.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Connect once, so that the listener wakes up and sees that it must end.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

impl Letter {
    /// A header, decoded.
    #[track_caller]
    pub fn header(&self, name: &str) -> String {
        let (head, _) = self.raw.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let start = format!("{}:", name.to_lowercase());
        let line = unfolded.lines().find(|line| line.to_lowercase().starts_with(&start));
        let value = line.unwrap_or_else(|| panic!("{name} in {head}"))[start.len()..].trim();
        let word = regex::Regex::new(r"=\?utf-8\?b\?([^?]*)\?=(?:\s+(=\?))?").unwrap();
        let mut text = value.to_owned();
        while let Some(found) = word.captures(&text) {
            let plain = String::from_utf8(decode_block(&found[1]).unwrap()).unwrap();
            let next = found.get(2).map_or("", |next| next.as_str());
            text.replace_range(found.get(0).unwrap().range(), &(plain + next));
        }
        text
    }

    /// The text, decoded.
    #[track_caller]
    pub fn text(&self) -> String {
        let (_, body) = self.raw.split_once("\r\n\r\n").unwrap();
        let bytes = match self.header("Content-Transfer-Encoding").as_str() {
            "base64" => decode_block(&body.replace("\r\n", "")).unwrap(),
            "quoted-printable" => unquoted(&body.replace("=\r\n", "")),
            "7bit" => body.as_bytes().to_vec(),
            other => panic!("a body in {other}"),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }
}

fn unquoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        if first == b'=' {
            let hex = std::str::from_utf8(&more[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &more[2..];
        } else {
            bytes.push(first);
            rest = more;
        }
    }
    bytes
}

/// A server's certificate and key, in PEM.
#[cfg(unix)]
pub struct Papers {
    /// The certificate of the authority that vouches for it.
    pub authority: String,
    pub certificate: String,
    pub key: String,
}

/// An authority, and a server under it that is called `name`.
#[cfg(unix)]
pub fn papers(name: &str) -> Papers {
    let (root, leaf, key) = certificate(name);
    let text = |pem: Vec<u8>| String::from_utf8(pem).unwrap();
    Papers {
        authority: text(root.to_pem().unwrap()),
        certificate: text(leaf.to_pem().unwrap()),
        key: text(key.private_key_to_pem_pkcs8().unwrap()),
    }
}

fn certificate(name: &str) -> (X509, X509, PKey<Private>) {
    let key = || {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    };
    let (root_key, key) = (key(), key());
    let root = signed("Korsbaek Test CA", None, &root_key, &root_key, None);
    let leaf = signed(name, Some(name), &key, &root_key, Some(&root));
    (root, leaf, key)
}

fn signed(
    title: &str,
    name: Option<&str>,
    key: &PKey<Private>,
    by: &PKey<Private>,
    issuer: Option<&X509>,
) -> X509 {
    let mut called = X509NameBuilder::new().unwrap();
    called.append_entry_by_nid(Nid::COMMONNAME, title).unwrap();
    let called = called.build();
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    let serial = BigNum::from_u32(if issuer.is_some() { 2 } else { 1 }).unwrap();
    made.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    made.set_subject_name(&called).unwrap();
    made.set_issuer_name(issuer.map_or(&*called, |issuer| issuer.subject_name())).unwrap();
    made.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::days_from_now(365).unwrap()).unwrap();
    made.set_pubkey(key).unwrap();
    if let Some(name) = name {
        let mut also = SubjectAlternativeName::new();
        if name.parse::<std::net::IpAddr>().is_ok() {
            also.ip(name)
        } else {
            also.dns(name)
        };
        let also = also.build(&made.x509v3_context(issuer.map(|issuer| &**issuer), None)).unwrap();
        made.append_extension(also).unwrap();
    } else {
        made.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    }
    made.sign(by, MessageDigest::sha256()).unwrap();
    made.build()
}

fn serve(house: &House, line: TcpStream) -> std::io::Result<()> {
    line.set_read_timeout(Some(PATIENCE))?;
    if house.speaks == Speaks::Tls {
        let mut line = house.acceptor.accept(line).map_err(std::io::Error::other)?;
        line.write_all(b"220 mail.example.dk ESMTP\r\n")?;
        return talk(house, line, true).map(drop);
    }
    (&line).write_all(b"220 mail.example.dk ESMTP\r\n")?;
    if talk(house, &line, false)? {
        let line = house.acceptor.accept(line).map_err(std::io::Error::other)?;
        talk(house, line, true)?;
    }
    Ok(())
}

/// Talks with the client until QUIT or STARTTLS; answers whether TLS is to begin.
fn talk(house: &House, line: impl Read + Write, under_tls: bool) -> std::io::Result<bool> {
    let mut line = BufReader::new(line);
    let mut letter = Letter { to: Vec::new(), under_tls, user: None, raw: String::new() };
    let may_mail = under_tls || matches!(house.speaks, Speaks::Plainly | Speaks::Refusing);
    loop {
        let said = read(&mut line)?;
        let word = said.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let logged_in = house.login.is_none() || letter.user.is_some();
        let answer = match word.as_str() {
            "EHLO" => {
                let tls =
                    if house.speaks == Speaks::StartTls && !under_tls { "250-STARTTLS\r\n" } else { "" };
                let auth = if house.login.is_some() && under_tls { "250-AUTH PLAIN LOGIN\r\n" } else { "" };
                format!("250-mail.example.dk\r\n{tls}{auth}250 SIZE 1000000")
            }
            "STARTTLS" if house.speaks == Speaks::StartTls && !under_tls => {
                line.get_mut().write_all(b"220 go on\r\n")?;
                return Ok(true);
            }
            "AUTH" => {
                letter.user = login(house, &mut line, &said)?;
                let fine = letter.user.is_some();
                if fine { "235 welcome".to_owned() } else { "535 5.7.8 wrong user or password".to_owned() }
            }
            "MAIL" if may_mail && logged_in => "250 fine".to_owned(),
            "MAIL" => "530 5.7.0 not before STARTTLS and login".to_owned(),
            "RCPT" if house.speaks == Speaks::Refusing => "550 5.1.1 nobody of that name\x1b[31m".to_owned(),
            "RCPT" => {
                letter.to.push(said.split(['<', '>']).nth(1).unwrap_or_default().to_owned());
                "250 fine".to_owned()
            }
            "DATA" => {
                line.get_mut().write_all(b"354 go on\r\n")?;
                letter.raw = data(&mut line)?;
                house.letters.lock().unwrap().push(letter.clone());
                letter.to.clear();
                "250 taken".to_owned()
            }
            "NOOP" | "RSET" => "250 fine".to_owned(),
            "QUIT" => {
                line.get_mut().write_all(b"221 bye\r\n")?;
                return Ok(false);
            }
            _ => "502 unknown".to_owned(),
        };
        line.get_mut().write_all(format!("{answer}\r\n").as_bytes())?;
    }
}

fn login(
    house: &House,
    line: &mut BufReader<impl Read + Write>,
    said: &str,
) -> std::io::Result<Option<String>> {
    let plain = |text: &str| String::from_utf8(decode_block(text).unwrap_or_default()).unwrap_or_default();
    let mut words = said.split(' ').skip(1);
    let (user, password) = match (words.next(), words.next()) {
        (Some("PLAIN"), Some(code)) => {
            let code = plain(code);
            let mut parts = code.split('\0').skip(1).map(str::to_owned);
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        }
        (Some("LOGIN"), _) => {
            let mut ask = |question: &[u8]| {
                line.get_mut().write_all(question)?;
                read(line).map(|answer| plain(&answer))
            };
            (ask(b"334 VXNlcm5hbWU6\r\n")?, ask(b"334 UGFzc3dvcmQ6\r\n")?)
        }
        _ => return Ok(None),
    };
    let right = house.login.is_some_and(|login| login == (user.as_str(), password.as_str()));
    Ok(right.then_some(user))
}

fn read(line: &mut impl BufRead) -> std::io::Result<String> {
    let mut text = String::new();
    match line.read_line(&mut text)? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(text.trim_end().to_owned()),
    }
}

fn data(line: &mut impl BufRead) -> std::io::Result<String> {
    let mut all = String::new();
    loop {
        let mut text = String::new();
        if line.read_line(&mut text)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if text == ".\r\n" {
            return Ok(all);
        }
        all.push_str(text.strip_prefix('.').unwrap_or(&text));
    }
}
