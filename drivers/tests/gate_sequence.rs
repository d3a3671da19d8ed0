//! Guards the gate's state machine: passages, deadlines, faults, what is shown meanwhile.
//! Times are passed in; every limit is tried on both sides. No IO, no clock.
//! Next: `gate_task.rs` for the same on simulated wires.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use usher_drivers::gate::sequence::{GRACE_MS, OWED_SCANS_MAX, Phase, STUCK_MS, Sequence};
use usher_drivers::gate::{
    Colour, GateSettings, InputLine, Light, Outcome, Outputs, Release, Signal, Way,
};

const DEBOUNCE_MS: u64 = 10;
const PASSAGE_MS: u64 = 8_000;

fn turnstile() -> GateSettings {
    GateSettings { turnstile: true, ..GateSettings::default() }
}

fn go(scan: u64) -> Signal {
    Signal { light: Light::Go, way: Way::In, passages: 1, scan }
}

fn stop(scan: u64) -> Signal {
    Signal { light: Light::Stop, way: Way::In, passages: 0, scan }
}

/// What was shown from when on.
type Timeline = Vec<(u64, Outputs)>;

struct Trial {
    sequence: Sequence,
    now_ms: u64,
    outcomes: Vec<Outcome>,
    timeline: Timeline,
}

impl Trial {
    fn new(settings: &GateSettings) -> Trial {
        let sequence = Sequence::new(settings);
        Trial { sequence, now_ms: 0, outcomes: Vec::new(), timeline: Vec::new() }
    }

    fn note(&mut self) {
        let shown = self.sequence.shows(self.now_ms);
        let last = self.timeline.last().map_or(Outputs::default(), |(_, shown)| *shown);
        if shown != last {
            self.timeline.push((self.now_ms, shown));
        }
    }

    /// Lets time pass the way the owner task does: from one due time to the next.
    fn until(&mut self, to_ms: u64) -> &mut Trial {
        while let Some(due_ms) = self.sequence.due_ms(self.now_ms).filter(|due| *due <= to_ms) {
            assert!(due_ms > self.now_ms || self.now_ms == 0, "due {due_ms} at {}", self.now_ms);
            self.now_ms = due_ms;
            self.sequence.advance(due_ms, &mut self.outcomes);
            self.note();
        }
        self.now_ms = to_ms;
        self.sequence.advance(to_ms, &mut self.outcomes);
        self.note();
        self
    }

    fn signal(&mut self, signal: Signal) -> &mut Trial {
        self.sequence.signal(signal, self.now_ms, &mut self.outcomes);
        self.note();
        self
    }

    fn input(&mut self, line: InputLine, active: bool) -> &mut Trial {
        self.sequence.input(line, active, self.now_ms, &mut self.outcomes);
        self.note();
        self
    }

    /// One person turns the arm; takes 60 ms.
    fn turn(&mut self, line: InputLine) -> &mut Trial {
        let now_ms = self.now_ms;
        self.input(line, true).until(now_ms + 50).input(line, false).until(now_ms + 60)
    }

    fn reset(&mut self) -> &mut Trial {
        self.sequence.reset(self.now_ms, &mut self.outcomes);
        self.note();
        self
    }

    fn told(&mut self) -> Vec<Outcome> {
        std::mem::take(&mut self.outcomes)
    }

    fn phase(&self) -> Phase {
        self.sequence.phase()
    }

    /// When something was on, as spans.
    fn spans(&self, on: impl Fn(Outputs) -> bool) -> Vec<(u64, u64)> {
        let mut spans = Vec::new();
        let mut since = None;
        for (at_ms, shown) in &self.timeline {
            match (since, on(*shown)) {
                (None, true) => since = Some(*at_ms),
                (Some(from_ms), false) => {
                    spans.push((from_ms, *at_ms));
                    since = None;
                }
                (None, false) | (Some(_), true) => {}
            }
        }
        spans.extend(since.map(|from_ms| (from_ms, self.now_ms)));
        spans
    }

    fn colour_spans(&self, colour: Colour) -> Vec<(u64, u64)> {
        self.spans(|shown| shown.colour == Some(colour))
    }
}

#[test]
fn an_accepted_scan_gives_one_pulse_green_and_one_beep_until_the_arm_turns() {
    let mut trial = Trial::new(&turnstile());
    trial.until(1_000).signal(go(7)).until(3_000).turn(InputLine::RotatedIn).until(20_000);
    assert_eq!(trial.told(), [Outcome::Passed { scan: 7, left: 0 }]);
    assert_eq!(trial.spans(|shown| shown.release == Some(Way::In)), [(1_000, 1_300)]);
    assert_eq!(trial.spans(|shown| shown.buzzer), [(1_000, 1_080)]);
    assert_eq!(trial.colour_spans(Colour::Green), [(1_000, 3_000 + DEBOUNCE_MS)]);
    assert_eq!(trial.colour_spans(Colour::Amber), []);
    assert_eq!(trial.phase(), Phase::Idle);
}

#[test]
fn a_level_release_is_held_until_the_arm_turns() {
    let settings = GateSettings { release: Release::Level, ..turnstile() };
    let mut trial = Trial::new(&settings);
    trial.until(1_000).signal(go(7)).until(3_000).turn(InputLine::RotatedIn);
    let release = trial.spans(|shown| shown.release.is_some());
    assert_eq!(release, [(1_000, 3_000 + DEBOUNCE_MS)]);
}

#[test]
fn nobody_through_by_the_deadline_is_told_after_the_grace_and_flashes_amber() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(7)).until(PASSAGE_MS - 1);
    assert_eq!(trial.phase(), Phase::Released { passages: 1 });
    trial.until(PASSAGE_MS);
    assert_eq!(trial.phase(), Phase::TimedOut);
    trial.until(PASSAGE_MS + GRACE_MS + DEBOUNCE_MS - 1);
    assert_eq!(trial.told(), []);
    assert!(!trial.sequence.room(1));
    trial.until(PASSAGE_MS + GRACE_MS + DEBOUNCE_MS);
    assert_eq!(trial.told(), [Outcome::PassageTimedOut { scan: 7, passed: 0 }]);
    assert!(trial.sequence.room(1));
    trial.until(60_000);
    assert_eq!(trial.phase(), Phase::Idle);
    let amber = [(8_000, 8_250), (8_500, 8_750), (9_000, 9_250)];
    assert_eq!(trial.colour_spans(Colour::Amber), amber);
    assert_eq!(trial.spans(|shown| shown.release.is_some()), [(0, 300)]);
}

#[test]
fn a_rotation_within_the_grace_is_still_that_passage_and_after_it_is_forced() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(7)).until(PASSAGE_MS + GRACE_MS).turn(InputLine::RotatedIn).until(20_000);
    assert_eq!(trial.told(), [Outcome::Passed { scan: 7, left: 0 }]);
    assert_eq!(trial.phase(), Phase::Idle);

    let mut trial = Trial::new(&turnstile());
    trial.signal(go(7)).until(PASSAGE_MS + GRACE_MS + 1).turn(InputLine::RotatedIn);
    let told = trial.told();
    assert_eq!(
        told,
        [Outcome::PassageTimedOut { scan: 7, passed: 0 }, Outcome::Forced { way: Way::In }]
    );
    assert_eq!(trial.phase(), Phase::Fault);
}

#[test]
fn a_refusal_is_red_and_long_and_never_releases() {
    let mut trial = Trial::new(&turnstile());
    trial.until(1_000).signal(stop(7));
    assert_eq!(trial.phase(), Phase::Denied);
    trial.until(2_499);
    assert_eq!(trial.phase(), Phase::Denied);
    trial.until(10_000);
    assert_eq!(trial.colour_spans(Colour::Red), [(1_000, 2_500)]);
    assert_eq!(trial.spans(|shown| shown.buzzer), [(1_000, 1_600)]);
    assert_eq!(trial.spans(|shown| shown.release.is_some()), []);
    assert_eq!((trial.phase(), trial.told()), (Phase::Idle, vec![]));
}

#[test]
fn a_notice_is_amber_with_two_beeps_and_lets_through() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(Signal { light: Light::Notice, ..go(7) }).until(1_000);
    assert_eq!(trial.spans(|shown| shown.buzzer), [(0, 80), (200, 280)]);
    assert_eq!(trial.colour_spans(Colour::Amber), [(0, 1_000)]);
    assert_eq!(trial.spans(|shown| shown.release.is_some()), [(0, 300)]);
    trial.turn(InputLine::RotatedIn);
    assert_eq!(trial.told(), [Outcome::Passed { scan: 7, left: 0 }]);
}

#[test]
fn a_notice_without_passages_only_shows() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(Signal { light: Light::Notice, passages: 0, ..go(7) }).until(60_000);
    assert_eq!(trial.colour_spans(Colour::Amber), [(0, 1_500)]);
    assert_eq!((trial.phase(), trial.told()), (Phase::Idle, vec![]));
}

#[test]
fn one_refused_behind_one_admitted_holds_the_arm_while_red_is_shown() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(1)).until(100).signal(stop(2)).until(3_000);
    // The pulse was cut at 100 ms, so it is given again in full.
    let release = trial.spans(|shown| shown.release.is_some());
    assert_eq!(release, [(0, 100), (1_600, 1_900)]);
    assert_eq!(trial.colour_spans(Colour::Red), [(100, 1_600)]);
    trial.turn(InputLine::RotatedIn);
    assert_eq!(trial.told(), [Outcome::Passed { scan: 1, left: 0 }]);
}

#[test]
fn a_pulse_that_was_complete_is_not_given_again_after_a_refusal() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(1)).until(300).signal(stop(2)).until(3_000);
    assert_eq!(trial.spans(|shown| shown.release.is_some()), [(0, 300)]);
    assert_eq!(trial.phase(), Phase::Released { passages: 1 });
}

#[test]
fn two_passages_may_be_owed_and_a_third_is_told_to_wait() {
    let mut trial = Trial::new(&turnstile());
    assert!(trial.sequence.room(1));
    trial.signal(go(1));
    assert!(trial.sequence.room(1));
    trial.until(500).signal(go(2));
    assert!(!trial.sequence.room(1));
    trial.until(1_000).turn(InputLine::RotatedIn);
    assert!(trial.sequence.room(1));
    trial.until(8_900).turn(InputLine::RotatedIn).until(30_000);
    let passed = |scan| Outcome::Passed { scan, left: 0 };
    assert_eq!(trial.told(), [passed(1), passed(2)]);
    // Each passage has a pulse of its own, the second after the first person is through.
    let release = trial.spans(|shown| shown.release.is_some());
    assert_eq!(release, [(0, 300), (1_010, 1_310)]);
}

#[test]
fn two_owed_passages_time_out_together_counted_from_the_younger() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(1)).until(5_000).signal(go(2)).until(5_000 + PASSAGE_MS - 1);
    assert_eq!(trial.told(), []);
    trial.until(30_000);
    let late = |scan| Outcome::PassageTimedOut { scan, passed: 0 };
    assert_eq!(trial.told(), [late(1), late(2)]);
}

#[test]
fn a_group_passes_one_by_one_and_the_rest_times_out_with_the_count() {
    let mut trial = Trial::new(&turnstile());
    assert!(trial.sequence.room(5));
    trial.signal(Signal { passages: 5, ..go(9) });
    assert!(!trial.sequence.room(1));
    for _ in 0..3 {
        let now_ms = trial.now_ms;
        trial.until(now_ms + 1_000).turn(InputLine::RotatedIn);
    }
    trial.until(60_000);
    let passed = |left| Outcome::Passed { scan: 9, left };
    let late = Outcome::PassageTimedOut { scan: 9, passed: 3 };
    assert_eq!(trial.told(), [passed(4), passed(3), passed(2), late]);
}

#[test]
fn more_admitted_than_there_was_room_for_is_still_let_through_up_to_the_limit() {
    let mut trial = Trial::new(&turnstile());
    for scan in 1..=9 {
        trial.signal(go(scan));
    }
    assert_eq!(OWED_SCANS_MAX, 8);
    assert_eq!(trial.told(), [Outcome::Unconfirmed { scan: 9 }]);
    assert_eq!(trial.phase(), Phase::Released { passages: 8 });
}

#[test]
fn a_rotation_without_a_release_is_a_fault_until_a_person_looks() {
    let mut trial = Trial::new(&turnstile());
    trial.until(1_000).turn(InputLine::RotatedIn).until(60_000);
    assert_eq!(trial.told(), [Outcome::Forced { way: Way::In }]);
    assert_eq!(trial.phase(), Phase::Fault);
    assert!(!trial.sequence.room(1));
    trial.signal(go(5));
    assert_eq!(trial.told(), [Outcome::Unconfirmed { scan: 5 }]);
    assert_eq!(trial.spans(|shown| shown.release.is_some()), []);
    trial.reset();
    assert_eq!(trial.phase(), Phase::Idle);
    assert!(trial.sequence.room(1));
}

#[test]
fn a_sensor_that_stays_on_for_five_seconds_is_stuck_and_not_before() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(1)).until(1_000).input(InputLine::RotatedIn, true);
    trial.until(1_000 + STUCK_MS - 1);
    assert_eq!(trial.told(), [Outcome::Passed { scan: 1, left: 0 }]);
    trial.until(1_000 + STUCK_MS);
    assert_eq!(trial.told(), [Outcome::Stuck { way: Way::In }]);
    assert_eq!(trial.phase(), Phase::Fault);
    // Still stuck after the reset: found out again.
    trial.reset().until(1_000 + 2 * STUCK_MS);
    assert_eq!(trial.told(), [Outcome::Stuck { way: Way::In }]);
    trial.input(InputLine::RotatedIn, false).until(12_000).reset().until(60_000);
    assert_eq!((trial.phase(), trial.told()), (Phase::Idle, vec![]));
}

#[test]
fn a_glitch_shorter_than_the_debounce_time_is_no_passage() {
    for (lasts_ms, passed) in [(DEBOUNCE_MS - 1, false), (DEBOUNCE_MS, true)] {
        let mut trial = Trial::new(&turnstile());
        trial.signal(go(1)).until(1_000).input(InputLine::RotatedIn, true);
        trial.until(1_000 + lasts_ms).input(InputLine::RotatedIn, false).until(2_000);
        assert_eq!(trial.told().contains(&Outcome::Passed { scan: 1, left: 0 }), passed);
    }
}

#[test]
fn a_bouncing_contact_is_one_passage() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(1)).signal(go(2)).until(1_000);
    for at_ms in 0..20 {
        trial.until(1_000 + at_ms).input(InputLine::RotatedIn, at_ms % 2 == 0);
    }
    trial.input(InputLine::RotatedIn, true).until(1_100);
    for at_ms in 0..20 {
        trial.until(1_100 + at_ms).input(InputLine::RotatedIn, at_ms % 2 == 0);
    }
    trial.input(InputLine::RotatedIn, false).until(2_000);
    assert_eq!(trial.told(), [Outcome::Passed { scan: 1, left: 0 }]);
}

#[test]
fn in_an_emergency_everybody_walks_and_nobody_is_undone() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(1)).until(500).input(InputLine::Emergency, true).until(600);
    let told = trial.told();
    assert_eq!(told, [Outcome::Emergency { on: true }, Outcome::Unconfirmed { scan: 1 }]);
    assert_eq!(trial.phase(), Phase::FreeFlow);
    assert!(trial.sequence.room(3));
    trial.turn(InputLine::RotatedIn).turn(InputLine::RotatedOut).signal(go(2));
    let free = |way| Outcome::FreePassage { way };
    assert_eq!(trial.told(), [free(Way::In), free(Way::Out), Outcome::Unconfirmed { scan: 2 }]);
    let now_ms = trial.now_ms;
    trial.until(60_000).input(InputLine::Emergency, false).until(61_000);
    assert_eq!(trial.told(), [Outcome::Emergency { on: false }]);
    assert_eq!(trial.phase(), Phase::Idle);
    let release = trial.spans(|shown| shown.release.is_some());
    assert!(release.iter().all(|(_, to_ms)| *to_ms <= now_ms));
}

#[test]
fn a_fault_outlives_an_emergency() {
    let mut trial = Trial::new(&turnstile());
    trial.turn(InputLine::RotatedIn).input(InputLine::Emergency, true).until(500);
    assert_eq!(trial.phase(), Phase::FreeFlow);
    trial.input(InputLine::Emergency, false).until(1_000);
    assert_eq!(trial.phase(), Phase::Fault);
    trial.input(InputLine::Emergency, true).until(1_500).reset();
    assert_eq!(trial.phase(), Phase::FreeFlow);
    trial.input(InputLine::Emergency, false).until(2_000);
    assert_eq!(trial.phase(), Phase::Idle);
}

#[test]
fn a_mismatch_in_an_emergency_never_shuts_the_gate() {
    let mut trial = Trial::new(&turnstile());
    trial.input(InputLine::Emergency, true).until(500);
    trial.sequence.release_mismatch(600, &mut trial.outcomes);
    assert_eq!(trial.phase(), Phase::FreeFlow);
    trial.until(700).input(InputLine::Emergency, false).until(1_000);
    assert_eq!(trial.phase(), Phase::Fault);
}

#[test]
fn tampering_is_told_and_changes_nothing_else() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(1)).until(100).input(InputLine::Tamper, true).until(200);
    trial.input(InputLine::Tamper, false).until(300);
    assert_eq!(trial.told(), [Outcome::Tamper { on: true }, Outcome::Tamper { on: false }]);
    assert_eq!(trial.phase(), Phase::Released { passages: 1 });
}

#[test]
fn a_lamp_alone_shows_the_verdict_for_its_time_and_owes_nothing() {
    let mut trial = Trial::new(&GateSettings::default());
    trial.signal(go(1)).until(700).signal(stop(2)).until(60_000);
    assert_eq!(trial.colour_spans(Colour::Green), [(0, 700)]);
    assert_eq!(trial.colour_spans(Colour::Red), [(700, 2_200)]);
    assert_eq!(trial.spans(|shown| shown.release.is_some()), []);
    trial.turn(InputLine::RotatedIn);
    assert_eq!(trial.told(), [Outcome::FreePassage { way: Way::In }]);
    for scan in 0..20 {
        assert!(trial.sequence.room(9));
        trial.signal(go(scan));
    }
}

#[test]
fn leaving_needs_a_release_only_where_the_exit_is_not_free() {
    let out = Signal { way: Way::Out, ..go(1) };
    let mut free = Trial::new(&turnstile());
    free.signal(out).until(1_000).turn(InputLine::RotatedOut).until(60_000);
    assert_eq!(free.told(), [Outcome::FreePassage { way: Way::Out }]);
    assert_eq!(free.spans(|shown| shown.release.is_some()), []);

    let mut shut = Trial::new(&GateSettings { free_exit: false, ..turnstile() });
    shut.signal(out).until(1_000).turn(InputLine::RotatedOut).until(2_000);
    assert_eq!(shut.told(), [Outcome::Passed { scan: 1, left: 0 }]);
    assert_eq!(shut.spans(|shown| shown.release == Some(Way::Out)), [(0, 300)]);
    shut.turn(InputLine::RotatedOut);
    assert_eq!(shut.told(), [Outcome::Forced { way: Way::Out }]);
}

#[test]
fn the_wrong_way_is_not_the_passage_that_was_released() {
    let mut trial = Trial::new(&GateSettings { free_exit: false, ..turnstile() });
    trial.signal(go(1)).until(1_000).turn(InputLine::RotatedOut);
    let forced = Outcome::Forced { way: Way::Out };
    assert_eq!(trial.told(), [forced, Outcome::Unconfirmed { scan: 1 }]);
}

#[test]
fn lost_wires_leave_owed_passages_unconfirmed_and_faults_standing() {
    let mut trial = Trial::new(&turnstile());
    trial.signal(go(1)).signal(go(2));
    trial.sequence.lost(&mut trial.outcomes);
    let unconfirmed = |scan| Outcome::Unconfirmed { scan };
    assert_eq!(trial.told(), [unconfirmed(1), unconfirmed(2)]);
    assert_eq!(trial.phase(), Phase::Idle);
    trial.turn(InputLine::RotatedIn);
    trial.sequence.lost(&mut trial.outcomes);
    assert_eq!(trial.phase(), Phase::Fault);
}

/// One thing that happens to a gate.
#[derive(Debug, Clone)]
enum Happens {
    Wait(u64),
    Signal(Signal),
    Input(InputLine, bool),
    Reset,
}

fn happens() -> impl Strategy<Value = Happens> {
    let light = prop::sample::select(vec![Light::Go, Light::Notice, Light::Stop]);
    let way = prop::sample::select(vec![Way::In, Way::Out]);
    let line = prop::sample::select(InputLine::ALL.to_vec());
    let quiet = prop::sample::select(vec![InputLine::RotatedIn, InputLine::RotatedOut]);
    let signal = (light, way, 0u8..4).prop_map(|(light, way, passages)| {
        Happens::Signal(Signal { light, way, passages, scan: 0 })
    });
    prop_oneof![
        4 => (0u64..400).prop_map(Happens::Wait),
        1 => (400u64..10_000).prop_map(Happens::Wait),
        4 => signal,
        4 => (quiet, any::<bool>()).prop_map(|(line, on)| Happens::Input(line, on)),
        1 => (line, any::<bool>()).prop_map(|(line, on)| Happens::Input(line, on)),
        1 => Just(Happens::Reset),
    ]
}

fn any_gate() -> impl Strategy<Value = GateSettings> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(turnstile, free_exit, level)| {
        let release = if level { Release::Level } else { Release::Pulse };
        GateSettings { turnstile, free_exit, release, ..GateSettings::default() }
    })
}

/// Plays a script, numbering its scans from 1. Gives the passages asked for, by scan.
fn play(trial: &mut Trial, script: &[Happens]) -> Vec<u8> {
    let mut asked = Vec::new();
    for step in script {
        let now_ms = trial.now_ms;
        match step {
            Happens::Wait(ms) => trial.until(now_ms + ms),
            Happens::Input(line, on) => trial.input(*line, *on),
            Happens::Reset => trial.reset(),
            Happens::Signal(signal) => {
                asked.push(if signal.light == Light::Stop { 0 } else { signal.passages });
                let scan = u64::try_from(asked.len()).unwrap();
                trial.signal(Signal { scan, ..*signal })
            }
        };
    }
    let now_ms = trial.now_ms;
    trial.until(now_ms + 30_000);
    asked
}

proptest! {
    #[test]
    fn the_arm_is_never_free_under_red_or_in_a_fault_or_for_a_lamp(
        settings in any_gate(),
        script in prop::collection::vec(happens(), 1..60),
    ) {
        let mut trial = Trial::new(&settings);
        let asked = play(&mut trial, &script);
        let admitted = asked.iter().any(|passages| *passages > 0);
        for (at_ms, shown) in &trial.timeline {
            if shown.release.is_some() {
                prop_assert!(settings.turnstile && admitted, "released at {}", at_ms);
                prop_assert!(shown.colour.is_some(), "released in the dark at {}", at_ms);
                prop_assert_ne!(shown.colour, Some(Colour::Red), "at {}", at_ms);
            }
        }
    }

    #[test]
    fn every_admitted_scan_comes_to_exactly_one_end(
        settings in any_gate(),
        script in prop::collection::vec(happens(), 1..60),
    ) {
        let mut trial = Trial::new(&settings);
        let asked = play(&mut trial, &script);
        let outcomes = trial.told();
        for (scan, passages) in (1u64..).zip(asked) {
            let (mut passed, mut ends) = (0u8, 0);
            for outcome in &outcomes {
                match *outcome {
                    Outcome::Passed { scan: of, left } if of == scan => {
                        passed += 1;
                        prop_assert_eq!(left, passages - passed);
                        ends += u32::from(left == 0);
                    }
                    Outcome::PassageTimedOut { scan: of, passed: counted } if of == scan => {
                        prop_assert_eq!(counted, passed);
                        ends += 1;
                    }
                    Outcome::Unconfirmed { scan: of } if of == scan => ends += 1,
                    Outcome::Passed { .. }
                    | Outcome::PassageTimedOut { .. }
                    | Outcome::Unconfirmed { .. }
                    | Outcome::FreePassage { .. }
                    | Outcome::Forced { .. }
                    | Outcome::Stuck { .. }
                    | Outcome::ReleaseMismatch
                    | Outcome::Tamper { .. }
                    | Outcome::Emergency { .. } => {}
                }
            }
            prop_assert!(ends <= 1, "scan {} ended {} times", scan, ends);
            if settings.turnstile && !settings.free_exit && passages > 0 {
                prop_assert_eq!(ends, 1, "scan {}", scan);
            }
        }
    }

    #[test]
    fn a_late_owner_task_comes_to_the_same_outcomes(
        settings in any_gate(),
        script in prop::collection::vec(happens(), 1..60),
    ) {
        let mut punctual = Trial::new(&settings);
        play(&mut punctual, &script);
        let mut late = Sequence::new(&settings);
        let (mut outcomes, mut now_ms, mut scan) = (Vec::new(), 0, 0);
        for step in &script {
            match step {
                Happens::Wait(ms) => now_ms += ms,
                Happens::Input(line, on) => late.input(*line, *on, now_ms, &mut outcomes),
                Happens::Reset => late.reset(now_ms, &mut outcomes),
                Happens::Signal(signal) => {
                    scan += 1;
                    late.signal(Signal { scan, ..*signal }, now_ms, &mut outcomes);
                }
            }
        }
        late.advance(now_ms + 30_000, &mut outcomes);
        prop_assert_eq!(punctual.told(), outcomes);
    }
}
