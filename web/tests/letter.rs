//! The confirmation letter and its documents: PDF, calendar entry, pictures of the codes.
//!
//! Reads the codes back with a decoder that is not ours. Next: `web/src/letter.rs`.

mod house;

use rxing::BarcodeFormat;
use usher_rules::BusinessDay;
use usher_rules::money::Money;
use usher_rules::tender::pad::{Copy, Receipt};
use usher_rules::view::letter::{Body, GoesBack, Letter};
use usher_rules::view::order::TicketState;
use usher_web::{Templates, Words, calendar, letter, qr, ticket_pdf};

fn mail() -> letter::Mail {
    let order = house::order();
    let letter = Letter {
        to_name: order.buyer_name.clone(),
        to_email: "marianne@harbourmail.example".to_owned(),
        body: Body::Confirmation { order: Box::new(order), receipts: Vec::new() },
    };
    letter::write(&Templates::new(), &letter, &Words::english()).expect("a letter")
}

#[test]
fn a_letter_of_what_is_not_paid_yet_says_what_is_due_and_carries_no_ticket() {
    for (until, day) in [(Some(BusinessDay(20_790)), "2026"), (None, "at our box office")] {
        let order = house::payment::kept(until);
        let letter = Letter {
            to_name: order.buyer_name.clone(),
            to_email: "marianne@harbourmail.example".to_owned(),
            body: Body::Confirmation { order: Box::new(order), receipts: Vec::new() },
        };
        let mail = letter::write(&Templates::new(), &letter, &Words::english()).expect("a letter");
        assert!(mail.subject.contains("Your seats are kept"), "{}", mail.subject);
        for words in [&mail.html, &mail.text] {
            assert!(words.contains("40.00") && words.contains(day), "{words}");
            assert!(house::CODES.iter().all(|code| !words.contains(code)));
        }
        let kinds: Vec<_> = mail.attachments.iter().map(|one| one.content_type).collect();
        assert_eq!(kinds, ["text/calendar"]);
    }
}

#[test]
fn a_letter_of_what_was_cancelled_says_why_what_is_owed_and_carries_no_ticket() {
    for (owed, says) in
        [(Money(2_000), "You have paid £20.00 of it"), (Money::ZERO, "Nothing is owed")]
    {
        let mut order = house::order();
        order.visits[0].tickets.iter_mut().for_each(|ticket| ticket.code.clear());
        let letter = Letter {
            to_name: order.buyer_name.clone(),
            to_email: "marianne@harbourmail.example".to_owned(),
            body: Body::Cancelled {
                order: Box::new(order),
                unpaid_by: Some(BusinessDay(20_790)),
                owed,
            },
        };
        let mail = letter::write(&Templates::new(), &letter, &Words::english()).expect("a letter");
        assert!(mail.subject.contains("Cancelled because"), "{}", mail.subject);
        for words in [&mail.html, &mail.text] {
            assert!(words.contains(says) && words.contains("2026"), "{words}");
            assert!(house::CODES.iter().all(|code| !words.contains(code)));
        }
        assert_eq!((mail.fault, mail.attachments.len()), (None, 0));
    }
}

#[test]
fn a_letter_about_a_cancelled_performance_says_which_why_and_how_the_money_comes_back() {
    for (goes_back, says) in [
        (GoesBack::Card, "back to the card you paid with"),
        (GoesBack::Counter, "at our box office. Bring your tickets"),
        (GoesBack::Nothing, "nothing is owed"),
    ] {
        let mut order = house::order();
        order.visits[0].cancelled = Some("The lead is ill.".to_owned());
        order.visits[0].tickets.iter_mut().for_each(|ticket| ticket.code.clear());
        let letter = Letter {
            to_name: order.buyer_name.clone(),
            to_email: "marianne@harbourmail.example".to_owned(),
            body: Body::PerformanceCancelled { order: Box::new(order), goes_back },
        };
        let mail = letter::write(&Templates::new(), &letter, &Words::english()).expect("a letter");
        let subject = "Cancelled: The Lamplighter’s Daughter, Fri 11 Dec, 19:30";
        assert_eq!(mail.subject, subject);
        for words in [&mail.html, &mail.text] {
            assert!(words.contains("does not take place. The lead is ill."), "{words}");
            assert!(words.contains(says), "{words}");
            assert!(house::CODES.iter().all(|code| !words.contains(code)));
        }
        assert_eq!((mail.fault, mail.attachments.len()), (None, 0));
    }
}

/// Reads a QR code out of a one-bit grey PNG.
fn decode(png: &[u8]) -> String {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a picture");
    let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
    let frame = reader.next_frame(&mut pixels).expect("a picture");
    let (width, line) = (frame.width as usize, frame.line_size);
    let grey = (0..frame.height as usize)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| if pixels[y * line + x / 8] >> (7 - x % 8) & 1 == 1 { 255 } else { 0 })
        .collect();
    rxing::helpers::detect_in_luma(grey, frame.width, frame.height, Some(BarcodeFormat::QR_CODE))
        .expect("a code")
        .getText()
        .to_owned()
}

#[test]
fn the_letter_says_what_was_bought_in_both_its_forms() {
    let mail = mail();
    assert_eq!(mail.subject, "Your tickets: The Lamplighter’s Daughter, Fri 11 Dec, 19:30");
    for text in [&mail.html, &mail.text] {
        for words in [
            "Thank you, Marianne Oakes",
            "Order 2-104233, £140.50 paid",
            "Stalls F 12",
            "Doors open 18:45",
            "https://tidewell.example",
            "MFRGGZDFMZTWQ2LK",
            "£7.50",
            "Includes £23.42 VAT",
            "Paid",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
        assert!(!text.contains("To pay"), "it is paid");
    }
    assert!(mail.text.lines().all(|line| !line.contains('<')));
}

#[test]
fn the_letter_has_the_receipt_of_the_card_as_the_terminal_printed_it() {
    let order = house::order();
    let lines = ["Total        GBP 140.50", "VISA  <debit>  1234"].map(str::to_owned).to_vec();
    let receipts = vec![Receipt { copy: Copy::Customer, lines, signature_wanted: false }];
    let letter = Letter {
        to_name: String::new(),
        to_email: "marianne@harbourmail.example".to_owned(),
        body: Body::Confirmation { order: Box::new(order), receipts },
    };
    let with = letter::write(&Templates::new(), &letter, &Words::english()).expect("a letter");
    let printed = "Card receipt, customer\n\nTotal        GBP 140.50\nVISA  <debit>  1234\n";
    assert!(with.text.contains(printed), "{}", with.text);
    assert!(with.html.contains("Total        GBP 140.50\nVISA  &lt;debit&gt;  1234</pre>"));
    let without = mail();
    assert!(!without.text.contains("Card receipt") && !without.html.contains("<pre"));
}

#[test]
fn the_letter_loads_nothing_from_anywhere() {
    let html = mail().html;
    for source in html.split("src=\"").skip(1) {
        assert!(source.starts_with("cid:"), "{}", &source[..40]);
    }
    assert!(!html.contains("<link") && !html.contains("<script") && !html.contains("url("));
}

#[test]
fn every_picture_is_attached_and_says_its_code() {
    let mail = mail();
    let pictures: Vec<_> = mail.attachments.iter().filter(|one| one.content_id.is_some()).collect();
    assert_eq!(pictures.len(), 4);
    for (picture, code) in pictures.iter().zip(house::CODES) {
        let id = picture.content_id.as_deref().expect("filtered");
        assert!(mail.html.contains(&format!("cid:{id}\"")));
        assert_eq!(decode(&picture.bytes), code);
    }
}

#[test]
fn a_long_signed_code_is_readable_too() {
    let signed = format!("U2{}", "ABCDEFG".repeat(17));
    assert_eq!(signed.len(), 121);
    assert_eq!(decode(&qr::png(&signed).expect("a code")), signed);
}

#[test]
fn a_subject_is_always_one_line() {
    let mut order = house::order();
    order.visits[0].title = "Two\r\nBcc: everybody@example".to_owned();
    let letter = Letter {
        to_name: String::new(),
        to_email: "a@b.example".to_owned(),
        body: Body::Confirmation { order: Box::new(order), receipts: Vec::new() },
    };
    let mail = letter::write(&Templates::new(), &letter, &Words::english()).expect("a letter");
    assert!(!mail.subject.contains(['\r', '\n']));
    assert!(mail.text.starts_with("Thank you\n"));
}

#[test]
fn tickets_on_paper_are_a_pdf_that_repeats_byte_for_byte() {
    let words = Words::english();
    let pdf = ticket_pdf::write(&house::order(), &words).expect("a document");
    assert!(pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF"));
    assert_eq!(pdf, ticket_pdf::write(&house::order(), &words).expect("a document"));
    assert_eq!(ticket_pdf::file_name(&house::order()), "tickets-2-104233.pdf");
    if let Some(folder) = std::env::var_os("USHER_GALLERY") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::write(folder.join("tickets.pdf"), &pdf).expect("room");
        std::fs::write(folder.join("letter.html"), mail().html).expect("room");
        std::fs::write(folder.join("letter.txt"), mail().text).expect("room");
    }
}

#[test]
fn only_valid_tickets_are_printed() {
    let words = Words::english();
    let mut order = house::order();
    let whole = ticket_pdf::write(&order, &words).expect("a document").len();
    for ticket in &mut order.visits[0].tickets {
        ticket.state = TicketState::Cancelled { at: house::NOW };
    }
    let bare = ticket_pdf::write(&order, &words).expect("a document");
    assert!(bare.starts_with(b"%PDF-") && bare.len() < whole);
}

#[test]
fn a_calendar_entry_has_time_place_and_seats() {
    let text = calendar::order(&house::order(), &Words::english());
    // Long lines are folded: a space after the break continues them.
    let text = text.replace("\r\n ", "");
    for line in [
        "BEGIN:VCALENDAR",
        "DTSTART:20261211T193000Z",
        "DTEND:20261211T215000Z",
        "DTSTAMP:20261204T185200Z",
        "SUMMARY:The Lamplighter’s Daughter",
        "@tidewell.example",
        "LOCATION:Main House\\, The Tidewell\\, 14 Ropewalk\\, Saltmere",
        "Stalls\\, row F\\, seats 12 to 15",
        "END:VCALENDAR",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert_eq!(text, calendar::order(&house::order(), &Words::english()).replace("\r\n ", ""));
}

#[test]
fn a_production_offers_all_its_dates_at_once() {
    let text = calendar::production(&house::production());
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 8);
    assert!(text.contains("UID:performance-"));
}
