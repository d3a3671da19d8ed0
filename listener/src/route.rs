//! Every address of the box on one page.
//!
//! What an address needs stands in its handler's signature: `Guest` and `Staff` on pages,
//! `Anyone`, `Permitted`, `Device` and `CartHolder` in the API (`request.rs`). Pages of the demo
//! come as one extra router. Never answers anything itself.

use crate::state::Shop;
use crate::{api, csrf, dress, feed, unready};
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

/// How long any answer may take; a checkout waits for its gateway, which has 20 s.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// How long a body may stand still on its way in.
const BODY_STILL_MAX: Duration = Duration::from_secs(10);

/// All routes, dressed. `extra` are the demo's pages, with their own state already given.
pub fn routes(shop: Arc<Shop>, extra: Router) -> Router {
    let (calls, described) = api::routes();
    let described = Bytes::from(described);
    let routes = Router::new()
        .nest("/api/v1", calls)
        .route("/api/openapi.json", get(move || async { api::health::described(described) }))
        .route("/healthz", get(api::health::healthz))
        .route("/readyz", get(api::health::readyz))
        .route("/metrics", get(api::health::metrics))
        .route("/feed/scans", get(feed::scans::scans))
        .route("/feed/seats", get(feed::seats::seats))
        .merge(shop_pages())
        .merge(staff_pages())
        .with_state(Arc::clone(&shop))
        .merge(extra);
    dressed(routes, shop)
}

/// What is answered while there is no store: alive, but not ready, and why (trust 1.8). The
/// technician's two addresses tell what was found and what to do.
pub fn unready(words: &str) -> Router {
    let words: Arc<str> = words.into();
    let told = move |request| unready::why(Arc::clone(&words), request);
    Router::new()
        .route("/healthz", get(api::health::healthz))
        .route("/readyz", get(told.clone()))
        .route("/desk", get(told))
        .fallback(unready::closed)
        .layer(from_fn(unready::dress))
}

fn shop_pages() -> Router<Arc<Shop>> {
    use crate::shop::{asset, cart, checkout, event, order, performance, seat, whats_on};
    Router::new()
        .route("/", get(whats_on::page))
        .route("/assets/{*path}", get(asset::file))
        .route("/events/{slug}", get(event::page))
        .route("/events/{slug}/calendar.ics", get(event::calendar))
        .route("/performances/{id}", get(performance::page))
        .route("/performances/{id}/map", get(performance::map))
        .route("/performances/{id}/chosen", get(performance::chosen))
        .route("/performances/{id}/best-seats", post(seat::best_seats))
        .route("/performances/{id}/seats", post(seat::seats))
        .route("/cart", get(cart::page))
        .route("/cart/remove", post(cart::remove))
        .route("/cart/one-fewer", post(cart::one_fewer))
        .route("/cart/close", post(cart::close))
        .route("/checkout", get(checkout::page).post(checkout::press))
        .route("/orders/{token}", get(order::page))
        .route("/orders/{token}/tickets.pdf", get(order::tickets))
        .route("/orders/{token}/calendar.ics", get(order::calendar))
}

fn staff_pages() -> Router<Arc<Shop>> {
    use crate::staff::{
        account, cart, desk, door, journal, letter, member, monitor, pad, report, sign_in, till,
    };
    Router::new()
        .route("/desk", get(desk::page))
        .route("/desk/carts", get(cart::page))
        .route("/desk/letters", get(letter::list))
        .route("/desk/letters/{id}", get(letter::page))
        .route("/desk/sign-in", get(sign_in::page).post(sign_in::press))
        .route("/desk/sign-in/password", post(sign_in::password))
        .route("/desk/sign-in/code", post(sign_in::code))
        .route("/desk/sign-in/new", get(sign_in::first_time).post(sign_in::take))
        .route("/desk/sign-out", post(sign_in::sign_out))
        .route("/desk/confirm", get(account::confirm).post(account::confirmed))
        .route("/desk/account", get(account::page))
        .route("/desk/account/password", post(account::password))
        .route("/desk/account/second-factor", post(account::second_factor))
        .route("/desk/account/second-factor/code", post(account::enrolled))
        .route("/desk/account/end", post(account::end))
        .route("/desk/staff", get(member::page).post(member::add))
        .route("/desk/staff/{no}/code", post(member::code))
        .route("/desk/staff/{no}/role", post(member::set_role))
        .route("/desk/staff/{no}/entry", post(member::entry))
        .route("/desk/staff/{no}/end", post(member::end))
        .route("/desk/audit", get(member::audit))
        .route("/desk/report", get(report::page))
        .route("/desk/report/sales.csv", get(report::csv))
        .route("/desk/report/sales.xlsx", get(report::xlsx))
        .route("/desk/journal", get(journal::page))
        .route("/desk/journal/export", post(journal::export))
        .route("/desk/journal/proof", post(journal::proof))
        .route("/desk/journal/{export}/journal.csv", get(journal::csv))
        .route("/desk/journal/{export}/journal.xlsx", get(journal::xlsx))
        .route("/desk/till", get(till::page))
        .route("/desk/till/{session}", get(till::session))
        .route("/desk/till/open", post(till::open))
        .route("/desk/till/pay-in", post(till::pay_in))
        .route("/desk/till/pay-out", post(till::pay_out))
        .route("/desk/till/count", post(till::count))
        .route("/desk/till/close", post(till::close))
        .route("/desk/pads", get(pad::page))
        .route("/desk/pads/{orphan}/seen", post(pad::seen))
        .merge(batch_pages())
        .merge(sale_pages())
        .merge(order_pages())
        .merge(cancellation_pages())
        .merge(patron_pages())
        .route("/monitor", get(monitor::page))
        .route("/door", get(door::page).post(door::press))
}

/// Orders at the desk, what is paid towards them, and tickets given back.
fn order_pages() -> Router<Arc<Shop>> {
    use crate::staff::{order, payment, refund};
    Router::new()
        .route("/desk/orders", get(order::list))
        .route("/desk/orders/{order}", get(order::page))
        .route("/desk/orders/{order}/refund", post(order::refund))
        .route("/desk/orders/{order}/cash", post(payment::cash))
        .route("/desk/orders/{order}/card", post(payment::card))
        .route("/desk/orders/{order}/exchange", post(order::exchange))
        .route("/desk/orders/{order}/pad", get(refund::pad))
        .route("/desk/orders/{order}/stop", post(refund::stop))
        .route("/desk/orders/{order}/decide", post(refund::decide))
}

/// Performances that do not take place.
fn cancellation_pages() -> Router<Arc<Shop>> {
    use crate::staff::cancellation;
    Router::new()
        .route("/desk/cancellations", get(cancellation::list))
        .route("/desk/cancellations/{id}", get(cancellation::page).post(cancellation::cancel))
        .route("/desk/cancellations/{id}/refund", post(cancellation::refund))
}

/// Money of the pads and the day.
fn batch_pages() -> Router<Arc<Shop>> {
    use crate::staff::{batch, end_of_day};
    Router::new()
        .route("/desk/batches", get(batch::list))
        .route("/desk/batches/close-all", post(end_of_day::close_batches))
        .route("/desk/batches/{batch}", get(batch::page))
        .route("/desk/batches/{batch}/close", post(batch::close))
        .route("/desk/batches/{batch}/no-match", post(batch::no_match))
        .route("/desk/batches/{batch}/keep-open", post(end_of_day::keep_open))
        .route("/desk/day", get(end_of_day::page).post(end_of_day::run))
        .route("/desk/day/{run}", get(end_of_day::sheet))
        .route("/desk/day/{run}/day.csv", get(end_of_day::csv))
        .route("/desk/day/{run}/day.xlsx", get(end_of_day::xlsx))
}

/// A sale at the counter; `more` adds to the one in hand.
fn sale_pages() -> Router<Arc<Shop>> {
    use crate::staff::sell::{self, choice, patron, sale, sold, tender};
    Router::new()
        .route("/desk/sell", get(sell::page))
        .route("/desk/sell/{id}", get(choice::page))
        .route("/desk/sell/{id}/map", get(choice::map))
        .route("/desk/sell/{id}/chosen", get(choice::chosen))
        .route("/desk/sell/{id}/seats", get(choice::seats).post(choice::take))
        .route("/desk/sell/{id}/best-seats", post(choice::best_seats))
        .route("/desk/sell/cart/{cart}", get(sale::page))
        .route("/desk/sell/cart/{cart}/pad", get(sale::pad))
        .route("/desk/sell/cart/{cart}/patron", post(patron::choose))
        .route("/desk/sell/cart/{cart}/remove", post(sale::remove))
        .route("/desk/sell/cart/{cart}/leave-exchange", post(sale::leave_exchange))
        .route("/desk/sell/cart/{cart}/cancel", post(sale::cancel))
        .route("/desk/sell/cart/{cart}/cash", post(tender::cash))
        .route("/desk/sell/cart/{cart}/card", post(tender::card))
        .route("/desk/sell/cart/{cart}/stop", post(tender::stop))
        .route("/desk/sell/cart/{cart}/decide", post(tender::decide))
        .route("/desk/sell/cart/{cart}/more", get(sell::page))
        .route("/desk/sell/cart/{cart}/more/{id}", get(choice::page))
        .route("/desk/sell/cart/{cart}/more/{id}/map", get(choice::map))
        .route("/desk/sell/cart/{cart}/more/{id}/chosen", get(choice::chosen))
        .route("/desk/sell/cart/{cart}/more/{id}/seats", get(choice::seats).post(choice::take))
        .route("/desk/sell/cart/{cart}/more/{id}/best-seats", post(choice::best_seats))
        .route("/desk/sell/order/{order}", get(sold::page))
        .route("/desk/sell/order/{order}/receipts", get(sold::receipts))
        .route("/desk/sell/order/{order}/tickets.pdf", get(sold::tickets))
}

/// The register of patrons.
fn patron_pages() -> Router<Arc<Shop>> {
    use crate::staff::patron;
    Router::new()
        .route("/desk/patrons", get(patron::list).post(patron::register))
        .route("/desk/patrons/matches", get(patron::matches))
        .route("/desk/patrons/{id}", get(patron::page).post(patron::change))
}

fn dressed(routes: Router, shop: Arc<Shop>) -> Router {
    let body_bytes_max = shop.body_bytes_max();
    let site = shop.venue().site.clone();
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(shop, dress::dress))
            .layer(CatchPanicLayer::custom(dress::panicked))
            .layer(TimeoutLayer::with_status_code(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                ANSWER_MAX,
            ))
            .layer(CompressionLayer::new())
            .layer(csrf::layer(&site))
            .layer(from_fn(csrf::from_somewhere))
            .layer(RequestBodyTimeoutLayer::new(BODY_STILL_MAX))
            .layer(DefaultBodyLimit::max(body_bytes_max as usize)),
    )
}
