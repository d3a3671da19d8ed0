//! ZVT: how card terminals of the German-speaking countries are asked for money.
//! Holds the modules only: bytes (`apdu`, `serial`, `fields`, `tlv`, `print`, `message`), the
//! link on top of them, and the dialogue. Never opens a device. Source: pin-pads 3.
//! Next: `message.rs` for all that is said, `sequence.rs` for when it is said.

pub mod apdu;
pub mod charset;
pub mod code;
pub mod fields;
pub mod link;
pub mod message;
pub mod print;
pub mod redact;
pub mod sequence;
pub mod serial;
pub mod settings;
pub mod table;
pub mod tlv;

pub use sequence::Zvt;
pub use settings::ZvtSettings;
pub use table::ZvtTable;
