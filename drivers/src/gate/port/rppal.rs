//! Gate lines on the header of a Raspberry Pi, through rppal (cargo feature `rppal`).
//! Holds the pins; their names are BCM numbers, written `GPIO17` or `17`.
//! Never makes a pin an output without its safe level. Untried on hardware; the newest Pi
//! kernels number the chips in a way that rppal does not find, and `gpiocdev` does.

use rppal::gpio::{Gpio, InputPin, OutputPin, Trigger};
use tokio::sync::mpsc;

use crate::Fault;
use crate::gate::codec::Codec;
use crate::gate::{Bias, Gate, GateSettings, InputLine, Level, OutputLine, Outputs};

/// Edges waiting to be taken; more within one moment is a broken wire.
const EDGES_MAX: usize = 256;
const HEADER: &str = "Raspberry Pi header";

/// The open pins of one gate.
pub struct Lines {
    outputs: Vec<(OutputLine, OutputPin)>,
    inputs: Vec<(InputLine, InputPin)>,
    edges: mpsc::Receiver<(InputLine, Level)>,
    /// Held so that the channel does not end where there are no inputs.
    _edge: mpsc::Sender<(InputLine, Level)>,
}

impl Lines {
    pub fn open(settings: &GateSettings) -> Result<Lines, Fault> {
        let gpio = Gpio::new().map_err(|error| gpio_fault(&error))?;
        let codec = Codec::new(settings);
        let mut outputs = Vec::new();
        for line in OutputLine::ALL {
            let Some(setting) = settings.lines.output(line) else {
                continue;
            };
            let pin = gpio.get(pin_number(&setting.name)?).map_err(|error| gpio_fault(&error))?;
            let mut pin = match codec.output(line, Outputs::default()) {
                Level::Low => pin.into_output_low(),
                Level::High => pin.into_output_high(),
            };
            // A pin that falls back to an input could let a relay float.
            pin.set_reset_on_drop(false);
            outputs.push((line, pin));
        }
        let (edge, edges) = mpsc::channel(EDGES_MAX);
        let mut inputs = Vec::new();
        for line in InputLine::ALL {
            let Some(setting) = settings.lines.input(line) else {
                continue;
            };
            let pin = gpio.get(pin_number(&setting.name)?).map_err(|error| gpio_fault(&error))?;
            let mut pin = match setting.bias {
                Bias::None => pin.into_input(),
                Bias::PullUp => pin.into_input_pullup(),
                Bias::PullDown => pin.into_input_pulldown(),
            };
            watch(&mut pin, line, edge.clone())?;
            inputs.push((line, pin));
        }
        Ok(Lines { outputs, inputs, edges, _edge: edge })
    }
}

fn watch(
    pin: &mut InputPin,
    line: InputLine,
    edge: mpsc::Sender<(InputLine, Level)>,
) -> Result<(), Fault> {
    let watched = pin.set_async_interrupt(Trigger::Both, None, move |event| {
        let level = if event.trigger == Trigger::RisingEdge { Level::High } else { Level::Low };
        // A full channel loses an edge, not the level: the next edge tells it.
        let _ = edge.try_send((line, level));
    });
    watched.map_err(|error| gpio_fault(&error))
}

fn pin_number(name: &str) -> Result<u8, Fault> {
    let digits = name.strip_prefix("GPIO").unwrap_or(name);
    let wrong = || Fault::setting("lines", format!("{name:?} is not like GPIO17 or 17"));
    digits.parse().map_err(|_| wrong())
}

impl Gate for Lines {
    fn set(&mut self, line: OutputLine, level: Level) -> Result<(), Fault> {
        for (_, pin) in self.outputs.iter_mut().filter(|(known, _)| *known == line) {
            pin.write(match level {
                Level::Low => rppal::gpio::Level::Low,
                Level::High => rppal::gpio::Level::High,
            });
        }
        Ok(())
    }

    fn read_back(&self, line: OutputLine) -> Result<Option<Level>, Fault> {
        let pin = self.outputs.iter().find(|(known, _)| *known == line);
        Ok(pin.map(|(_, pin)| if pin.is_set_high() { Level::High } else { Level::Low }))
    }

    fn input(&self, line: InputLine) -> Result<Option<Level>, Fault> {
        let pin = self.inputs.iter().find(|(known, _)| *known == line);
        Ok(pin.map(|(_, pin)| if pin.is_high() { Level::High } else { Level::Low }))
    }

    async fn changed(&mut self) -> Result<(InputLine, Level), Fault> {
        match self.edges.recv().await {
            Some(edge) => Ok(edge),
            None => std::future::pending().await,
        }
    }
}

fn gpio_fault(error: &rppal::gpio::Error) -> Fault {
    match error {
        rppal::gpio::Error::UnknownModel => Fault::NotAPi,
        other => Fault::Gpio { chip: HEADER.to_owned(), detail: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_named_by_its_bcm_number() {
        assert_eq!(pin_number("GPIO17"), Ok(17));
        assert_eq!(pin_number("27"), Ok(27));
        for wrong in ["", "GPIO", "GPIO256", "gpio17", "P1-11"] {
            assert!(pin_number(wrong).is_err(), "{wrong}");
        }
    }
}
