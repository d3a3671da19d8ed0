//! Files of the desk: that every word stands in them, and that they are the pages' own figures.
//!
//! Views made by hand, as on the pages. Next: `house/books.rs`.

mod house;

use house::books::{TODAY, given_back, sales};
use house::{NOW, frame};
use usher_rules::id::PostingId;
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause};
use usher_rules::view::desk::journal::Line;
use usher_web::desk::{journal, report};
use usher_web::money::Purse;
use usher_web::{Templates, Words};

#[test]
fn every_cause_and_account_has_a_word_in_the_files() {
    let (templates, words) = (Templates::new(), Words::english());
    let causes = [
        Cause::Sale,
        Cause::CardPayment,
        Cause::CashPayment,
        Cause::Float,
        Cause::PayIn,
        Cause::PayOut,
        Cause::OverShort,
        Cause::TillClosed,
        Cause::RevenueRecognised,
    ];
    let line = |(cause, account)| Line {
        posting: PostingId(9),
        day: TODAY,
        at: NOW,
        cause,
        order: None,
        account,
        sub: 3,
        amount: Money(-250),
    };
    let lines: Vec<Line> = causes.into_iter().zip(Account::ALL).map(line).collect();
    let frame = frame(0);
    let sheet = journal::sheet(&templates, &lines, NOW, &frame, &words);
    let text = usher_web::sheet::csv(&sheet, &Purse::new("GBP")).expect("small");
    let text = String::from_utf8(text).expect("text");
    assert_eq!(text.lines().count(), 10);
    for words in ["Cash payment", "Till closed", "Bank and safe", "fee 3", "till 3", "pin pad 3"] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    assert!(text.lines().skip(1).all(|line| line.ends_with(",,2.50")), "{text}");
}

#[test]
fn the_report_is_a_row_for_each_line_and_one_for_all() {
    let (templates, words) = (Templates::new(), Words::english());
    let sheet = report::sheet(&templates, &sales("=Ada"), &frame(0), &words);
    let text = usher_web::sheet::csv(&sheet, &Purse::new("GBP")).expect("small");
    let text = String::from_utf8(text).expect("text");
    let lines: Vec<&str> = text.split("\r\n").filter(|line| !line.is_empty()).collect();
    assert_eq!(lines[0], "By,Line,Orders,Tickets,Net,Tax,Total");
    assert_eq!(lines.len(), 1 + 3 + 3 + 5 + 2 + 4 + 1);
    assert!(lines.contains(&"Cashier,'=Ada,21,44,1283.34,256.66,1540.00"), "{text}");
    assert!(lines.contains(&"Hour,18:00,31,70,2116.67,423.33,2540.00"), "{text}");
    assert_eq!(lines.last(), Some(&"All,,54,120,3575.00,715.00,4290.00"));
}

#[test]
fn what_was_given_back_is_a_figure_below_zero_and_a_bar_below_nothing() {
    let (templates, words) = (Templates::new(), Words::english());
    let sheet = report::sheet(&templates, &given_back(), &frame(0), &words);
    let text = usher_web::sheet::csv(&sheet, &Purse::new("GBP")).expect("small");
    let text = String::from_utf8(text).expect("text");
    assert!(text.contains("Cashier,Luz Ferreday,0,-44,-1283.34,-256.66,-1540.00"), "{text}");
    let page = report::page(&templates, &house::books::report(given_back()), &words);
    let page = page.as_str();
    let bars: Vec<&str> = page.split(r#"class="hour" d="M"#).skip(1).collect();
    let top = |bar: &str| -> i64 {
        let y = bar.split([' ', 'h']).nth(1).expect("where it begins");
        y.parse().expect("a figure")
    };
    let (last, sold) = bars.split_last().expect("bars");
    assert_eq!(sold.len(), 4);
    assert!(sold.iter().all(|bar| top(bar) < top(last)), "{bars:?}");
}
