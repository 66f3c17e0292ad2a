//! A receiver of our own: an SFTP server in the test's process, on a loopback port the system picks.
//!
//! Its files are in memory, its misbehaviours can be switched while it runs, and it remembers every
//! file that ever had a final name, also those that KP has taken since. It ends when it is dropped.
#![allow(clippy::unwrap_used, clippy::expect_used)]
// Each test program uses another part of this module.
#![allow(dead_code)]

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use russh::keys::{HashAlg, PrivateKey, PublicKey};
use russh::server::{
    Auth, ChannelOpenHandle, Config, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use tokio::runtime::Runtime;

use self::cut::Line;
use self::sftp::Sftp;
#[allow(unused_imports, reason = "not every story needs all of them")]
pub use self::world::{Answer, Ask, Behaviour, Counts, Flood, Moment, Odd, Received, Rename, When};
use self::world::{World, is_temporary};

#[path = "server/cut.rs"]
mod cut;
#[path = "server/sftp.rs"]
mod sftp;
#[path = "server/world.rs"]
mod world;

/// Whom the server lets in.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The key that opens, if one does.
    pub key: Option<PublicKey>,
    /// The password that opens, if one does.
    pub password: Option<String>,
    /// Whether the key alone is not enough: the password is wanted after it.
    pub wants_both: bool,
}

/// The running server.
pub struct Embedded {
    port: u16,
    world: Arc<Mutex<World>>,
    login: Arc<Mutex<Login>>,
    host_key: Arc<Mutex<Arc<Config>>>,
    // Dropped last, since the serving tasks run on it.
    runtime: Option<Runtime>,
}

impl Embedded {
    /// Starts a server that lets `login` in.
    ///
    /// # Panics
    /// When the machine has no loopback port or no randomness left.
    pub fn start(login: Login) -> Embedded {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let port = listener.local_addr().expect("the listener's address").port();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads for the server");
        let world = Arc::new(Mutex::new(World::new()));
        let host_key = Arc::new(Mutex::new(Arc::new(config(new_key()))));
        let login = Arc::new(Mutex::new(login));
        let (its_world, its_key) = (Arc::clone(&world), Arc::clone(&host_key));
        let its_login = Arc::clone(&login);
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((socket, _)) = listener.accept().await {
                let config = Arc::clone(&lock(&its_key));
                let login = lock(&its_login).clone();
                tokio::spawn(serve(socket, config, Arc::clone(&its_world), login));
            }
        });
        Embedded { port, world, login, host_key, runtime: Some(runtime) }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its host key, as OpenSSH prints it: `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        self.public_key().fingerprint(HashAlg::Sha256).to_string()
    }

    /// Its host key in OpenSSH's one-line form, as known_hosts has it.
    pub fn public_key(&self) -> PublicKey {
        lock(&self.host_key).keys[0].public_key().clone()
    }

    /// From the next connection on it wants this password after the key.
    pub fn want_both(&self, password: &str) {
        let mut login = lock(&self.login);
        (login.password, login.wants_both) = (Some(password.to_owned()), true);
    }

    /// From the next connection on it lets this key in.
    pub fn register(&self, key: PublicKey) {
        lock(&self.login).key = Some(key);
    }

    /// From the next connection on it shows another host key.
    pub fn change_host_key(&self) {
        *lock(&self.host_key) = Arc::new(config(new_key()));
    }

    /// Changes its behaviour.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut lock(&self.world).behaviour);
    }

    /// Everything that ever had a final name, in the order in which it got it.
    pub fn inbox(&self) -> Vec<Received> {
        lock(&self.world).inbox.clone()
    }

    /// What was asked so far.
    pub fn counts(&self) -> Counts {
        lock(&self.world).counts.clone()
    }

    /// Waits until every logged-in connection has ended, so that no request of a killed client is executed later. Connections
    /// without a login are not waited for: they execute nothing, and may never end, since wine sometimes keeps the socket
    /// of a program that was killed in the middle of a call.
    ///
    /// # Panics
    /// When one of them does not end.
    pub fn all_gone(&self) {
        let until = Instant::now() + Duration::from_secs(30);
        while lock(&self.world).let_in > 0 {
            assert!(Instant::now() < until, "a line to the server does not end");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Records from now on what is here before each request.
    pub fn record(&self) {
        lock(&self.world).record = Some(Vec::new());
    }

    /// What was recorded, and what is here now.
    pub fn recorded(&self) -> (Vec<Moment>, Moment) {
        let mut world = lock(&self.world);
        (world.record.take().unwrap_or_default(), world.moment())
    }

    /// Becomes what it was at a moment.
    pub fn restore(&self, moment: &Moment) {
        lock(&self.world).restore(moment);
    }

    /// Every file there now, temporary ones too: path and content.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        lock(&self.world).files.iter().map(|(path, file)| (path.clone(), file.bytes.clone())).collect()
    }

    /// The temporary files there now.
    pub fn leftovers(&self) -> Vec<String> {
        lock(&self.world).files.keys().filter(|path| is_temporary(path)).cloned().collect()
    }

    /// Puts a file there, as somebody else would; it does not count as received.
    pub fn put(&self, path: &str, content: &[u8]) {
        let mut world = lock(&self.world);
        let id = world.make(path);
        if let Some(file) = world.by_id(id) {
            file.bytes = content.to_vec();
        }
    }

    /// Does a rename that was asked for long ago; KP sees the file from then on.
    pub fn rename(&self, from: &str, to: &str) {
        let mut world = lock(&self.world);
        if let Some(file) = world.files.remove(from) {
            world.inbox.push(Received { path: to.to_owned(), bytes: file.bytes.clone() });
            world.files.insert(to.to_owned(), file);
        }
    }

    /// Makes a folder there.
    pub fn make_folder(&self, path: &str) {
        lock(&self.world).folders.insert(path.into());
    }

    /// Removes every file, as KP does after its monthly run; the inbox keeps them.
    pub fn empty(&self) {
        lock(&self.world).files.clear();
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Not `drop`, which would wait for tasks that are silent for ever by intention.
            runtime.shutdown_background();
        }
    }
}

/// A fresh ed25519 key.
///
/// # Panics
/// When the machine has no randomness.
pub fn new_key() -> PrivateKey {
    let key = ssh_key::PrivateKey::random(&mut ssh_key::rand_core::OsRng, ssh_key::Algorithm::Ed25519)
        .expect("a random key");
    let text = key.to_openssh(ssh_key::LineEnding::LF).expect("a key in OpenSSH's form");
    PrivateKey::from_openssh(text.as_bytes()).expect("the same key again")
}

fn config(host_key: PrivateKey) -> Config {
    Config {
        keys: vec![host_key],
        methods: MethodSet::from(&[MethodKind::PublicKey, MethodKind::Password][..]),
        auth_rejection_time: std::time::Duration::ZERO,
        nodelay: true,
        ..Config::default()
    }
}

async fn serve(
    socket: tokio::net::TcpStream,
    config: Arc<Config>,
    world: Arc<Mutex<World>>,
    login: Login,
) -> Option<()> {
    {
        let mut world = lock(&world);
        world.counts.connections += 1;
        if world.behaviour.unreachable {
            return None;
        }
        world.connected += 1;
        world.counts.most_connections = world.counts.most_connections.max(world.connected);
    }
    let _leaving = Leaving(Arc::clone(&world));
    let socket = socket.into_std().ok()?;
    let line = Line::hold(&socket).ok()?;
    let socket = tokio::net::TcpStream::from_std(socket).ok()?;
    let client = Client { world, guest: None, login, line, channels: HashMap::new(), took_key: false };
    let session = russh::server::run_stream(config, socket, client).await.ok()?;
    session.await.ok()
}

/// Counts a connection out again, however it ended.
struct Leaving(Arc<Mutex<World>>);

impl Drop for Leaving {
    fn drop(&mut self) {
        lock(&self.0).connected -= 1;
    }
}

/// Counts a client that was let in, for as long as it is here.
struct Guest(Arc<Mutex<World>>);

impl Guest {
    fn of(world: &Arc<Mutex<World>>) -> Guest {
        lock(world).let_in += 1;
        Guest(Arc::clone(world))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        lock(&self.0).let_in -= 1;
    }
}

/// One connection.
struct Client {
    world: Arc<Mutex<World>>,
    guest: Option<Guest>,
    login: Login,
    line: Line,
    channels: HashMap<ChannelId, Channel<Msg>>,
    /// Whether the key was taken.
    took_key: bool,
}

impl Client {
    fn login_tried(&self) {
        lock(&self.world).counts.logins_tried += 1;
    }

    fn answer(&self, user: &str, opens: bool) -> Auth {
        if opens && user == self.login.user { Auth::Accept } else { Auth::reject() }
    }
}

impl Handler for Client {
    type Error = russh::Error;

    async fn auth_none(&mut self, _: &str) -> Result<Auth, russh::Error> {
        self.login_tried();
        if self.took_key {
            return Ok(only_the_password(false));
        }
        if lock(&self.world).behaviour.asks_for_ever {
            let questions = MethodSet::from(&[MethodKind::KeyboardInteractive][..]);
            return Ok(Auth::Reject { proceed_with_methods: Some(questions), partial_success: false });
        }
        Ok(Auth::reject())
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        response: Option<russh::server::Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        let mut world = lock(&self.world);
        if !world.behaviour.asks_for_ever {
            return Ok(Auth::reject());
        }
        world.counts.answers += u64::from(response.is_some());
        Ok(Auth::Partial {
            name: "".into(),
            instructions: "".into(),
            prompts: vec![("Password:".into(), false)].into(),
        })
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        self.login_tried();
        let opens = self.login.password.as_deref() == Some(password);
        if self.login.wants_both && !self.took_key {
            return Ok(Auth::reject());
        }
        Ok(self.answer(user, opens))
    }

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        self.login_tried();
        Ok(self.answer(user, self.opens(offer.public_key)))
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        self.login_tried();
        if self.login.wants_both && user == self.login.user && self.opens(key.public_key) {
            self.took_key = true;
            return Ok(only_the_password(true));
        }
        Ok(self.answer(user, self.opens(key.public_key)))
    }

    async fn auth_succeeded(&mut self, _: &mut Session) -> Result<(), russh::Error> {
        self.guest = Some(Guest::of(&self.world));
        if lock(&self.world).behaviour.closes_after_login {
            self.line.cut();
        }
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        session.close(channel)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let channel = self.channels.remove(&id).filter(|_| name == "sftp");
        let Some(channel) = channel else { return session.channel_failure(id) };
        session.channel_success(id)?;
        let flood = lock(&self.world).behaviour.flood;
        if flood == Some(Flood::Debug) {
            // Such messages go out by the session alone, which cannot be had later.
            for length in [30_000; 150].into_iter().chain([100; 1_000]) {
                session.debug(true, &"x".repeat(length), "")?;
            }
        } else if let Some(flood) = flood {
            tokio::spawn(pour(flood, session.handle(), id));
        }
        let sftp = Sftp::new(Arc::clone(&self.world), self.line.clone());
        russh_sftp::server::run(channel.into_stream(), sftp).await;
        Ok(())
    }
}

/// Sends that without end, until the client is gone.
async fn pour(flood: Flood, handle: russh::server::Handle, channel: ChannelId) {
    let junk = vec![b'x'; 30_000];
    loop {
        let sent = match flood {
            Flood::Answers => handle.channel_success(channel).await.is_ok(),
            Flood::Errors => handle.extended_data(channel, 1, junk.clone()).await.is_ok(),
            Flood::Data => handle.data(channel, junk.clone()).await.is_ok(),
            Flood::Requests => {
                let handle = handle.clone();
                // Its answer is not waited for.
                tokio::spawn(async move { handle.forward_tcpip("x".repeat(1000), 1).await });
                tokio::time::sleep(Duration::from_micros(20)).await;
                true
            }
            Flood::Debug => return,
            Flood::Channels => {
                let handle = handle.clone();
                // It is never answered, so it is not waited for.
                tokio::spawn(async move { drop(handle.channel_open_x11("127.0.0.1", 1).await) });
                tokio::time::sleep(Duration::from_micros(20)).await;
                true
            }
        };
        if !sent {
            return;
        }
    }
}

impl Client {
    fn opens(&self, key: &PublicKey) -> bool {
        self.login.key.as_ref().is_some_and(|allowed| allowed.key_data() == key.key_data())
    }
}

/// Refuses for now, and goes on with the password alone.
fn only_the_password(partial_success: bool) -> Auth {
    let left = MethodSet::from(&[MethodKind::Password][..]);
    Auth::Reject { proceed_with_methods: Some(left), partial_success }
}

/// A lock that a panicking test does not poison for the others.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
