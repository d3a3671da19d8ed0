//! The configuration: the sample says what holds, and what is wrong is told with its place.
//!
//! Reads `config/usher.toml` as it ships. Its marks: `#key` is a default, `#: key` an example,
//! `#? key` an example that excludes another. Never starts a daemon. Next: `src/config.rs`.

#![allow(clippy::panic)]

use usher::config::{
    Config, DeviceKind, Finding, GatewayKind, Purpose, ReEntry, Relax, Right, TimeOfDay,
};
use usher_rules::at::Span;
use usher_rules::house::House;
use usher_rules::id::{PadNo, TillNo};

const SAMPLE: &str = include_str!("../../config/usher.toml");
const LEAST: &str =
    "[venue]\nname = \"The Tidewell\"\ntime_zone = \"Europe/London\"\ncurrency = \"GBP\"\n";

fn parse(text: &str) -> Result<Config, Vec<Finding>> {
    Config::parse(text, Purpose::Serve)
}

fn good(text: &str) -> Config {
    parse(text).unwrap_or_else(|findings| panic!("{findings:?}\n{text}"))
}

/// The one finding that a text must have.
fn finding(text: &str) -> Finding {
    let mut findings = parse(text).expect_err(text);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

/// A line that stands for a default: `#key = ...`, the # directly before the key.
fn is_default(line: &str) -> bool {
    let key = line.strip_prefix('#').and_then(|rest| rest.split_once(" = ")).map(|(key, _)| key);
    key.is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

/// The sample with its defaults, and with its examples if `examples`, written out. An example
/// directly below a default stands in its place.
fn written_out(examples: bool) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in SAMPLE.lines() {
        match line.strip_prefix("#: ") {
            Some(example) if examples => {
                let key = example.split_once(" = ").map(|(key, _)| key);
                let above = lines.last().and_then(|line| line.split_once(" = "));
                if key.is_some() && above.map(|(key, _)| key) == key {
                    lines.pop();
                }
                lines.push(example);
            }
            Some(_) | None if is_default(line) => lines.push(&line[1..]),
            Some(_) | None => lines.push(line),
        }
    }
    lines.join("\n") + "\n"
}

/// Each section of the sample with everything in it: header lines, and the text between.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            sections.push((line.to_owned(), String::new()));
        } else if let Some((_, body)) = sections.last_mut() {
            body.push_str(line);
            body.push('\n');
        }
    }
    sections
}

#[test]
fn the_sample_is_good_and_says_nothing_but_the_venue() {
    assert_eq!(good(SAMPLE), good(LEAST));
}

#[test]
fn every_default_in_the_sample_is_the_default() {
    let written = written_out(false);
    assert!(SAMPLE.lines().filter(|line| is_default(line)).count() > 40);
    assert_eq!(good(&written), good(LEAST));
}

#[test]
fn each_default_line_alone_is_the_default() {
    for (index, line) in SAMPLE.lines().enumerate().filter(|(_, line)| is_default(line)) {
        let mut lines: Vec<&str> = SAMPLE.lines().collect();
        lines[index] = &line[1..];
        assert_eq!(good(&lines.join("\n")), good(LEAST), "{line}");
    }
}

#[test]
fn every_example_in_the_sample_is_good() {
    let config = good(&written_out(true));
    assert_eq!(config.levels.len(), 2);
    assert_eq!((config.fees.len(), config.taxes.len(), config.tokens.len()), (2, 1, 1));
    let kinds: Vec<DeviceKind> = config.devices.iter().map(|device| device.kind).collect();
    assert_eq!(kinds, [DeviceKind::Scanner, DeviceKind::Gate, DeviceKind::Network]);
    let protocols = config.pin_pads.iter().map(|pad| pad.settings(None).unwrap().protocol());
    assert_eq!(protocols.collect::<Vec<_>>(), ["zvt", "concert", "nexo"]);
    assert_eq!(config.tills.len(), 1);
    assert!(config.listen.tls());
    assert_eq!(config.mail.port, Some(587));
}

/// Serde itself tells which keys a table knows: it lists them when it refuses one.
#[test]
fn the_sample_mentions_every_key_there_is() {
    let text = written_out(true);
    let known = |text: &str| {
        let says = finding(text).says;
        let list = says.split_once("expected").map(|(_, list)| list.to_owned()).unwrap();
        let keys = list.split('`').skip(1).step_by(2).map(str::to_owned);
        keys.collect::<Vec<String>>()
    };
    let headers: Vec<String> = sections(&text).into_iter().map(|(header, _)| header).collect();
    for table in known(&format!("zz_unknown = 1\n{text}")) {
        let is_there = headers
            .iter()
            .any(|header| *header == format!("[{table}]") || *header == format!("[[{table}]]"));
        assert!(is_there, "no section `{table}`");
    }
    for header in headers {
        let spoiled = text.replacen(&header, &format!("{header}\nzz_unknown = 1"), 1);
        let prose = SAMPLE.split("\n\n\n").find(|part| part.contains(&header)).unwrap();
        for key in known(&spoiled) {
            assert!(prose.contains(&key), "`{key}` of {header} is not in the sample");
        }
    }
}

#[test]
fn defaults_are_those_of_the_rules() {
    let config = good(LEAST);
    assert_eq!(config.house(), House::default());
    assert_eq!(config.venue.business_day_rolls_at, TimeOfDay { hour: 4, minute: 0 });
    assert_eq!(config.gateway.kind, GatewayKind::None);
    assert_eq!(config.door.re_entry, ReEntry::AfterOut);
    assert_eq!(config.limits.pages_burst_max, 200);
    assert_eq!(config.limits.connections_per_address_max, 64);
}

#[test]
fn the_house_gets_what_the_file_says() {
    let text = written_out(true)
        .replace("hold_time_min = 15", "hold_time_min = 60")
        .replace("without_box = \"snapshot\"", "without_box = \"stop\"")
        .replace("relax = { sold_percent = 90, hours_before = 24 }", "relax = \"last-resort\"");
    let config = good(&text);
    let house = config.house();
    assert_eq!(house.hold_time, Span::minutes(60));
    assert_eq!(house.relax, usher_rules::house::Relax::LastResort);
    assert_eq!(house.without_box, usher_rules::house::WithoutBox::Stop);
    assert_eq!(house.levels[1].name, "Concession");
    assert_eq!(house.fees[0].amount.0, 150);
    assert_eq!(house.taxes[0].rate_ppm, 200_000);
    let enrolled = config.enrolled();
    assert_eq!(enrolled.len(), 3);
    assert_eq!((enrolled[0].0.0, enrolled[0].1.door.as_str()), (1, "Foyer"));
    assert!(enrolled.iter().all(|(_, device)| device.enabled));
    let pads: Vec<_> = house.pads.iter().map(|pad| (pad.no.0, pad.place.as_str())).collect();
    let right = (2, "Box office, right window");
    assert_eq!(pads, [(1, "Box office, left window"), right, (3, "Foyer, beside the bar")]);
    assert_eq!(house.tills.len(), 1);
    assert_eq!((house.tills[0].no, house.tills[0].pad), (TillNo(1), Some(PadNo(1))));
    assert_eq!(house.tills[0].name, "Left window");
}

#[test]
fn a_till_beside_a_pad_that_is_off_takes_cash_only() {
    let inspected = "inspected = \"2026-11-02\"\nenabled = ";
    let text = written_out(true).replace(&format!("{inspected}true"), &format!("{inspected}false"));
    let house = good(&text).house();
    assert_eq!((house.tills[0].pad, house.pads.len()), (None, 3));
}

#[test]
fn pads_are_told_the_currency_of_the_venue() {
    for (code, number, minor_digits) in [("GBP", 826, 2), ("JPY", 392, 0), ("KWD", 414, 3)] {
        let currency = good(&LEAST.replace("GBP", code)).pad_currency();
        assert_eq!((currency.number, currency.minor_digits), (number, minor_digits));
        assert_eq!(currency.letters, code.as_bytes());
    }
}

#[test]
fn relax_takes_two_words_and_a_table() {
    let relax = |value: &str| good(&format!("{LEAST}[sale]\nrelax = {value}\n")).sale.relax;
    assert_eq!(relax("\"never\""), Relax::Never);
    assert_eq!(relax("\"last-resort\""), Relax::LastResort);
    let until = Relax::NeverUntil { sold_percent: 0, hours_before: 8760 };
    assert_eq!(relax("{ sold_percent = 0, hours_before = 8760 }"), until);
    for wrong in ["\"sometimes\"", "3", "{ sold_percent = 90 }", "{ hours = 1 }"] {
        let finding = finding(&format!("{LEAST}[sale]\nrelax = {wrong}\n"));
        assert_eq!(finding.place.map(|place| place.line), Some(6), "{wrong}");
    }
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_caret() {
    let finding = finding(&format!("{LEAST}[sale]\n  hold_time = 15\n"));
    assert!(finding.says.contains("unknown field `hold_time`"), "{}", finding.says);
    let place = finding.place.unwrap();
    assert_eq!((place.line, place.column, place.width), (6, 3, 9));
    assert_eq!(place.excerpt, "  hold_time = 15");
}

#[test]
fn broken_toml_is_told_by_its_place() {
    let finding = finding("[venue\nname = 1\n");
    assert_eq!(finding.place.map(|place| place.line), Some(1));
}

#[test]
fn a_missing_venue_is_told() {
    assert!(finding("").says.contains("missing field `venue`"));
    let no_zone = LEAST.replace("time_zone = \"Europe/London\"\n", "");
    assert!(finding(&no_zone).says.contains("missing field `time_zone`"));
}

#[test]
fn findings_come_in_the_order_of_the_file_and_all_at_once() {
    let text =
        format!("{LEAST}[sale]\nmin_leftover = 6\nhold_time_min = 61\n").replace("GBP", "QQQ");
    let findings = parse(&text).unwrap_err();
    let keys: Vec<&str> = findings.iter().map(|finding| finding.key.as_str()).collect();
    assert_eq!(keys, ["venue.currency", "sale.min_leftover", "sale.hold_time_min"]);
}

#[test]
fn a_key_that_is_not_in_the_file_is_placed_at_its_table() {
    let text = format!("{LEAST}[mail]\nhost = \"mail.example\"\n");
    let finding = finding(&text);
    assert_eq!(finding.key, "mail");
    assert_eq!(finding.place.map(|place| place.line), Some(5));
}

/// One key of one table: `least` and `most` are good, one beyond is not.
fn check_range(table: &str, key: &str, least: i64, most: i64) {
    let text = |value: i64| format!("{LEAST}[{table}]\n{key} = {value}\n");
    for value in [least, most] {
        assert!(parse(&text(value)).is_ok(), "{table}.{key} = {value}");
    }
    for value in [least - 1, most + 1] {
        let findings = parse(&text(value)).expect_err(&text(value));
        assert!(findings[0].place.as_ref().is_some_and(|place| place.line >= 5), "{findings:?}");
    }
}

#[test]
fn every_range_has_both_ends() {
    check_range("store", "cache_mib", 8, 4096);
    check_range("store", "box_no", 1, 65_535);
    check_range("sale", "hold_time_min", 5, 60);
    check_range("sale", "tickets_per_cart_max", 1, 20);
    check_range("sale", "web_sale_ends_min", 0, 10_080);
    check_range("sale", "min_leftover", 1, 5);
    check_range("sale", "pack_slack_percent", 0, 25);
    check_range("sale", "cancel_overdue_after_days", 0, 365);
    check_range("door", "doors_open_min", 0, 720);
    check_range("mail", "timeout_s", 1, 600);
    check_range("gateway", "deadline_s", 2, 120);
    check_range("limits", "pages_per_s_max", 1, 100_000);
    check_range("limits", "pages_burst_max", 1, 100_000);
    check_range("limits", "carts_per_s_max", 1, 10_000);
    check_range("limits", "carts_burst_max", 1, 10_000);
    check_range("limits", "card_attempts_per_cart_max", 1, 100);
    check_range("limits", "card_attempts_per_hour_max", 1, 10_000);
    check_range("limits", "log_ins_per_min_max", 1, 1000);
    check_range("limits", "body_kib_max", 16, 1024);
    check_range("limits", "headers_kib_max", 8, 64);
    check_range("limits", "connections_max", 64, 65_536);
    check_range("limits", "connections_per_address_max", 1, 1024);
    check_range("limits", "websockets_max", 8, 16_384);
    check_range("limits", "websockets_per_address_max", 1, 256);
    check_range("limits", "websocket_queue_max", 16, 65_536);
    check_range("limits", "open_carts_max", 100, 1_000_000);
}

#[test]
fn the_ranges_in_the_sample_are_those_that_are_checked() {
    let text = |value: i64| format!("{LEAST}[sale]\ntickets_per_cart_max = {value}\n");
    let remedy = finding(&text(21)).remedy;
    assert!(SAMPLE.contains(&format!("Tickets in one cart. {remedy}.")), "{remedy}");
}

/// A change to the sample with all examples must bring exactly this finding.
fn check_spoiled(from: &str, to: &str, key: &str, says: &str) {
    let text = written_out(true);
    assert!(text.contains(from), "the sample no longer holds `{from}`");
    let finding = finding(&text.replacen(from, to, 1));
    assert_eq!(finding.key, key);
    assert!(finding.says.contains(says), "{}", finding.says);
    assert!(finding.place.is_some_and(|place| place.line > 1));
}

#[test]
fn venue_must_make_sense() {
    check_spoiled("Europe/London", "Europe/Saltmere", "venue.time_zone", "no time zone");
    check_spoiled("\"GBP\"", "\"gbp\"", "venue.currency", "no currency");
    check_spoiled("email = \"\"", "email = \"box office\"", "venue.email", "not a mail address");
    check_spoiled("\"The Tidewell\"", "\" \"", "venue.name", "empty");
    let long = format!("\"{}\"", "x".repeat(121));
    check_spoiled("\"The Tidewell\"", &long, "venue.name", "too long");
    let fits = format!("\"{}\"", "x".repeat(120));
    assert!(parse(&LEAST.replace("\"The Tidewell\"", &fits)).is_ok());
    let clock = "business_day_rolls_at = \"04:00\"";
    let text = written_out(true).replace(clock, "business_day_rolls_at = \"24:00\"");
    assert!(finding(&text).says.contains("not a time of day"));
}

#[test]
fn plain_http_beyond_this_machine_needs_to_be_said() {
    let listen = |lines: &str| format!("{LEAST}[listen]\n{lines}\n");
    assert!(parse(&listen("shop = [\"[::1]:80\", \"127.0.0.2:0\"]")).is_ok());
    let open = "shop = [\"0.0.0.0:80\"]";
    let found = finding(&listen(open));
    assert_eq!(found.key, "listen.shop");
    assert!(found.says.contains("0.0.0.0:80 would speak plain HTTP"));
    assert!(parse(&listen(&format!("{open}\nplain_http = true"))).is_ok());
    let tls = "certificate = \"/c\"\nkey = \"/k\"\npublic_url = \"https://tidewell.example\"";
    let redirect = "redirect = [\"0.0.0.0:80\"]";
    assert!(parse(&listen(&format!("shop = [\"0.0.0.0:443\"]\n{redirect}\n{tls}"))).is_ok());
    assert_eq!(finding(&listen(redirect)).key, "listen.redirect");
}

#[test]
fn certificate_and_key_come_together_and_bring_https() {
    let listen = |lines: &str| finding(&format!("{LEAST}[listen]\n{lines}\n")).key;
    let https = "public_url = \"https://tidewell.example\"";
    assert_eq!(listen(&format!("{https}\ncertificate = \"/c\"")), "listen.certificate");
    assert_eq!(listen(&format!("{https}\nkey = \"/k\"")), "listen.key");
    assert_eq!(listen("certificate = \"/c\"\nkey = \"/k\""), "listen.public_url");
    assert_eq!(listen("shop = []"), "listen.shop");
    assert_eq!(listen("shop = [\"127.0.0.1:80\", \"127.0.0.1:80\"]"), "listen.shop");
    for wrong in ["tidewell.example", "https://", "https://x/", "https://u@x", "ftp://x", ""] {
        assert_eq!(listen(&format!("public_url = \"{wrong}\"")), "listen.public_url", "{wrong}");
    }
}

#[test]
fn mail_needs_a_sender_a_log_in_and_a_covered_line() {
    let mail = |lines: &str| parse(&format!("{LEAST}[mail]\n{lines}\n"));
    let keys = |lines: &str| {
        let findings = mail(lines).expect_err(lines);
        findings.into_iter().map(|finding| finding.key).collect::<Vec<String>>()
    };
    let host = "host = \"mail.example\"\nfrom = \"The Tidewell <box@tidewell.example>\"\n";
    assert!(mail(host).is_ok());
    assert!(mail("folder = \"/letters\"\nfrom = \"box@tidewell.example\"").is_ok());
    assert_eq!(keys("folder = \"letters\"\nfrom = \"box@tidewell.example\""), ["mail.folder"]);
    assert_eq!(keys("host = \"mail.example\"\nfrom = \"box office\""), ["mail.from"]);
    assert_eq!(keys(&format!("{host}folder = \"/letters\"")), ["mail.folder"]);
    assert_eq!(keys(&format!("{host}auth = \"login\"")), ["mail.auth", "mail.auth"]);
    assert_eq!(keys(&format!("{host}user = \"box\"")), ["mail.user"]);
    assert_eq!(keys(&format!("{host}security = \"plain\"")), ["mail.security"]);
    let here = host.replace("mail.example\"", "localhost\"");
    assert!(mail(&format!("{here}security = \"plain\"")).is_ok());
    let user = format!("{host}auth = \"cram-md5\"\nuser = \"box\"\npassword_file = \"secret\"");
    assert!(mail(&user).is_ok());
    assert!(mail(&format!("{host}password = \"secret\"")).is_err(), "no password in this file");
}

#[test]
fn invented_cards_are_for_the_demo_only() {
    let text = format!("{LEAST}[gateway]\nkind = \"demo\"\n");
    assert_eq!(finding(&text).key, "gateway.kind");
    assert!(Config::parse(&text, Purpose::Demo).is_ok());
}

#[test]
fn devices_stand_at_doors_and_have_the_table_of_their_kind() {
    let three = "number = 3\nname = \"Handheld 1\"\nkind = \"network\"\n";
    let text = written_out(true);
    let at = text.find(three).expect("the sample holds a network device");
    let (before, after) = text.split_at(at);
    let roof = format!("{before}{}", after.replacen("\"Foyer\"", "\"Roof\"", 1));
    assert!(finding(&roof).says.contains("no door place `Roof`"));
    let text = text.replacen("kind = \"network\"", "kind = \"scanner\"", 1);
    let keys: Vec<String> = parse(&text).unwrap_err().into_iter().map(|one| one.key).collect();
    assert_eq!(keys, ["device[2].kind", "device[2].network"]);
    check_spoiled("number = 3", "number = 2", "device[2].number", "another device with number 2");
    check_spoiled("\"Handheld 1\"", "\"Foyer left\"", "device[2].name", "called `Foyer left`");
    check_spoiled("number = 3", "number = 65536", "device[2].number", "out of range");
}

#[test]
fn a_scanner_opens_a_gate_at_its_own_door() {
    let gate_name = "gate_name = \"Foyer turnstile\"";
    check_spoiled(gate_name, "gate_name = \"Lift\"", "device[0].gate_name", "no gate `Lift`");
    check_spoiled("number = 3", &format!("number = 3\n{gate_name}"), "device[2].gate_name", "only");
    let roof = "[[door_place]]\nname = \"Roof\"\n";
    let text = written_out(true).replacen("door = \"Foyer\"", "door = \"Roof\"", 1);
    assert!(finding(&format!("{text}{roof}")).says.contains("stands at another door, Foyer"));
}

#[test]
fn scanners_have_a_line_of_their_own() {
    let path = "path = \"/dev/usher/scanner-0001\"";
    check_spoiled(path, "path = \"ttyUSB0\"", "device[0].scanner.path", "where the daemon was");
    check_spoiled("baud = 9600", "baud = 0", "device[0].scanner.baud", "must be 1 to");
    let long = format!("prefix = \"{}\"", "x".repeat(33));
    check_spoiled("prefix = \"\"", &long, "device[0].scanner.prefix", "at most 32 bytes");
    check_spoiled("idle_ms = 50", "idle_ms = 1001", "device[0].scanner.idle_ms", "1 to 1000");
    let second = "[[device]]\nnumber = 9\nname = \"Twin\"\nkind = \"scanner\"\ndoor = \"Foyer\"\n\
                  [device.scanner]\npath = \"/dev/usher/scanner-0001\"\n";
    let text = format!("{second}{}", written_out(true));
    assert!(finding(&text).says.contains("another device's line already"));
    let framing = finding(&written_out(true).replacen("= \"8N1\"", "= \"9N1\"", 1));
    assert!(framing.says.contains("9N1"), "{}", framing.says);
    assert_eq!(framing.place.map(|place| place.excerpt), Some("framing = \"9N1\"".to_owned()));
}

#[test]
fn gates_have_a_chip_lines_of_their_own_and_bounds() {
    check_spoiled("chip = \"pinctrl-rp1\"", "", "device[1].gate.chip", "label of the chip");
    check_spoiled("name = \"GPIO27\"", "name = \"GPIO17\"", "device[1].gate.lines", "named twice");
    check_spoiled("release_ms = 300", "release_ms = 49", "device[1].gate.release_ms", "50 to 2000");
    let twin = "[[device]]\nnumber = 9\nname = \"Twin\"\nkind = \"gate\"\ndoor = \"Foyer\"\n\
                [device.gate]\nport = \"gpiocdev\"\nchip = \"pinctrl-rp1\"\n\
                lines = { green = { name = \"GPIO22\" }, red = { name = \"GPIO40\" } }\n";
    let text = format!("{}{twin}", written_out(true));
    let finding = finding(&text);
    assert_eq!(finding.key, "device[3].gate.lines");
    assert!(finding.says.contains("GPIO22 belongs to Foyer turnstile"), "{}", finding.says);
    assert!(parse(&text.replace("chip = \"pinctrl-rp1\"\nlines", "chip = \"x\"\nlines")).is_ok());
}

/// All examples of the sample with more behind them.
fn with_more(more: &str) -> String {
    format!("{}\n{more}\n", written_out(true))
}

fn pad(number: u32, name: &str, table: &str) -> String {
    format!("[[pin_pad]]\nnumber = {number}\nname = \"{name}\"\nplace = \"Bar\"\n{table}\n")
}

#[test]
fn a_pin_pad_has_exactly_one_table_and_names_of_its_own() {
    let none = finding(&with_more(&pad(9, "Bare", "")));
    assert_eq!(none.key, "pin_pad[3]");
    assert!(none.remedy.contains("[pin_pad.zvt], [pin_pad.concert] or [pin_pad.nexo]"));
    let zvt = "[pin_pad.zvt]\npath = \"/dev/pad\"";
    let two = format!("{zvt}\n[pin_pad.concert]\npath = \"/dev/other\"");
    let two = finding(&with_more(&pad(9, "Two", &two)));
    assert_eq!(two.key, "pin_pad[3].concert");
    assert!(two.says.contains("has the table `zvt` already"), "{}", two.says);
    assert!(parse(&with_more(&pad(9, "One", zvt))).is_ok());
    let same = finding(&with_more(&pad(3, "One", zvt)));
    assert_eq!((same.key.as_str(), same.says.as_str()), SAME_NUMBER);
    let called = finding(&with_more(&pad(9, "Foyer bar", zvt)));
    assert_eq!(called.key, "pin_pad[3].name");
    check_spoiled("place = \"Box office, left", "place = \"\\u0007", "pin_pad[0].place", "control");
    check_spoiled("inspected = \"2026-11-02\"", "inspected = \"2026-13-02\"", "", "month");
    let numbers = [("number = 9", true), ("number = 65535", true), ("number = 65536", false)];
    for (number, is_good) in numbers {
        let text = with_more(&pad(9, "One", zvt).replace("number = 9", number));
        assert_eq!(parse(&text).is_ok(), is_good, "{number}");
    }
}

const SAME_NUMBER: (&str, &str) = ("pin_pad[3].number", "there is another pin_pad with number 3");

#[test]
fn a_pin_pad_says_what_the_drivers_would_refuse_at_its_key() {
    check_spoiled("password = \"000000\"", "password = \"0\"", "", "must be six digits");
    let key = "pin_pad[0].zvt.terminal_id";
    check_spoiled("terminal_id = \"52523535\"", "terminal_id = \"5\"", key, "eight digits");
    check_spoiled("terminal_id = \"52523535\"\n", "", key, "terminal on the network");
    let path = "path = \"/dev/usher/pad-0001\"";
    let key = "pin_pad[1].concert.path";
    check_spoiled(path, "path = \"pad\"", key, "where the daemon was started");
    let key = "pin_pad[2].nexo.root";
    check_spoiled("root = \"/etc", "root = \"etc", key, "where the daemon was started");
    let file = "passphrase_file = \"pad-passphrase\"";
    let key = "pin_pad[2].nexo.passphrase_file";
    check_spoiled(file, "passphrase_file = \"near/by\"", key, "where the daemon was started");
    let key = "pin_pad[2].serial_number";
    check_spoiled("\"346403161\"", "\"346403162\"", key, "another serial number");
}

#[test]
fn a_line_or_an_address_belongs_to_one_device() {
    let path = "path = \"/dev/usher/pad-0001\"";
    let key = "pin_pad[1].concert.path";
    check_spoiled(path, "path = \"/dev/usher/scanner-0001\"", key, "belongs to Foyer left");
    let twin = "[pin_pad.zvt]\naddress = \"192.0.2.8:8443\"\nterminal_id = \"52523535\"";
    let finding = finding(&with_more(&pad(9, "Twin", twin)));
    assert_eq!(finding.key, "pin_pad[3].zvt.address");
    assert!(finding.says.contains("192.0.2.8:8443 belongs to Foyer bar"), "{}", finding.says);
}

#[test]
fn a_till_knows_its_pin_pad_and_has_a_name_and_number_of_its_own() {
    let till = "pin_pad = \"Window left\"";
    check_spoiled(till, "pin_pad = \"Window\"", "till[0].pin_pad", "there is no pin pad `Window`");
    assert!(parse(&written_out(true).replace(till, "")).is_ok());
    let second = |number: u32, name: &str| {
        let till = format!("[[till]]\nnumber = {number}\nname = \"{name}\"\n");
        parse(&with_more(&format!("{till}pin_pad = \"Window left\"")))
    };
    assert!(second(2, "Right window").is_ok(), "tills may share a pad");
    assert_eq!(second(1, "Right window").unwrap_err()[0].key, "till[1].number");
    assert_eq!(second(2, "Left window").unwrap_err()[0].key, "till[1].name");
    let many = |count: u32| {
        let tills = (2..=count).map(|no| format!("[[till]]\nnumber = {no}\nname = \"T{no}\"\n"));
        parse(&with_more(&tills.collect::<String>()))
    };
    assert!(many(64).is_ok());
    assert_eq!(many(65).unwrap_err()[0].remedy, "at most 64");
}

#[test]
fn one_token_opens_one_thing() {
    let (zeros, ones) = ("0".repeat(64), "f".repeat(64));
    check_spoiled(&ones, &zeros, "device[2].network.sha256", "the same token as token[0].sha256");
    let rights = "rights = [\"read\", \"feed\", \"desk\", \"door\", \"metrics\"]";
    check_spoiled(rights, "rights = []", "token[0].rights", "opens nothing");
    let text = written_out(true).replacen(&ones, "ffff", 1);
    assert!(finding(&text).says.contains("64 hexadecimal digits"));
    assert_eq!(good(&written_out(true)).tokens[0].rights[0], Right::Read);
}

#[test]
fn levels_fees_and_taxes_are_told_apart_and_counted() {
    check_spoiled("name = \"Concession\"", "name = \"Adult\"", "level[1].name", "called `Adult`");
    check_spoiled("amount_minor = 150", "amount_minor = -1", "fee[0].amount_minor", "range");
    check_spoiled("rate_ppm = 200000", "rate_ppm = 1000001", "tax[0].rate_ppm", "out of range");
    let taxes = |count: u32| {
        let one = |number| {
            format!(
                "[[tax]]\nnumber = {number}\nname = \"T{number}\"\nrate_ppm = 1\ninclusive = true\n"
            )
        };
        let all: String = (1..=count).map(one).collect();
        parse(&format!("{LEAST}{all}"))
    };
    assert!(taxes(8).is_ok());
    assert_eq!(taxes(9).unwrap_err()[0].key, "tax[8]");
}

#[test]
fn one_address_cannot_have_more_than_all() {
    let text = format!("{LEAST}[limits]\nconnections_max = 63\n");
    let finding = finding(&text);
    assert_eq!(finding.key, "limits.connections_per_address_max");
    assert!(parse(&text.replace("63", "64")).is_ok());
}

#[test]
fn no_bytes_make_the_reader_fall_over() {
    for text in ["\u{feff}", "[", "[[device]]", "venue = 1", "[venue]\nname = \"\u{1F3AD}", "\0"] {
        assert!(parse(text).is_err(), "{text:?}");
    }
    let spoiled = (0..SAMPLE.len()).filter(|index| SAMPLE.is_char_boundary(*index));
    for cut in spoiled.step_by(37) {
        let _ = parse(&SAMPLE[..cut]);
    }
}
