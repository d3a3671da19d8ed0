//! The configuration as the rules take it: the `House` settings and the enrolled devices.
//!
//! One direction only, once at start; from then on the ledger's copy is what decisions see.
//! Never judges: a configuration that got here has been checked. Next: `start.rs`.

use super::{Config, FeePer, PinPad, ReEntry, Relax, Sale, WithoutBox};
use usher_rules::at::Span;
use usher_rules::device::Device;
use usher_rules::fee::{Fee, Per};
use usher_rules::house::{self, House, Level};
use usher_rules::id::{DeviceNo, LevelNo, TillNo};
use usher_rules::money::Money;
use usher_rules::tax::Tax;

/// Parts per million in a percent.
const PPM_PER_PERCENT: u32 = 10_000;

impl Config {
    /// The venue's settings for the rules.
    pub fn house(&self) -> House {
        let Config { sale, door, limits, gateway, .. } = self;
        House {
            hold_time: minutes(sale.hold_time_min),
            tickets_per_cart_max: small(sale.tickets_per_cart_max),
            web_sale_ends_before: minutes(sale.web_sale_ends_min),
            min_leftover: small(sale.min_leftover),
            relax: relax(sale),
            pack_slack_percent: small(sale.pack_slack_percent),
            aisle_single_ok: sale.aisle_single_ok,
            levels: self.house_levels(),
            fees: self.house_fees(),
            taxes: self.house_taxes(),
            card_attempts_max: small(limits.card_attempts_per_cart_max),
            gateway_deadline: Span::seconds(i64::from(gateway.deadline_s)),
            doors_open_before: minutes(door.doors_open_min),
            re_entry: match door.re_entry {
                ReEntry::Never => house::ReEntry::Never,
                ReEntry::AfterOut => house::ReEntry::AfterOut,
                ReEntry::Unlimited => house::ReEntry::Unlimited,
            },
            undo_unpassed: door.undo_unpassed,
            unpaid_enters: door.unpaid_enters,
            open_carts_max: limits.open_carts_max,
            without_box: match door.without_box {
                WithoutBox::Snapshot => house::WithoutBox::Snapshot,
                WithoutBox::Stop => house::WithoutBox::Stop,
            },
            tills: self.house_tills(),
            pads: self.house_pads(),
            cancel_overdue_after: match sale.cancel_overdue_after_days {
                0 => None,
                days => Some(number(days)),
            },
        }
    }

    /// The devices that stand in the configuration; all others are not enrolled.
    pub fn enrolled(&self) -> Vec<(DeviceNo, Device)> {
        let rows = self.devices.iter().map(|device| {
            let row = Device {
                name: device.name.clone(),
                door: device.door.clone(),
                enabled: device.enabled,
                performance: None,
            };
            (DeviceNo(device.number), row)
        });
        rows.collect()
    }

    fn house_levels(&self) -> Vec<Level> {
        let levels = self.levels.iter();
        levels
            .map(|level| Level { no: LevelNo(number(level.number)), name: level.name.clone() })
            .collect()
    }

    /// A till beside a pad that is off takes cash only.
    fn house_tills(&self) -> Vec<house::Till> {
        let tills = self.tills.iter().map(|till| {
            let beside = |pad: &&PinPad| pad.enabled && till.pin_pad.as_ref() == Some(&pad.name);
            house::Till {
                no: TillNo(number(till.number)),
                name: till.name.clone(),
                pad: self.pin_pads.iter().find(beside).map(|pad| pad.no()),
            }
        });
        tills.collect()
    }

    /// Those that are off stay: old payments name them.
    fn house_pads(&self) -> Vec<house::Pad> {
        let pads = self.pin_pads.iter().map(|pad| house::Pad {
            no: pad.no(),
            name: pad.name.clone(),
            place: pad.place.clone(),
        });
        pads.collect()
    }

    fn house_fees(&self) -> Vec<Fee> {
        let fees = self.fees.iter().map(|fee| Fee {
            no: number(fee.number),
            name: fee.name.clone(),
            per: match fee.per {
                FeePer::Ticket => Per::Ticket,
                FeePer::Order => Per::Order,
                FeePer::Exchange => Per::Exchange,
            },
            amount: Money(fee.amount_minor),
            taxed: fee.taxed,
        });
        fees.collect()
    }

    fn house_taxes(&self) -> Vec<Tax> {
        let taxes = self.taxes.iter().map(|tax| Tax {
            no: number(tax.number),
            name: tax.name.clone(),
            rate_ppm: tax.rate_ppm,
            inclusive: tax.inclusive,
            compound: tax.compound,
        });
        taxes.collect()
    }
}

fn relax(sale: &Sale) -> house::Relax {
    match sale.relax {
        Relax::Never => house::Relax::Never,
        Relax::LastResort => house::Relax::LastResort,
        Relax::NeverUntil { sold_percent, hours_before } => house::Relax::NeverUntil {
            sold_ppm: u32::from(sold_percent) * PPM_PER_PERCENT,
            before: Span::hours(i64::from(hours_before)),
        },
    }
}

fn minutes(count: u32) -> Span {
    Span::minutes(i64::from(count))
}

fn small(count: u32) -> u8 {
    u8::try_from(count).expect("`check/bounds.rs` keeps it below 256")
}

fn number(number: u32) -> u16 {
    u16::try_from(number).expect("`check/bounds.rs` keeps numbers to 65,535")
}
