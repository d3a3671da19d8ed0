//! Who of the register buys a sale: chosen, taken off, or remembered while it is paid.
//!
//! Only for a sale of the cashier's own till. Never changes what the register says of somebody.
//! Next: `staff/patron.rs`, `rules/cart.rs`.

use super::sale::{address, over_already};
use super::{Cashier, Spot, own_sale};
use crate::request::step;
use crate::respond;
use crate::shop::form::{Fields, key_of};
use crate::staff::patron::put;
use crate::wording::Trouble;
use axum::response::Response;
use usher_rules::cart::{Buyer, Command as CartCommand};
use usher_rules::id::{CartId, PatronId};
use usher_rules::patron::{Command as Rule, Details};
use usher_rules::{Command, Key};

/// Chooses the patron that the form names; an empty one takes whoever it was off.
pub async fn choose(staff: Cashier, spot: Spot, fields: Fields) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    own_sale(&staff, &staff.snapshot()?, id)?;
    let patron = match fields.text("patron") {
        "" => None,
        _ => Some(fields.known("patron")?),
    };
    set(&staff, staff.form_key(&fields.key()), id, patron).await
}

/// Says of a sale who buys, and leads back to it.
pub(in crate::staff) async fn set(
    staff: &Cashier,
    key: Option<Key>,
    cart: CartId,
    patron: Option<PatronId>,
) -> Result<Response, Trouble> {
    match staff.ask(key, Command::Cart(CartCommand::SetPatron { cart, patron })).await {
        Ok(_) => Ok(respond::see_other(&address(cart))),
        Err(trouble) => over_already(trouble, cart),
    }
}

/// Keeps who was typed and chooses them for the sale. Paying again asks for the same once more
/// and is told the same number.
pub(super) async fn remember(
    staff: &Cashier,
    cart: CartId,
    form: &str,
    buyer: &Buyer,
) -> Result<PatronId, Trouble> {
    let Buyer { name, email, patron: _ } = buyer.clone();
    let of = [("form", form), ("name", name.as_str()), ("email", email.as_str())];
    let key = staff.form_key(&key_of(of.into_iter()));
    let details = Details { name: name.clone(), email: email.clone(), phone: String::new() };
    let id = put(staff, step(key, "remember"), Rule::Register(details)).await?;
    let named = CartCommand::SetPatron { cart, patron: Some(id) };
    staff.ask(step(key, "choose"), Command::Cart(named)).await?;
    Ok(id)
}
