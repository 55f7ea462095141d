//! Ports on loopback for the JSON-RPC and the websocket.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener},
};

/// How many free pairs are tried before two free ports that are not neighbours are taken.
const ATTEMPTS: usize = 32;

/// A port that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Something listens there.
    #[error("port {port} is already in use (another localnet?): pass {option} 0 for a free one")]
    Busy {
        /// The port.
        port: u16,
        /// The option that names it.
        option: &'static str,
    },
    /// Both servers would listen on one port.
    #[error("--rpc-port and --ws-port are both {0}: they need two ports")]
    Same(u16),
    /// There is no port after this one.
    #[error("no port follows {0} for the websocket: name one with --ws-port")]
    Last(u16),
    /// The port cannot be opened.
    #[error("cannot listen on 127.0.0.1:{port}: {reason}. Name another port with {option}")]
    Unusable {
        /// The port.
        port: u16,
        /// The option that names it.
        option: &'static str,
        /// Why.
        reason: std::io::Error,
    },
}

/// The two ports, held until the network takes them.
#[derive(Debug)]
pub struct Ports {
    /// Port of the JSON-RPC.
    pub rpc: u16,
    /// Port of the websocket.
    pub ws: u16,
    _held: [TcpListener; 2],
}

impl Ports {
    /// Takes the ports asked for; 0 stands for a free one, no websocket port for the one after the
    /// JSON-RPC's, because Solana's tools look for it there.
    ///
    /// # Errors
    /// [`PortError`] when a port cannot be had.
    pub fn choose(rpc: u16, ws: Option<u16>) -> Result<Self, PortError> {
        match (rpc, ws) {
            (0, None | Some(0)) => Self::free_pair(),
            (rpc, None) => Self::take(rpc, rpc.checked_add(1).ok_or(PortError::Last(rpc))?),
            (rpc, Some(ws)) if rpc == ws && rpc != 0 => Err(PortError::Same(rpc)),
            (rpc, Some(ws)) => Self::take(rpc, ws),
        }
    }

    fn free_pair() -> Result<Self, PortError> {
        for _ in 0..ATTEMPTS {
            let rpc = listen(0, "--rpc-port")?;
            let next = port_of(&rpc).checked_add(1);
            if let Some(Ok(ws)) = next.map(|next| listen(next, "--ws-port")) {
                return Ok(Self::from((rpc, ws)));
            }
        }
        Self::take(0, 0)
    }

    fn take(rpc: u16, ws: u16) -> Result<Self, PortError> {
        let rpc = listen(rpc, "--rpc-port")?;
        let ws = listen(ws, "--ws-port")?;
        Ok(Self::from((rpc, ws)))
    }
}

impl From<(TcpListener, TcpListener)> for Ports {
    fn from((rpc, ws): (TcpListener, TcpListener)) -> Self {
        Self {
            rpc: port_of(&rpc),
            ws: port_of(&ws),
            _held: [rpc, ws],
        }
    }
}

fn listen(port: u16, option: &'static str) -> Result<TcpListener, PortError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|reason| match reason.kind() {
        ErrorKind::AddrInUse => PortError::Busy { port, option },
        _ => PortError::Unusable {
            port,
            option,
            reason,
        },
    })
}

/// The port of a bound listener; asking for it cannot fail.
fn port_of(listener: &TcpListener) -> u16 {
    listener.local_addr().map_or(0, |address| address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_are_neighbours() {
        let ports = Ports::choose(0, None).expect("ports");
        assert_ne!(ports.rpc, 0);
        assert_eq!(ports.ws, ports.rpc + 1);
    }

    #[test]
    fn a_busy_port_is_named_with_its_way_out() {
        let held = Ports::choose(0, None).expect("ports");
        let refused = Ports::choose(held.rpc, Some(0)).map_err(|error| error.to_string());
        let expected = format!(
            "port {} is already in use (another localnet?): pass --rpc-port 0 for a free one",
            held.rpc
        );
        assert!(refused.is_err_and(|message| message == expected));
        let refused = Ports::choose(0, Some(held.ws));
        assert!(matches!(
            refused,
            Err(PortError::Busy {
                option: "--ws-port",
                ..
            })
        ));
    }

    #[test]
    fn one_port_is_not_enough() {
        assert!(matches!(
            Ports::choose(9000, Some(9000)),
            Err(PortError::Same(9000))
        ));
        assert!(matches!(
            Ports::choose(u16::MAX, None),
            Err(PortError::Last(_))
        ));
    }
}
