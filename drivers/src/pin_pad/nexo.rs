//! nexo Retailer as card terminals with Adyen software speak it in their own network.
//! Holds one HTTPS exchange a message, sealed with a shared passphrase; a status question by our
//! own number answers what became of a payment. Never asks a host beyond the terminal.
//! Source: pin-pads 4. Next: `nexo/envelope.rs` and `nexo/message.rs` (bytes), `nexo/sequence.rs`
//! (the dialogue), `nexo/port.rs` and `nexo/task.rs` (real lines).

pub mod amount;
pub mod answer;
pub(crate) mod certificate;
pub mod envelope;
pub mod message;
pub mod port;
pub mod receipt;
pub mod sequence;
pub mod settings;
pub mod task;
pub mod verdict;

pub use sequence::{Sequence, Start};
pub use settings::{Environment, NexoSettings};
pub use task::run;
