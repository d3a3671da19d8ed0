//! Guards the simulated terminals against tills of other make, which have never seen Usher: their
//! messages, keys and fields are other people's reading of the same protocols.
//!
//! ZVT by the crate `zvt`, nexo by the terminal vendor's own library for JavaScript. Needs the
//! network once; `tests/run box` asks for it by the feature `peers`. Next: `pad.rs`, and
//! `devices/nexo_till/till.js`.

use crate::pad::{Terminal, script, standing};
use crate::pin_pad::{nexo_at, nexo_files, play};
use crate::running::Folder;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use usher_drivers::sim::pin_pad::truth::Deed;
use zvt::sequences::{self, EndOfDayResponse, Sequence};
// What the macros of `zvt` write calls itself by the name of another crate of theirs.
use zvt as zvt_builder;
use zvt::{Zvt, ZvtEnum, ZvtParser, ZvtSerializer, encoding, length, packets};

/// The crate has no authorisation and no repeat receipt: these are written with its own macros.
#[derive(Debug, PartialEq, Zvt)]
#[zvt_control_field(class = 0x06, instr = 0x01)]
struct Authorisation {
    #[zvt_bmp(number = 0x04, length = length::Fixed<6>, encoding = encoding::Bcd)]
    amount: Option<usize>,
    #[zvt_bmp(number = 0x49, length = length::Fixed<2>, encoding = encoding::Bcd)]
    currency: Option<usize>,
}

#[derive(Debug, PartialEq, Zvt)]
#[zvt_control_field(class = 0x06, instr = 0x20)]
struct RepeatReceipt {
    #[zvt_bmp(length = length::Fixed<3>, encoding = encoding::Bcd)]
    password: usize,
}

#[derive(Debug, ZvtEnum)]
// Some are read only in what a failed test shows.
#[allow(clippy::large_enum_variant, dead_code)]
enum Said {
    Progress(packets::IntermediateStatusInformation),
    Status(packets::StatusInformation),
    Block(packets::PrintTextBlock),
    Done(packets::CompletionData),
    Abort(packets::Abort),
}

/// The answer to a status enquiry is laid out unlike any other completion.
#[derive(Debug, ZvtEnum)]
enum Condition {
    Told(packets::ReceiptPrintoutCompletion),
}

/// One command by the crate's codec, and all that is said until the terminal hands back.
async fn dialogue<T: ZvtSerializer + Send + Sync>(socket: &mut TcpStream, ask: &T) -> Vec<Said>
where
    encoding::Default: encoding::Encoding<T>,
{
    tokio::pin!(socket);
    sequences::write_with_ack_async(ask, &mut socket).await.unwrap();
    let mut said = Vec::new();
    loop {
        let bytes = sequences::read_packet_async(&mut socket).await.unwrap();
        let one = Said::zvt_parse(&bytes).unwrap();
        socket.write_all(&packets::Ack {}.zvt_serialize()).await.unwrap();
        let is_last = matches!(one, Said::Done(_) | Said::Abort(_));
        said.push(one);
        if is_last {
            return said;
        }
    }
}

fn status(said: &[Said]) -> &packets::StatusInformation {
    let status = said.iter().find_map(|one| match one {
        Said::Status(status) => Some(status),
        Said::Progress(_) | Said::Block(_) | Said::Done(_) | Said::Abort(_) => None,
    });
    status.unwrap_or_else(|| panic!("{said:?}"))
}

/// Lines of the printed blocks, by receipt type.
fn printed(said: &[Said]) -> Vec<(u8, Vec<String>)> {
    let blocks = said.iter().filter_map(|one| match one {
        Said::Block(block) => block.tlv.as_ref(),
        Said::Progress(_) | Said::Status(_) | Said::Done(_) | Said::Abort(_) => None,
    });
    let text = |block: &packets::tlv::PrintTextBlock| {
        (block.receipt_type.unwrap(), block.lines.as_ref().unwrap().lines.clone())
    };
    blocks.map(text).collect()
}

async fn register(socket: &mut TcpStream) {
    let (password, config_byte) = (0, 0xBE);
    let ask = packets::Registration { password, config_byte, currency: Some(826), tlv: None };
    let said: Vec<_> = sequences::Registration::into_stream(&ask, socket).collect().await;
    let [Ok(sequences::RegistrationResponse::CompletionData(done))] = said.as_slice() else {
        panic!("{said:?}");
    };
    assert_eq!((done.status_byte, done.terminal_id), (Some(0), Some(52_523_535)));
    assert_eq!(done.currency, Some(826));
}

async fn enquire(socket: &mut TcpStream) {
    let ask = packets::StatusEnquiry { password: Some(0), service_byte: None, tlv: None };
    tokio::pin!(socket);
    sequences::write_with_ack_async(&ask, &mut socket).await.unwrap();
    let bytes = sequences::read_packet_async(&mut socket).await.unwrap();
    socket.write_all(&packets::Ack {}.zvt_serialize()).await.unwrap();
    let Condition::Told(told) = Condition::zvt_parse(&bytes).unwrap();
    assert_eq!((told.sw_version.as_str(), told.terminal_status_code), ("GER20", 0));
    let device = told.tlv.and_then(|tlv| tlv.device_information).unwrap();
    assert_eq!(device.device_name.as_deref(), Some("A80"));
}

/// The sums of the batch, by the crate's own sequence.
async fn end_of_day(socket: &mut TcpStream) -> (usize, u8, usize) {
    let ask = packets::EndOfDay { password: 0 };
    let said: Vec<_> = sequences::EndOfDay::into_stream(&ask, socket).collect().await;
    assert!(matches!(said.last(), Some(Ok(EndOfDayResponse::CompletionData(_)))), "{said:?}");
    let sums = said.iter().find_map(|one| match one {
        Ok(EndOfDayResponse::StatusInformation(status)) => Some(status),
        _ => None,
    });
    let sums = sums.unwrap();
    let visa = &sums.single_amounts.as_ref().unwrap().visa;
    (sums.amount.unwrap(), visa.num, visa.total)
}

#[tokio::test]
async fn a_foreign_zvt_till_reads_every_word_of_the_terminal_as_it_was_meant() {
    let folder = Folder::new();
    let scenes = [json!({}), json!({ "play": { "do": "decline", "code": 51 } }), play("cancel")];
    let (script, truth) = (script(&folder, &scenes), folder.join("truth"));
    let terminal = Terminal::start(&["zvt", "--tcp", "127.0.0.1:0"], &truth, Some(&script));
    let socket = &mut TcpStream::connect(terminal.address()).await.unwrap();
    register(socket).await;
    enquire(socket).await;

    let ask = |amount| Authorisation { amount: Some(amount), currency: Some(826) };
    let said = dialogue(socket, &ask(1_250)).await;
    let booked = &terminal.lines()[0];
    assert_eq!((booked.deed, booked.amount_minor), (Deed::Booked, 1_250));
    let (trace, receipt) = (booked.trace as usize, booked.receipt as usize);
    let told = status(&said);
    assert_eq!((told.result_code, told.amount, told.currency), (Some(0), Some(1_250), Some(826)));
    assert_eq!((told.trace_number, told.receipt_no), (Some(trace), Some(receipt)));
    assert_eq!((told.terminal_id, told.card_name.as_deref()), (Some(52_523_535), Some("Visa")));
    let copies = printed(&said);
    assert_eq!(copies.iter().map(|(of, _)| *of).collect::<Vec<_>>(), [1, 2]);
    assert!(copies.iter().all(|(_, lines)| lines.contains(&"EUR 12.50".to_owned())), "{copies:?}");
    assert!(matches!(said.last(), Some(Said::Done(_))));

    let said = dialogue(socket, &RepeatReceipt { password: 0 }).await;
    assert_eq!((status(&said).trace_number, status(&said).amount), (Some(trace), Some(1_250)));
    assert_eq!(printed(&said), copies);

    let said = dialogue(socket, &ask(99)).await;
    assert_eq!(status(&said).result_code, Some(51));
    assert!(matches!(said.last(), Some(Said::Abort(packets::Abort { error: 51 }))), "{said:?}");
    let said = dialogue(socket, &ask(98)).await;
    assert!(matches!(said.last(), Some(Said::Abort(packets::Abort { error: 0x6C }))), "{said:?}");

    assert_eq!(end_of_day(socket).await, (1_250, 1, 1_250));
    assert_eq!(end_of_day(socket).await, (0, 0, 0), "the batch was closed");
    assert_eq!(standing(&truth), [1_250]);
    assert_eq!(terminal.violations(), "");
}

/// Runs the vendor's till over these steps: what it says of each, and whether it got through.
fn vendor(address: &str, files: &[String; 4], passphrase: &str, steps: &[&str]) -> Vec<Value> {
    let till = concat!(env!("CARGO_MANIFEST_DIR"), "/devices/nexo_till/till.js");
    let host = address.split(':').next().unwrap();
    let mut command = Command::new("node");
    command.arg(till).args([host, &files[3], passphrase]).args(steps).stderr(Stdio::inherit());
    let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_vendors_own_nexo_till_pays_stops_asks_and_reverses_as_the_bank_says() {
    let folder = Folder::new();
    let files = nexo_files(&folder);
    let decline = json!({ "play": { "do": "decline", "code": 2 } });
    let scenes = [json!({}), decline, play("silent"), play("wrong-pin")];
    let (script, truth) = (script(&folder, &scenes), folder.join("truth"));
    // That library knows no other port; the address is this test's own.
    let at = nexo_at("127.0.0.84:8443", &files);
    let terminal = Terminal::start(&at, &truth, Some(&script));
    let steps = ["pay:12.5", "pay:99.99", "stop:7", "pay:8", "ask:s1", "ask:none", "reverse"];
    let said = vendor(&terminal.address(), &files, "correct horse battery", &steps);
    let told = |result: &str, condition: Value, authorized: Value, receipts: Value| {
        json!({ "result": result, "condition": condition, "authorized": authorized,
            "receipts": receipts })
    };
    let paid =
        told("Success", Value::Null, json!(12.5), json!(["CashierReceipt", "CustomerReceipt"]));
    let refused = |condition: &str| told("Failure", json!(condition), Value::Null, json!([]));
    assert_eq!(said.len(), steps.len(), "{said:#?}");
    assert_eq!(said[0], paid);
    assert_eq!(said[1], refused("Refusal"));
    assert_eq!((&said[2]["condition"], &said[2]["empty"]), (&json!("Aborted"), &json!(true)));
    assert_eq!(said[3], refused("WrongPIN"));
    let found = json!({ "result": "Success", "condition": null, "service": "s1", "payment": paid });
    assert_eq!(said[4], found);
    assert_eq!(
        (&said[5]["result"], &said[5]["condition"]),
        (&json!("Failure"), &json!("NotFound"))
    );
    assert_eq!(said[6], json!({ "result": "Success" }));
    assert_eq!(standing(&truth), [0; 0]);
    assert_eq!(terminal.lines()[0].amount_minor, 1_250);
    assert_eq!(terminal.violations(), "");

    let said = vendor(&terminal.address(), &files, "another passphrase", &["pay:1"]);
    let fault = said[0]["fault"].as_str();
    assert!(fault.is_some_and(|fault| fault.contains("crypto error")), "{said:?}");
    assert!(terminal.violations().contains("cannot be opened"), "{}", terminal.violations());
}
