//! Is the terminal there? A diagnosis at the start, after a loss, and when somebody asks.
//! Holds what hangs on the answer: an intent that wants to begin, or a technician. Never touches
//! a payment. Next: `recovery.rs`.

use super::super::message::Request;
use super::super::verdict::said;
use super::{ANSWER_MS_MAX, Flight, Sequence, Stage, failed, tell};
use crate::pin_pad::nexo::answer::{DiagnosisAnswer, Success};
use crate::pin_pad::{Identity, PinPadEvent, Step, Tender};

/// From one look at a terminal that is not there to the next.
pub const PROBE_MS: u64 = 5_000;

pub(super) struct Probe {
    pub flight: Flight,
    /// Wants to begin once the terminal is there.
    pub tender: Option<Tender>,
    /// Somebody asked how it is.
    asked: bool,
}

impl Sequence {
    pub(super) fn look(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        if matches!(self.stage, Stage::Idle) && !self.up {
            self.probe(None, now_ms, steps);
        }
    }

    /// Takes the place of a probe that nothing hangs on; its answer is then not heard.
    pub(super) fn probe(&mut self, tender: Option<Tender>, now_ms: u64, steps: &mut Vec<Step>) {
        let asked = match &self.stage {
            Stage::Probing(probe) => probe.asked,
            Stage::Idle
            | Stage::Ready(_)
            | Stage::Sent { .. }
            | Stage::Ended { .. }
            | Stage::Recovering(_)
            | Stage::Fetching { .. } => false,
        };
        let service_id = self.fresh_service_id();
        let flight = self.send(service_id, &Request::Diagnosis, now_ms + ANSWER_MS_MAX, steps);
        self.stage = Stage::Probing(Probe { flight, tender, asked });
    }

    pub(super) fn diagnose(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        match &mut self.stage {
            Stage::Idle => {
                self.probe(None, now_ms, steps);
                if let Stage::Probing(probe) = &mut self.stage {
                    probe.asked = true;
                }
            }
            Stage::Probing(probe) => probe.asked = true,
            Stage::Ready(_)
            | Stage::Sent { .. }
            | Stage::Ended { .. }
            | Stage::Recovering(_)
            | Stage::Fetching { .. } => failed("diagnosis", "the terminal is busy", steps),
        }
    }

    pub(super) fn probed(
        &mut self,
        probe: Probe,
        bytes: &[u8],
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        let answer = match self.read(&probe.flight, bytes) {
            Ok(answer) => answer,
            Err(stray) => {
                self.tell_stray(&stray, steps);
                self.up = false;
                return self.probe_failed(probe, &stray.why(), now_ms, steps);
            }
        };
        let Some(health) = answer.diagnosis else {
            return self.probe_failed(probe, "it does not say how it is", now_ms, steps);
        };
        self.stranger = None;
        if !self.up {
            self.up = true;
            tell(PinPadEvent::Up { identity: self.identity(), newest: None }, steps);
        }
        self.rest(now_ms);
        if probe.asked {
            tell_health(&health, steps);
        }
        if let Some(tender) = probe.tender {
            tell(PinPadEvent::Ready(tender.intent), steps);
            self.stage = Stage::Ready(tender);
        }
    }

    pub(super) fn probe_failed(
        &mut self,
        probe: Probe,
        why: &str,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        if probe.asked {
            failed("diagnosis", why, steps);
        }
        if let Some(tender) = probe.tender {
            let why = format!("the terminal is not ready: {why}");
            tell(PinPadEvent::NotStarted { intent: tender.intent, why }, steps);
        }
        self.rest(now_ms);
    }

    /// The model and the serial number are the terminal's own name.
    fn identity(&self) -> Identity {
        let poi_id = &self.till.poi_id;
        let (model, serial) = poi_id.split_once('-').unwrap_or((poi_id, ""));
        Identity {
            terminal_id: poi_id.clone(),
            model: model.to_owned(),
            serial: serial.to_owned(),
            software: String::new(),
        }
    }
}

fn tell_health(health: &DiagnosisAnswer, steps: &mut Vec<Step>) {
    if health.response.result == Success::Failure {
        return failed("diagnosis", &said(&health.response), steps);
    }
    let status = if health.status.global.is_empty() { "OK" } else { &health.status.global };
    let host = match health.status.communication {
        Some(true) => ", in touch with its host",
        Some(false) => ", out of touch with its host",
        None => "",
    };
    tell(PinPadEvent::Healthy { text: format!("{status}{host}") }, steps);
}
