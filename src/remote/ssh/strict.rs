//! Whether a server offers the strict key exchange, which libssh2 uses where both sides offer it and does not tell of.
//!
//! Without it, whoever is on the way can take packets out at the beginning of a connection that uses chacha20-poly1305
//! (CVE-2023-48795, "Terrapin"). The server's list of algorithms goes into the signature that its host key makes, so nobody
//! on the way can add the offer.

/// How the server names it (OpenSSH's PROTOCOL, section 1.10).
const NAME: &[u8] = b"kex-strict-s-v00@openssh.com";
/// The longest identification line, its end included (RFC 4253, section 4.2).
const LONGEST_LINE: usize = 255;
const KEXINIT: u8 = 20;
const COOKIE: usize = 16;

/// Whether the first packet that the server sent, right behind its identification, is its list of algorithms and has the
/// strict key exchange in it. False of anything else: where it cannot be seen, it is not believed.
pub(super) fn offered(opening: &[u8]) -> bool {
    list(opening).is_some_and(|names| names.split(|&byte| byte == b',').any(|name| name == NAME))
}

/// The server's key exchange algorithms, the first list of KEXINIT (RFC 4253, section 7.1).
fn list(opening: &[u8]) -> Option<&[u8]> {
    opening.strip_prefix(b"SSH-")?;
    let line = opening.iter().take(LONGEST_LINE).position(|&byte| byte == b'\n')?;
    let (identification, packet) = opening.split_at(line + 1);
    if identification.contains(&0) {
        return None;
    }
    let (length, rest) = number(packet)?;
    let (&padding, payload) = rest.get(..length)?.split_first()?;
    let payload = payload.get(..payload.len().checked_sub(usize::from(padding))?)?;
    let lists = payload.strip_prefix(&[KEXINIT])?.get(COOKIE..)?;
    let (length, rest) = number(lists)?;
    rest.get(..length)
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_be_bytes(*number)).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(kind: u8, names: &str) -> Vec<u8> {
        let mut payload = vec![kind];
        payload.extend([7; COOKIE]);
        payload.extend(u32::try_from(names.len()).unwrap_or_default().to_be_bytes());
        payload.extend(names.as_bytes());
        payload.extend([0; 40]);
        let mut packet = u32::try_from(payload.len() + 5).unwrap_or_default().to_be_bytes().to_vec();
        packet.push(4);
        packet.extend(payload);
        packet.extend([0; 4]);
        packet
    }

    #[test]
    fn the_offer_counts_only_in_the_first_packet_behind_the_first_line() {
        let strict = "curve25519-sha256,kex-strict-s-v00@openssh.com";
        let opening = |line: &str, packets: &[Vec<u8>]| [line.as_bytes(), &packets.concat()].concat();
        let with = packet(KEXINIT, strict);
        assert!(offered(&opening("SSH-2.0-x\r\n", std::slice::from_ref(&with))));
        assert!(offered(&opening("SSH-2.0-x\n", &[with.clone(), packet(2, "")])));
        let long = format!("SSH-2.0-{}\r\n", "x".repeat(300));
        for not in [
            opening("SSH-2.0-x\r\n", &[packet(KEXINIT, "curve25519-sha256")]),
            opening("SSH-2.0-x\r\n", &[packet(KEXINIT, "xkex-strict-s-v00@openssh.com")]),
            opening("SSH-2.0-x\r\n", &[packet(2, ""), with.clone()]),
            opening("SSH-2.0-x\r\n", &[packet(KEXINIT, "curve25519-sha256"), with.clone()]),
            opening("hello\r\nSSH-2.0-x\r\n", std::slice::from_ref(&with)),
            opening("SSH-2.0-\0x\r\n", std::slice::from_ref(&with)),
            opening(&long, std::slice::from_ref(&with)),
            opening("SSH-2.0-x\r\n", &[with[..60].to_vec()]),
            Vec::new(),
        ] {
            assert!(!offered(&not), "{}", String::from_utf8_lossy(&not));
        }
        for cut in 0..60 {
            assert!(!offered(&opening("SSH-2.0-x\r\n", &[with[..cut].to_vec()])), "{cut}");
        }
    }
}
