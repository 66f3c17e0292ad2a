//! A mail server that others wrote: Python's aiosmtpd, as Debian packages it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::smtp::Papers;
use super::third_party_servers::python_with;

/// A Python script that prints its port, and a line of JSON for each mail.
const SERVER: &str = r#"
import asyncio, json, ssl, sys
from aiosmtpd.smtp import SMTP

class Keep:
    async def handle_DATA(self, server, session, envelope):
        mail = {"to": envelope.rcpt_tos, "under_tls": session.ssl is not None, "raw": envelope.content.decode()}
        print(json.dumps(mail), flush=True)
        return "250 kept"

async def main():
    papers = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    papers.load_cert_chain(sys.argv[1], sys.argv[2])
    make = lambda: SMTP(Keep(), tls_context=papers, require_starttls=True)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"#;

/// The running server. Dropped, it is ended.
pub struct Aiosmtpd {
    child: Child,
    said: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
}

impl Aiosmtpd {
    /// Starts one that takes mail under STARTTLS alone; none where the machine has no aiosmtpd.
    pub fn start(papers: &Papers) -> Option<Aiosmtpd> {
        let python = python_with("aiosmtpd")?;
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
        std::fs::write(&certificate, &papers.certificate).unwrap();
        std::fs::write(&key, &papers.key).unwrap();
        let mut command = Command::new(python);
        command.args(["-c", SERVER]).arg(&certificate).arg(&key).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut server = Aiosmtpd { child, said, folder, port: 0 };
        server.port = server.line().trim().parse().unwrap();
        Some(server)
    }

    /// The next mail that came.
    pub fn mail(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.said.read_line(&mut line).unwrap(), 0, "the mail server ended ({:?})", self.folder);
        line
    }
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
