//! Guards that a seat that many want at once gets one owner.
//!
//! Two hundred clients press at the same moment, each with a cart of its own. Next: `door.rs`.

use crate::ask::Caller;
use crate::running::{Folder, Running};
use crate::sale::{state, texts};
use serde_json::json;
use std::sync::Barrier;
use std::thread;

const CLIENTS: usize = 200;

/// A free seat that may be taken alone, by the single-seat rule.
fn lone_seat(anyone: &Caller, performance: &str) -> String {
    let cart = anyone.post("/api/v1/carts", &json!({}));
    let holder = anyone.with(cart.text("token"));
    let check = format!("/api/v1/carts/{}/seats/check", cart.text("cart"));
    let seats = anyone.get(&format!("/api/v1/performances/{performance}/seats"));
    let seats = seats.body["seats"].as_array().unwrap();
    let free = seats.iter().filter(|seat| seat["state"] == "free");
    let mut guids = free.map(|seat| seat["guid"].as_str().unwrap());
    let fits = |guid: &&str| {
        let body = json!({ "performance": performance, "seats": [guid], "level": "Adult" });
        holder.post(&check, &body).body["verdict"] == "Ok"
    };
    guids.find(fits).expect("a half-sold house has such a seat").to_owned()
}

#[test]
fn of_two_hundred_clients_on_one_seat_exactly_one_owns_it() {
    let folder = Folder::new();
    let demo = Running::demo(&folder.join("state"));
    let (anyone, performance) = (demo.caller(), demo.tonight().to_owned());
    let guid = lone_seat(&anyone, &performance);
    let body = json!({ "performance": performance, "seats": [guid], "level": "Adult" });
    let start = Barrier::new(CLIENTS);
    let client = || {
        let cart = anyone.post("/api/v1/carts", &json!({}));
        let holder = anyone.with(cart.text("token"));
        let path = format!("/api/v1/carts/{}", cart.text("cart"));
        start.wait();
        let taken = holder.post(&format!("{path}/seats"), &body);
        (taken, texts(&holder.get(&path).body["seats"]))
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let won = outcomes.iter().filter(|(answer, _)| answer.status == 200).count();
    let told = outcomes
        .iter()
        .filter(|(answer, _)| answer.status == 409 && answer.body["code"] == "SeatTaken");
    assert_eq!((won, told.count()), (1, CLIENTS - 1));
    let holding = outcomes.iter().filter(|(_, seats)| *seats == [guid.clone()]).count();
    assert_eq!(holding, 1, "one cart has it, by its own account");
    assert_eq!(state(&anyone, &performance, &guid), "held");
    assert!(demo.stop().success());
}
