//! What the service manager is told, and the sockets it hands over.
//!
//! READY, STATUS, STOPPING, and a watchdog ping that follows only a self-check that succeeded in
//! time: never from a bare timer (trust 4). Without a service manager all of it is silent. Never
//! decides when the box is ready. Next: `start.rs`.

use crate::clock;
use listenfd::ListenFd;
use sd_notify::NotifyState;
use std::env;
use std::ffi::OsStr;
use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use usher_rules::at::Clock;

/// Sockets a service manager may pass.
const SOCKETS_MAX: usize = 16;
/// Longest status line that is sent.
const STATUS_CHARS_MAX: usize = 200;

/// What failed while talking to the service manager.
#[derive(Debug, thiserror::Error)]
pub enum NotifyFault {
    #[error(
        "the notify socket cannot be used: {0}; check NOTIFY_SOCKET and the unit's Type=notify"
    )]
    Socket(#[source] io::Error),
    #[error("passed socket {index} is not a TCP listener: {source}; check usher.socket")]
    NotTcp { index: usize, source: io::Error },
    #[error("{count} sockets were passed, at most {SOCKETS_MAX} are taken; check usher.socket")]
    TooManySockets { count: usize },
}

/// The line to the service manager; silent when there is none.
#[derive(Debug)]
pub struct Notifier {
    line: Option<(UnixDatagram, SocketAddr)>,
}

impl Notifier {
    /// For a daemon that nobody supervises.
    pub fn silent() -> Notifier {
        Notifier { line: None }
    }

    /// Speaks to the socket at `path`; a leading `@` means an abstract name.
    pub fn to(path: &OsStr) -> Result<Notifier, NotifyFault> {
        let address = match path.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name),
            None => SocketAddr::from_pathname(path),
        };
        let address = address.map_err(NotifyFault::Socket)?;
        let socket = UnixDatagram::unbound().map_err(NotifyFault::Socket)?;
        // A manager that does not read must not stop us.
        socket.set_nonblocking(true).map_err(NotifyFault::Socket)?;
        Ok(Notifier { line: Some((socket, address)) })
    }

    /// Speaks to the manager that started us, if one did.
    pub fn from_environment() -> Result<Notifier, NotifyFault> {
        match env::var_os("NOTIFY_SOCKET") {
            Some(path) if !path.is_empty() => Notifier::to(&path),
            Some(_) | None => Ok(Notifier::silent()),
        }
    }

    /// The store is open and the listener accepts.
    pub fn ready(&self, status: &str) -> Result<(), NotifyFault> {
        self.send(&[NotifyState::Ready, NotifyState::Status(&one_line(status))])
    }

    /// What a technician sees in `systemctl status`.
    pub fn status(&self, status: &str) -> Result<(), NotifyFault> {
        self.send(&[NotifyState::Status(&one_line(status))])
    }

    /// The daemon has begun to close.
    pub fn stopping(&self) -> Result<(), NotifyFault> {
        self.send(&[NotifyState::Stopping])
    }

    fn watchdog(&self) -> Result<(), NotifyFault> {
        self.send(&[NotifyState::Watchdog])
    }

    fn send(&self, states: &[NotifyState<'_>]) -> Result<(), NotifyFault> {
        let Some((socket, address)) = &self.line else {
            return Ok(());
        };
        let message: String = states.iter().map(|state| format!("{state}\n")).collect();
        socket.send_to_addr(message.as_bytes(), address).map_err(NotifyFault::Socket)?;
        Ok(())
    }
}

/// A line break in a status would be a message of its own.
fn one_line(status: &str) -> String {
    let plain = |sign: char| if sign.is_control() { ' ' } else { sign };
    status.chars().take(STATUS_CHARS_MAX).map(plain).collect()
}

/// How often to ping: a third of what the unit asks for. `None` without a watchdog for us.
pub fn watchdog_interval(
    watchdog_usec: Option<&str>,
    watchdog_pid: Option<&str>,
    own_pid: u32,
) -> Option<Duration> {
    let for_us = watchdog_pid.is_none_or(|pid| pid.parse() == Ok(own_pid));
    let usec: u64 = watchdog_usec?.parse().ok()?;
    (for_us && usec >= 3).then(|| Duration::from_micros(usec / 3))
}

/// As [`watchdog_interval`], from what the manager that started us said.
pub fn watchdog_interval_from_environment() -> Option<Duration> {
    let usec = env::var("WATCHDOG_USEC").ok();
    let pid = env::var("WATCHDOG_PID").ok();
    watchdog_interval(usec.as_deref(), pid.as_deref(), std::process::id())
}

/// Pings every `every` for as long as `check` succeeds within that time, until `stop`.
///
/// `check` reads the store and passes once through the daemon's loop. A check that fails or
/// hangs is left without a ping, said once in the status, and tried again: when it stays so, the
/// manager ends the process and starts a new one.
pub async fn feed_watchdog<C, F, E>(
    notifier: &Notifier,
    clock: &dyn Clock,
    every: Duration,
    stop: &CancellationToken,
    mut check: C,
) where
    C: FnMut() -> F,
    F: Future<Output = Result<(), E>>,
    E: std::fmt::Display,
{
    let mut was_well = true;
    while !stop.is_cancelled() {
        let verdict = tokio::select! {
            () = stop.cancelled() => return,
            () = clock::wait(clock, every) => Err("no answer in time".to_owned()),
            answer = check() => answer.map_err(|fault| fault.to_string()),
        };
        let told = match &verdict {
            Ok(()) if was_well => notifier.watchdog(),
            Ok(()) => notifier.watchdog().and_then(|()| notifier.status("self-check passed")),
            Err(fault) if was_well => notifier.status(&format!("self-check failed: {fault}")),
            Err(_) => Ok(()),
        };
        if let Err(fault) = &verdict {
            tracing::error!(%fault, "self-check failed; the watchdog is not fed");
        }
        if let Err(fault) = told {
            tracing::warn!(%fault, "the service manager was not told");
        }
        was_well = verdict.is_ok();
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock::wait(clock, every) => {}
        }
    }
}

/// The listeners of `usher.socket`, in the order of the unit; empty without socket activation.
pub fn passed_listeners() -> Result<Vec<TcpListener>, NotifyFault> {
    let mut passed = ListenFd::from_env();
    let count = passed.len();
    if count > SOCKETS_MAX {
        return Err(NotifyFault::TooManySockets { count });
    }
    let mut listeners = Vec::with_capacity(count);
    for index in 0..count {
        let not_tcp = |source| NotifyFault::NotTcp { index, source };
        if let Some(listener) = passed.take_tcp_listener(index).map_err(not_tcp)? {
            listener.set_nonblocking(true).map_err(not_tcp)?;
            listeners.push(listener);
        }
    }
    Ok(listeners)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MachineClock;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A service manager: a datagram socket at a path of its own.
    struct Manager {
        path: PathBuf,
        socket: UnixDatagram,
    }

    impl Manager {
        fn new(name: &str) -> Manager {
            let file = format!("usher-notify-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(file);
            let _ = std::fs::remove_file(&path);
            let socket = UnixDatagram::bind(&path).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            Manager { path, socket }
        }

        fn notifier(&self) -> Notifier {
            Notifier::to(self.path.as_os_str()).unwrap()
        }

        fn next(&self) -> String {
            let mut bytes = [0; 1024];
            let length = self.socket.recv(&mut bytes).unwrap();
            String::from_utf8(bytes[..length].to_vec()).unwrap()
        }

        fn heard_nothing_more(&self) -> bool {
            self.socket.set_nonblocking(true).unwrap();
            self.socket.recv(&mut [0; 8]).is_err()
        }
    }

    impl Drop for Manager {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    #[test]
    fn the_manager_hears_ready_status_and_stopping() {
        let manager = Manager::new("words");
        let notifier = manager.notifier();
        notifier.ready("selling").unwrap();
        notifier.status("two\nlines\rof\x1bstatus").unwrap();
        notifier.stopping().unwrap();
        assert_eq!(manager.next(), "READY=1\nSTATUS=selling\n");
        assert_eq!(manager.next(), "STATUS=two lines of status\n");
        assert_eq!(manager.next(), "STOPPING=1\n");
    }

    #[test]
    fn an_abstract_name_is_reached_too() {
        let name = format!("usher-notify-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let manager = UnixDatagram::bind_addr(&address).unwrap();
        Notifier::to(OsStr::new(&format!("@{name}"))).unwrap().stopping().unwrap();
        let mut bytes = [0; 64];
        let length = manager.recv(&mut bytes).unwrap();
        assert_eq!(&bytes[..length], b"STOPPING=1\n");
    }

    #[test]
    fn nobody_to_tell_is_not_a_fault_and_a_manager_that_left_is() {
        assert!(Notifier::silent().ready("alone").is_ok());
        let manager = Manager::new("left");
        let notifier = manager.notifier();
        drop(manager);
        assert!(matches!(notifier.stopping(), Err(NotifyFault::Socket(_))));
    }

    #[test]
    fn the_interval_is_a_third_and_only_for_the_named_process() {
        let third = Some(Duration::from_secs(5));
        assert_eq!(watchdog_interval(Some("15000000"), None, 7), third);
        assert_eq!(watchdog_interval(Some("15000000"), Some("7"), 7), third);
        assert_eq!(watchdog_interval(Some("15000000"), Some("8"), 7), None);
        assert_eq!(watchdog_interval(Some("15000000"), Some("self"), 7), None);
        assert_eq!(watchdog_interval(None, Some("7"), 7), None);
        assert_eq!(watchdog_interval(Some("soon"), None, 7), None);
        assert_eq!(watchdog_interval(Some("0"), None, 7), None);
    }

    /// Runs the feeding with `check` until the check has been asked `asked_max` times.
    async fn feed<F>(manager: &Manager, asked_max: u32, check: impl Fn(u32) -> F)
    where
        F: Future<Output = Result<(), &'static str>>,
    {
        let (stop, asked) = (CancellationToken::new(), AtomicU32::new(0));
        let notifier = manager.notifier();
        let clock = MachineClock::new();
        feed_watchdog(&notifier, &clock, Duration::from_millis(20), &stop, || {
            let round = asked.fetch_add(1, Ordering::Relaxed);
            if round == asked_max {
                stop.cancel();
            }
            check(round)
        })
        .await;
    }

    #[tokio::test]
    async fn a_passed_check_pings() {
        let manager = Manager::new("well");
        feed(&manager, 3, |_| async { Ok(()) }).await;
        for _ in 0..3 {
            assert_eq!(manager.next(), "WATCHDOG=1\n");
        }
    }

    #[tokio::test]
    async fn a_failed_check_says_so_once_and_never_pings() {
        let manager = Manager::new("ill");
        feed(&manager, 3, |_| async { Err("the store does not answer") }).await;
        assert_eq!(manager.next(), "STATUS=self-check failed: the store does not answer\n");
        assert!(manager.heard_nothing_more());
    }

    #[tokio::test]
    async fn a_check_that_hangs_is_left_without_a_ping() {
        let manager = Manager::new("hung");
        feed(&manager, 2, |_| std::future::pending()).await;
        assert_eq!(manager.next(), "STATUS=self-check failed: no answer in time\n");
        assert!(manager.heard_nothing_more());
    }

    #[tokio::test]
    async fn a_check_that_recovers_pings_again() {
        let manager = Manager::new("better");
        feed(&manager, 2, |round| async move { if round == 0 { Err("stalled") } else { Ok(()) } })
            .await;
        assert_eq!(manager.next(), "STATUS=self-check failed: stalled\n");
        assert_eq!(manager.next(), "WATCHDOG=1\n");
        assert_eq!(manager.next(), "STATUS=self-check passed\n");
    }
}
