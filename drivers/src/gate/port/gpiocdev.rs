//! Gate lines through the kernel's GPIO character device: chip by label, line by name.
//! Holds one request for the outputs and one for the inputs with both edges.
//! Never drives a line before its safe level is known. Untried on hardware.
//! Next: `gate/codec.rs` for what a level means.

use gpiocdev::line::{EdgeDetection, EdgeKind, Offset, Value};
use gpiocdev::tokio::AsyncRequest;
use gpiocdev::{Chip, Request};

use crate::Fault;
use crate::gate::codec::Codec;
use crate::gate::{Bias, Gate, GateSettings, InputLine, Level, OutputLine, Outputs};

const CONSUMER: &str = "usher";

/// The open lines of one gate.
pub struct Lines {
    chip: String,
    outputs: Vec<(OutputLine, Offset)>,
    inputs: Vec<(InputLine, Offset)>,
    driving: Request,
    watching: Option<AsyncRequest>,
}

impl Lines {
    pub fn open(settings: &GateSettings) -> Result<Lines, Fault> {
        let label = settings.chip.as_deref().unwrap_or_default();
        let chip = chip_by_label(label)?;
        let find = |name: &str| {
            let found = chip.find_line_info(name).map(|found| found.offset);
            found.ok_or_else(|| Fault::NoLine { chip: label.to_owned(), line: name.to_owned() })
        };
        let mut outputs = Vec::new();
        for line in OutputLine::ALL {
            if let Some(setting) = settings.lines.output(line) {
                outputs.push((line, find(&setting.name)?));
            }
        }
        let mut inputs = Vec::new();
        for line in InputLine::ALL {
            if let Some(setting) = settings.lines.input(line) {
                inputs.push((line, find(&setting.name)?));
            }
        }
        let driving = request_outputs(&chip, label, settings, &outputs)?;
        let watching = request_inputs(&chip, label, settings, &inputs)?;
        Ok(Lines { chip: label.to_owned(), outputs, inputs, driving, watching })
    }

    fn fault(&self, error: &gpiocdev::Error) -> Fault {
        gpio_fault(&self.chip, error)
    }
}

fn chip_by_label(label: &str) -> Result<Chip, Fault> {
    let absent = || Fault::NoChip { label: label.to_owned() };
    // No chips at all is an error of the library and the same absence for us.
    let paths = gpiocdev::chip::chips().map_err(|_| absent())?;
    let mut denied = None;
    for path in paths {
        match Chip::from_path(&path).and_then(|chip| Ok((chip.info()?.label, chip))) {
            Ok((found, chip)) if found == label => return Ok(chip),
            Ok(_) => {}
            Err(error) => denied = Some(gpio_fault(label, &error)),
        }
    }
    Err(denied.unwrap_or_else(absent))
}

/// The level goes with the request: no line is an output for a moment without it.
fn request_outputs(
    chip: &Chip,
    label: &str,
    settings: &GateSettings,
    outputs: &[(OutputLine, Offset)],
) -> Result<Request, Fault> {
    let codec = Codec::new(settings);
    let mut builder = Request::builder();
    builder.on_chip(chip.path()).with_consumer(CONSUMER);
    for (line, offset) in outputs {
        let safe = codec.output(*line, Outputs::default());
        builder.with_line(*offset).as_output(value(safe));
    }
    builder.request().map_err(|error| gpio_fault(label, &error))
}

fn request_inputs(
    chip: &Chip,
    label: &str,
    settings: &GateSettings,
    inputs: &[(InputLine, Offset)],
) -> Result<Option<AsyncRequest>, Fault> {
    if inputs.is_empty() {
        return Ok(None);
    }
    let mut builder = Request::builder();
    builder.on_chip(chip.path()).with_consumer(CONSUMER);
    for (line, offset) in inputs {
        let bias = settings.lines.input(*line).map_or(Bias::None, |setting| setting.bias);
        builder.with_line(*offset).as_input().with_edge_detection(EdgeDetection::BothEdges);
        match bias {
            Bias::None => {}
            Bias::PullUp => {
                builder.with_bias(gpiocdev::line::Bias::PullUp);
            }
            Bias::PullDown => {
                builder.with_bias(gpiocdev::line::Bias::PullDown);
            }
        }
    }
    let request = builder.request().map_err(|error| gpio_fault(label, &error))?;
    Ok(Some(AsyncRequest::new(request)))
}

impl Gate for Lines {
    fn set(&mut self, line: OutputLine, level: Level) -> Result<(), Fault> {
        let Some((_, offset)) = self.outputs.iter().find(|(known, _)| *known == line) else {
            return Ok(());
        };
        let set = self.driving.set_value(*offset, value(level));
        set.map_err(|error| self.fault(&error))
    }

    fn read_back(&self, line: OutputLine) -> Result<Option<Level>, Fault> {
        let Some((_, offset)) = self.outputs.iter().find(|(known, _)| *known == line) else {
            return Ok(None);
        };
        let seen = self.driving.value(*offset).map_err(|error| self.fault(&error))?;
        Ok(Some(level(seen)))
    }

    fn input(&self, line: InputLine) -> Result<Option<Level>, Fault> {
        let offset = self.inputs.iter().find(|(known, _)| *known == line);
        let (Some((_, offset)), Some(watching)) = (offset, &self.watching) else {
            return Ok(None);
        };
        let seen = watching.as_ref().value(*offset).map_err(|error| self.fault(&error))?;
        Ok(Some(level(seen)))
    }

    async fn changed(&mut self) -> Result<(InputLine, Level), Fault> {
        let Some(watching) = &self.watching else {
            return std::future::pending().await;
        };
        loop {
            let event = watching.read_edge_event().await.map_err(|error| self.fault(&error))?;
            let level = match event.kind {
                EdgeKind::Rising => Level::High,
                EdgeKind::Falling => Level::Low,
            };
            if let Some((line, _)) = self.inputs.iter().find(|(_, at)| *at == event.offset) {
                return Ok((*line, level));
            }
        }
    }
}

fn gpio_fault(label: &str, error: &gpiocdev::Error) -> Fault {
    Fault::Gpio { chip: label.to_owned(), detail: error.to_string() }
}

fn value(level: Level) -> Value {
    match level {
        Level::Low => Value::Inactive,
        Level::High => Value::Active,
    }
}

fn level(value: Value) -> Level {
    match value {
        Value::Inactive => Level::Low,
        Value::Active => Level::High,
    }
}
