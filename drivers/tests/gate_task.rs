//! Guards the gate's owner task on simulated wires and virtual time: pulse, faults, shut-down,
//! lost wires; and what the real ports say when there is no chip.
//! Time stands still until everybody waits, so every figure here is exact.
//! Next: `gate_sequence.rs` for the rules behind it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use usher_drivers::Fault;
use usher_drivers::gate::{
    Colour, EVENTS_WAITING_MAX, GateEvent, GateOrder, GateSettings, Level, Light, LineSetting,
    LineSettings, ORDERS_MAX, Outcome, OutputLine, Outputs, PortKind, Signal, Way, run_gate,
    run_gate_on,
};
use usher_drivers::sim::SimGate;

/// Room for events in these tests.
const EVENTS_MAX: usize = 64;

struct Door {
    sim: SimGate,
    orders: mpsc::Sender<GateOrder>,
    events: mpsc::Receiver<GateEvent>,
    stop: CancellationToken,
    task: JoinHandle<Result<(), Fault>>,
}

impl Door {
    async fn turnstile() -> Door {
        let settings = GateSettings { turnstile: true, ..GateSettings::default() };
        let mut door = Door::open(settings);
        assert_eq!(door.event().await, GateEvent::Connected);
        door
    }

    fn open(settings: GateSettings) -> Door {
        let sim = SimGate::new();
        let (orders, taken) = mpsc::channel(ORDERS_MAX);
        let (tell, events) = mpsc::channel(EVENTS_MAX);
        let stop = CancellationToken::new();
        let wires = sim.clone();
        let open = move || Ok(wires.lines());
        let task = tokio::spawn(run_gate_on(settings, open, tell, taken, stop.clone()));
        Door { sim, orders, events, stop, task }
    }

    async fn event(&mut self) -> GateEvent {
        self.events.recv().await.expect("alive")
    }

    async fn outcome(&mut self) -> Outcome {
        loop {
            match self.event().await {
                GateEvent::Outcome(outcome) => return outcome,
                GateEvent::Shows(_) => {}
                other => panic!("expected an outcome, got {other:?}"),
            }
        }
    }

    async fn go(&self, scan: u64) {
        let signal = Signal { light: Light::Go, way: Way::In, passages: 1, scan };
        self.orders.send(GateOrder::Signal(signal)).await.unwrap();
    }

    async fn room(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        self.orders.send(GateOrder::Room { passages: 1, reply }).await.unwrap();
        answer.await.unwrap()
    }

    /// When a line went up and down.
    fn spans(&self, line: OutputLine) -> Vec<(u64, u64)> {
        let timeline = self.sim.timeline();
        let changes: Vec<(u64, Level)> = timeline
            .iter()
            .filter(|change| change.line == line)
            .map(|change| (change.at_ms, change.level))
            .collect();
        let pairs = changes.chunks(2);
        pairs.map(|pair| (pair[0].0, pair.get(1).map_or(u64::MAX, |off| off.0))).collect()
    }

    async fn end(self) -> SimGate {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        self.sim
    }
}

async fn pass_ms(ms: u64) {
    sleep(Duration::from_millis(ms)).await;
}

#[tokio::test(start_paused = true)]
async fn an_admitted_person_gets_one_pulse_of_the_set_length_and_is_confirmed() {
    let mut door = Door::turnstile().await;
    assert!(door.room().await);
    pass_ms(1_000).await;
    door.go(42).await;
    pass_ms(2_000).await;
    door.sim.rotate(Way::In).await;
    assert_eq!(door.outcome().await, Outcome::Passed { scan: 42, left: 0 });
    pass_ms(5_000).await;
    assert_eq!(door.spans(OutputLine::ReleaseIn), [(1_000, 1_300)]);
    assert_eq!(door.spans(OutputLine::Green), [(1_000, 3_010)]);
    assert_eq!(door.spans(OutputLine::Buzzer), [(1_000, 1_080)]);
    assert_eq!(door.spans(OutputLine::Red), []);
    assert_eq!(*door.sim.shown().borrow(), Outputs::default());
}

#[tokio::test(start_paused = true)]
async fn nobody_through_is_told_with_the_scan() {
    let mut door = Door::turnstile().await;
    door.go(42).await;
    assert_eq!(door.outcome().await, Outcome::PassageTimedOut { scan: 42, passed: 0 });
}

#[tokio::test(start_paused = true)]
async fn what_is_shown_is_told_as_it_changes() {
    let mut door = Door::turnstile().await;
    let signal = Signal { light: Light::Stop, way: Way::In, passages: 0, scan: 1 };
    door.orders.send(GateOrder::Signal(signal)).await.unwrap();
    let red = Some(Colour::Red);
    let then = [
        Outputs { colour: red, buzzer: true, release: None },
        Outputs { colour: red, buzzer: false, release: None },
        Outputs::default(),
    ];
    for shown in then {
        assert_eq!(door.event().await, GateEvent::Shows(shown));
    }
}

#[tokio::test(start_paused = true)]
async fn when_the_task_is_stopped_everything_is_shut_and_the_open_passage_told() {
    let mut door = Door::turnstile().await;
    door.go(42).await;
    pass_ms(100).await;
    assert_eq!(door.sim.shown().borrow().release, Some(Way::In));
    door.stop.cancel();
    assert_eq!(door.outcome().await, Outcome::Unconfirmed { scan: 42 });
    let sim = door.end().await;
    assert_eq!(*sim.shown().borrow(), Outputs::default());
    let last = sim.timeline().into_iter().rfind(|change| change.line == OutputLine::ReleaseIn);
    assert_eq!(last.map(|change| change.level), Some(Level::Low));
}

#[tokio::test(start_paused = true)]
async fn a_release_relay_that_does_not_obey_is_a_fault() {
    let mut door = Door::turnstile().await;
    door.sim.stick_release(Some(Level::Low));
    door.go(42).await;
    assert_eq!(door.outcome().await, Outcome::ReleaseMismatch);
    assert_eq!(door.outcome().await, Outcome::Unconfirmed { scan: 42 });
    assert!(!door.room().await);
    door.sim.stick_release(None);
    door.orders.send(GateOrder::Reset).await.unwrap();
    assert!(door.room().await);
    let timeline = door.sim.timeline();
    let release: Vec<Level> = timeline
        .iter()
        .filter(|change| change.line == OutputLine::ReleaseIn)
        .map(|change| change.level)
        .collect();
    assert_eq!(release, [Level::High, Level::Low]);
}

#[tokio::test(start_paused = true)]
async fn an_arm_turned_by_force_is_told_and_stands_until_reset() {
    let mut door = Door::turnstile().await;
    door.sim.rotate(Way::In).await;
    assert_eq!(door.outcome().await, Outcome::Forced { way: Way::In });
    assert!(!door.room().await);
    pass_ms(60_000).await;
    assert!(!door.room().await);
    door.orders.send(GateOrder::Reset).await.unwrap();
    assert!(door.room().await);
}

#[tokio::test(start_paused = true)]
async fn an_emergency_that_is_on_at_the_start_is_seen() {
    let mut door = Door::open(GateSettings { turnstile: true, ..GateSettings::default() });
    door.sim.emergency(true);
    assert_eq!(door.event().await, GateEvent::Connected);
    assert_eq!(door.outcome().await, Outcome::Emergency { on: true });
    door.sim.emergency(false);
    assert_eq!(door.outcome().await, Outcome::Emergency { on: false });
    door.sim.tamper(true);
    assert_eq!(door.outcome().await, Outcome::Tamper { on: true });
}

#[tokio::test(start_paused = true)]
async fn lost_wires_mean_no_room_and_come_back_by_themselves() {
    let mut door = Door::turnstile().await;
    door.go(42).await;
    pass_ms(50).await;
    door.sim.unplug(true);
    let mut told = Vec::new();
    while told.len() < 2 {
        match door.event().await {
            GateEvent::Shows(_) => {}
            other => told.push(other),
        }
    }
    let why = Fault::NoChip { label: "sim".to_owned() };
    assert_eq!(told[0], GateEvent::Outcome(Outcome::Unconfirmed { scan: 42 }));
    assert_eq!(told[1], GateEvent::Disconnected { why });
    assert!(!door.room().await);
    door.go(43).await;
    assert_eq!(door.outcome().await, Outcome::Unconfirmed { scan: 43 });
    door.sim.unplug(false);
    loop {
        match door.event().await {
            GateEvent::Shows(_) => {}
            other => break assert_eq!(other, GateEvent::Connected),
        }
    }
    assert!(door.room().await);
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_when_nobody_is_there_any_more() {
    let door = Door::turnstile().await;
    drop(door.events);
    door.task.await.unwrap().unwrap();
    let door = Door::turnstile().await;
    drop(door.orders);
    door.task.await.unwrap().unwrap();
}

/// Tampers so often, and leaves it on at the end; every change lasts longer than a bounce.
async fn tamper(door: &Door, times: usize) {
    for _ in 0..times {
        door.sim.tamper(true);
        pass_ms(20).await;
        door.sim.tamper(false);
        pass_ms(20).await;
    }
    door.sim.tamper(true);
    pass_ms(20).await;
}

#[tokio::test(start_paused = true)]
async fn a_backlog_of_outcomes_is_told_whole_and_in_order() {
    let mut door = Door::turnstile().await;
    tamper(&door, 60).await;
    for _ in 0..60 {
        assert_eq!(door.outcome().await, Outcome::Tamper { on: true });
        assert_eq!(door.outcome().await, Outcome::Tamper { on: false });
    }
    assert_eq!(door.outcome().await, Outcome::Tamper { on: true });
}

#[tokio::test(start_paused = true)]
async fn a_backlog_beyond_its_limit_ends_with_what_is_true() {
    let mut door = Door::turnstile().await;
    tamper(&door, 1_000).await;
    let mut told = Vec::new();
    while let Ok(event) = tokio::time::timeout(Duration::from_secs(1), door.events.recv()).await {
        told.extend(event);
    }
    assert!(told.len() <= EVENTS_WAITING_MAX + EVENTS_MAX + 1, "{} told", told.len());
    assert_eq!(told.last(), Some(&GateEvent::Outcome(Outcome::Tamper { on: true })));
}

fn hardware(port: PortKind) -> GateSettings {
    let line = |name: &str| {
        Some(LineSetting { name: name.to_owned(), active_low: false, bias: Default::default() })
    };
    let lines =
        LineSettings { green: line("GPIO22"), red: line("GPIO23"), ..LineSettings::default() };
    let chip = Some("no-such-chip".to_owned());
    GateSettings { port, chip, lines, ..GateSettings::default() }
}

async fn first_event(settings: GateSettings) -> Result<GateEvent, Fault> {
    let (_orders, taken) = mpsc::channel(1);
    let (tell, mut events) = mpsc::channel(8);
    let stop = CancellationToken::new();
    let task = tokio::spawn(run_gate(settings, tell, taken, stop.clone()));
    let event = events.recv().await;
    stop.cancel();
    task.await.unwrap().map(|()| event.expect("an event before the end"))
}

#[tokio::test]
async fn an_absent_chip_is_named_with_its_setting_and_does_not_end_the_box() {
    let event = first_event(hardware(PortKind::Gpiocdev)).await.unwrap();
    let GateEvent::Disconnected { why } = event else { panic!("{event:?}") };
    assert_eq!(why, Fault::NoChip { label: "no-such-chip".to_owned() });
    let text = why.to_string();
    assert!(text.contains("no-such-chip") && text.contains("`chip`") && text.contains("cable"));
}

#[cfg(not(feature = "rppal"))]
#[tokio::test]
async fn a_port_that_this_build_left_out_is_refused_with_the_way_out() {
    let refused = first_event(hardware(PortKind::Rppal)).await.unwrap_err();
    assert!(refused.to_string().contains("gpiocdev"), "{refused}");
}

#[cfg(feature = "rppal")]
#[tokio::test]
async fn a_header_that_is_not_there_is_named_and_does_not_end_the_box() {
    let event = first_event(hardware(PortKind::Rppal)).await.unwrap();
    let GateEvent::Disconnected { why } = event else { panic!("{event:?}") };
    assert!(matches!(why, Fault::NotAPi | Fault::Gpio { .. }), "{why:?}");
}

#[tokio::test]
async fn a_simulated_gate_needs_no_more_than_its_name() {
    let event = first_event(GateSettings::default()).await.unwrap();
    assert_eq!(event, GateEvent::Connected);
}
