//! How the product is reached: by its own certificate, behind a proxy that has one, or in the clear on this machine.
//!
//! Always true: what a request says of where it came from is believed only from a proxy that is trusted.

use super::Web;
use super::tls::{CertificateFiles, TlsListener};
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::IncomingStream;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use tokio::net::TcpListener;

/// How the product is reached.
#[derive(Clone, Debug, Default)]
pub struct Serving {
    /// Its own certificate.
    pub certificate: Option<CertificateFiles>,
    /// Whether a proxy with HTTPS stands in front of it.
    pub is_behind_proxy: bool,
    /// Whose word on the caller's address is believed; this machine's own unless named.
    pub trusted_proxies: Vec<Network>,
}

impl Serving {
    /// Whether browsers reach it by HTTPS.
    pub fn is_https(&self) -> bool {
        self.certificate.is_some() || self.is_behind_proxy
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match self.trusted_proxies.is_empty() {
            true => address.is_loopback(),
            false => self.trusted_proxies.iter().any(|network| network.contains(address)),
        }
    }

    /// The caller's address: the neighbor's, or what trusted proxies say, read from the nearest outwards.
    pub fn caller(&self, neighbor: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.is_behind_proxy || !self.is_trusted(neighbor) {
            return neighbor;
        }
        let said: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        let mut believed = neighbor;
        for part in said.iter().rev() {
            // What is no address was written by somebody we do not trust.
            let Ok(address) = part.parse::<IpAddr>() else { break };
            believed = address;
            if !self.is_trusted(address) {
                break;
            }
        }
        believed
    }
}

/// Addresses of one network, such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: u128,
    bits: u32,
}

impl Network {
    /// Whether an address belongs to it.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(number(address.to_canonical()), self.bits) == self.first
    }
}

/// Both kinds of address on one line: IPv4 in its place within IPv6.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn masked(number: u128, bits: u32) -> u128 {
    number & u128::MAX.checked_shl(128 - bits).unwrap_or(0)
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || format!("{text:?} is no address or network such as 10.0.0.0/8");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse::<u32>().map_err(|_| wrong()))?;
        if bits > most {
            return Err(wrong());
        }
        let bits = bits + (128 - most);
        Ok(Network { first: masked(number(address), bits), bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = Ipv6Addr::from_bits(self.first);
        match first.to_ipv4_mapped().filter(|_| self.bits >= 96) {
            Some(first) => write!(f, "{}/{}", Ipv4Addr::to_string(&first), self.bits - 96),
            None => write!(f, "{first}/{}", self.bits),
        }
    }
}

/// The other end of a connection, encrypted or not.
#[derive(Clone, Copy, Debug)]
pub struct Neighbor(pub SocketAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Neighbor {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Neighbor {
        Neighbor(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Neighbor {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Neighbor {
        Neighbor(*stream.remote_addr())
    }
}

/// Gives handlers the caller's address as it is believed.
pub async fn believe(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(Neighbor(neighbor))) = request.extensions().get::<ConnectInfo<Neighbor>>().copied() {
        let caller = web.serving.caller(neighbor.ip(), request.headers());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(caller, neighbor.port())));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(behind: bool, trusted: &[&str], neighbor: &str, said: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append("x-forwarded-for", value.parse().expect("a header"));
        }
        let trusted_proxies = trusted.iter().map(|text| text.parse().expect("a network")).collect();
        let serving = Serving { certificate: None, is_behind_proxy: behind, trusted_proxies };
        serving.caller(neighbor.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn a_callers_address_is_believed_only_from_a_trusted_proxy() {
        let said = ["203.0.113.9"];
        assert_eq!(caller(false, &[], "127.0.0.1", &said), "127.0.0.1", "no proxy: nobody is believed");
        assert_eq!(caller(true, &[], "127.0.0.1", &said), "203.0.113.9");
        assert_eq!(caller(true, &[], "198.51.100.7", &said), "198.51.100.7", "a stranger is not");
        assert_eq!(caller(true, &["10.0.0.0/8"], "10.1.2.3", &said), "203.0.113.9");
        assert_eq!(caller(true, &["10.0.0.0/8"], "127.0.0.1", &said), "127.0.0.1", "who is named is all");
        assert_eq!(caller(true, &["10.0.0.0/8"], "::ffff:10.1.2.3", &said), "203.0.113.9");
        // A caller may write what they like in front; the nearest that is no proxy counts.
        assert_eq!(caller(true, &["10.0.0.0/8"], "10.0.0.1", &["1.1.1.1, 203.0.113.9", "10.0.0.2"]), "203.0.113.9");
        assert_eq!(caller(true, &[], "127.0.0.1", &["203.0.113.9, nonsense"]), "127.0.0.1");
        assert_eq!(caller(true, &[], "127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn networks_are_read_and_written() {
        for (text, written) in
            [("10.0.0.0/8", "10.0.0.0/8"), ("192.0.2.7", "192.0.2.7/32"), ("2001:db8::/32", "2001:db8::/32"), ("0.0.0.0/0", "0.0.0.0/0")]
        {
            assert_eq!(text.parse::<Network>().map(|network| network.to_string()).as_deref(), Ok(written));
        }
        for text in ["", "10.0.0.0/33", "ten", "10.0.0.0/x"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
