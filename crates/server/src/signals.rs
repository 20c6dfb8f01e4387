//! The signals by which the operating system, a service manager or a person at the keyboard stops the server, or has it read
//! its certificate again.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Requests to stop: SIGTERM and SIGINT (Ctrl-C).
pub struct StopSignals {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
}

impl StopSignals {
    /// From now on these signals no longer end the process by themselves.
    pub fn listen() -> io::Result<StopSignals> {
        #[cfg(unix)]
        return Ok(StopSignals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        });
        #[cfg(not(unix))]
        Ok(StopSignals {})
    }

    /// Completes at the next one.
    pub async fn requested(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
            Ok(())
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await
    }
}

/// SIGHUP: files should be read again. Elsewhere than on Unix it never comes.
pub struct HangUps {
    #[cfg(unix)]
    signal: Signal,
}

impl HangUps {
    /// From now on SIGHUP no longer ends the process by itself.
    pub fn listen() -> io::Result<HangUps> {
        #[cfg(unix)]
        return Ok(HangUps { signal: signal(SignalKind::hangup())? });
        #[cfg(not(unix))]
        Ok(HangUps {})
    }

    /// Completes at the next one.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        if self.signal.recv().await.is_some() {
            return;
        }
        std::future::pending().await
    }
}
