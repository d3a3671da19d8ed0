//! Roles and rights: one table of who may do what, exhaustive in both.
//!
//! A right is what a route asks for; a role is what a member of staff has. Tokens of the
//! configuration carry rights without a role. Never decides a request: `listener/request` does.

use minicbor::{Decode, Encode};

/// What somebody does in the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    #[n(0)]
    Door,
    #[n(1)]
    Cashier,
    #[n(2)]
    Supervisor,
    #[n(3)]
    Manager,
    #[n(4)]
    Technician,
}

impl Role {
    pub const ALL: [Role; 5] =
        [Role::Door, Role::Cashier, Role::Supervisor, Role::Manager, Role::Technician];

    /// As the console and the forms write it.
    pub fn name(self) -> &'static str {
        match self {
            Role::Door => "door",
            Role::Cashier => "cashier",
            Role::Supervisor => "supervisor",
            Role::Manager => "manager",
            Role::Technician => "technician",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Must it show a second factor at every sign-in (trust 3)? Only a door need not.
    pub fn needs_second_factor(self) -> bool {
        match self {
            Role::Door => false,
            Role::Cashier | Role::Supervisor | Role::Manager | Role::Technician => true,
        }
    }
}

/// What a route may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Every reading call of the API, scans included, and the monitor.
    Read,
    /// The live feed of scans.
    Feed,
    /// The desk's pages, staff holds and the selling calls for any cart.
    Desk,
    /// The door page and scanning by hand.
    Door,
    /// `/metrics` from beyond loopback.
    Metrics,
    SellAtCounter,
    Refund,
    /// Saying that a performance does not take place.
    CancelPerformance,
    Exchange,
    /// Admitting against the verdict.
    Override,
    UndoScan,
    StaffHolds,
    /// Closing other people's carts and tills.
    ForceClose,
    Export,
    ManageStaff,
    ManageDevices,
    SeeAudit,
    CloseTill,
    /// Sales and the journal, on the screen.
    SeeReports,
    /// Ending the day, and settling a batch that does not match.
    EndOfDay,
}

/// Supervisors and managers.
const SENIOR: &[Role] = &[Role::Supervisor, Role::Manager];
/// All who work at the counter.
const COUNTER: &[Role] = &[Role::Cashier, Role::Supervisor, Role::Manager];
/// All but those who only stand at a door.
const INSIDE: &[Role] = &[Role::Cashier, Role::Supervisor, Role::Manager, Role::Technician];
const MANAGERS: &[Role] = &[Role::Manager];

impl Right {
    pub const ALL: [Right; 20] = [
        Right::Read,
        Right::Feed,
        Right::Desk,
        Right::Door,
        Right::Metrics,
        Right::SellAtCounter,
        Right::Refund,
        Right::CancelPerformance,
        Right::Exchange,
        Right::Override,
        Right::UndoScan,
        Right::StaffHolds,
        Right::ForceClose,
        Right::Export,
        Right::ManageStaff,
        Right::ManageDevices,
        Right::SeeAudit,
        Right::CloseTill,
        Right::SeeReports,
        Right::EndOfDay,
    ];

    /// As it stands in the configuration and in problem documents.
    pub fn name(self) -> &'static str {
        match self {
            Right::Read => "read",
            Right::Feed => "feed",
            Right::Desk => "desk",
            Right::Door => "door",
            Right::Metrics => "metrics",
            Right::SellAtCounter => "sell-at-counter",
            Right::Refund => "refund",
            Right::CancelPerformance => "cancel-performance",
            Right::Exchange => "exchange",
            Right::Override => "override",
            Right::UndoScan => "undo-scan",
            Right::StaffHolds => "staff-holds",
            Right::ForceClose => "force-close",
            Right::Export => "export",
            Right::ManageStaff => "manage-staff",
            Right::ManageDevices => "manage-devices",
            Right::SeeAudit => "see-audit",
            Right::CloseTill => "close-till",
            Right::SeeReports => "see-reports",
            Right::EndOfDay => "end-of-day",
        }
    }

    /// The table: which roles hold this right.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Right::Door => &[Role::Door, Role::Cashier, Role::Supervisor, Role::Manager],
            Right::Read | Right::Feed | Right::Desk => INSIDE,
            Right::Metrics | Right::ManageDevices => &[Role::Manager, Role::Technician],
            Right::SellAtCounter | Right::Exchange | Right::CloseTill => COUNTER,
            Right::Refund
            | Right::CancelPerformance
            | Right::Override
            | Right::UndoScan
            | Right::StaffHolds
            | Right::ForceClose
            | Right::Export
            | Right::SeeReports
            | Right::EndOfDay => SENIOR,
            Right::ManageStaff | Right::SeeAudit => MANAGERS,
        }
    }
}

/// May somebody of this role do what the right names?
pub fn may(role: Role, right: Right) -> bool {
    right.roles().contains(&role)
}
