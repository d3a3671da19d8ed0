//! `GET /desk`: the house today, devices, and the status strip.
//!
//! Says what the listener knows of this process, and what devices said of themselves; the strip
//! stands on every page of the desk. Next: `staff/cart.rs`, `staff/letter.rs`.

use crate::request::{Need, Staff, need};
use crate::respond;
use crate::token::Right;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::Snapshot;
use usher_ledger::view::desk;
use usher_rules::view::desk::{
    Around, ClockState, Desk, Device, DeviceKind, DeviceState, Rights, Store, Strip,
};

pub async fn page(staff: Staff<need::Desk>) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, devices) = around(&staff, &snapshot)?;
    let performances = desk::houses(staff.handle(), &snapshot, staff.now())?;
    let view = Desk { around, devices, performances };
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::page(&look.templates, &view, &look.words)))
}

/// What stands around a page of the desk, and the devices that its strip counts.
pub(super) fn around<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
) -> Result<(Around, Vec<Device>), Trouble> {
    let (shop, handle) = (staff.shop(), staff.handle());
    let kind = |no| {
        if shop.is_gate(no) {
            DeviceKind::Gate
        } else if shop.tokens().device(no).is_some() {
            DeviceKind::NetworkDoor
        } else {
            DeviceKind::Scanner
        }
    };
    let health = |no| shop.healths().of(no);
    let mut devices = desk::devices(handle, snapshot, staff.now(), kind, health)?;
    devices.extend(shop.mail().filter(Option::is_none).map(|_| no_mail()));
    let (mail_waiting, mail_errors) = desk::mail(snapshot)?;
    let (scanners_ready, scanners_total) = counted(&devices, DeviceKind::Scanner);
    let (gates_ready, gates_total) = counted(&devices, DeviceKind::Gate);
    let clock = if handle.clock_behind() { ClockState::Untrusted } else { ClockState::Trusted };
    let around = Around {
        frame: shop.frame(0),
        who: staff.name.clone(),
        rights: Rights {
            door: staff.rights.has(Right::Door),
            monitor: staff.rights.has(Right::Read),
            desk: staff.rights.has(Right::Desk),
            account: staff.account.is_some(),
            staff: staff.rights.has(Right::ManageStaff),
            audit: staff.rights.has(Right::SeeAudit),
            reports: staff.rights.has(Right::SeeReports),
            day: staff.rights.has(Right::EndOfDay),
            till: staff.account.is_some() && staff.rights.has(Right::SellAtCounter),
        },
        strip: Strip {
            // A store that has stopped answers no page at all.
            store: Store::Ready,
            clock,
            disk_free_bytes: shop.disk_free_bytes(),
            disk: shop.disk(),
            scanners_ready,
            scanners_total,
            gates_ready,
            gates_total,
            mail_waiting,
            mail_errors,
            books: desk::books(snapshot)?,
            without_tls: shop.plain_http(),
        },
    };
    Ok((around, devices))
}

/// Devices of a kind that are heard of, and all that are switched on. Phones at doors come and go
/// and are not counted on the strip.
fn counted(devices: &[Device], kind: DeviceKind) -> (u32, u32) {
    let on =
        devices.iter().filter(|device| device.kind == kind && device.state != DeviceState::Off);
    let ready = on.clone().filter(|device| device.state == DeviceState::Ready).count();
    let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
    (count(ready), count(on.count()))
}

/// Letters have no way out: the page tells the technician so, and what to give.
fn no_mail() -> Device {
    Device {
        name: String::new(),
        kind: DeviceKind::Mail,
        stands_at: String::new(),
        port: String::new(),
        state: DeviceState::Off,
        seen: None,
        fault: String::new(),
    }
}
