//! The invented season of The Tidewell, Saltmere: productions, halls, dates and how they sell.
//!
//! A table, nothing else; `seed.rs` turns it into commands. Dates are days and hours from the
//! moment of seeding. Never a real person, play or house.

use usher_rules::production::Production;

/// The halls, by the file of their plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hall {
    MainHouse,
    Studio,
    OperaHouse,
    Arena,
    Garden,
    SupperRoom,
}

/// How far a performance has sold before anybody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sold {
    /// Share of the house in per cent, best seats first.
    Share(u8),
    Out,
    /// Web sale opens a week after seeding.
    NotYet,
}

/// One performance: days from seeding and start of the clock hour and minute in venue time.
#[derive(Clone, Copy, Debug)]
pub struct Date {
    pub day: u8,
    pub hour: i8,
    pub minute: i8,
    pub sold: Sold,
}

/// A production with its hall, dates, and listed prices of the best category at each level.
pub struct Run {
    pub production: Production,
    pub hall: Hall,
    pub dates: Vec<Date>,
    /// Adult price of each category, best first, in minor units.
    pub prices: &'static [i64],
}

const ACCESS: [&str; 4] = [
    "Step-free from Ropewalk Yard, door D",
    "Infrared hearing loop in every hall",
    "Assistance dogs welcome",
    "Companion seats beside each wheelchair space",
];

fn dates(days: &[u8], hour: i8, minute: i8, sold: Sold) -> Vec<Date> {
    days.iter().map(|day| Date { day: *day, hour, minute, sold }).collect()
}

fn production(
    slug: &str,
    title: &str,
    code: &str,
    genre: &str,
    lede: &str,
    description: &str,
    running_time_min: u16,
) -> Production {
    Production {
        slug: slug.to_owned(),
        title: title.to_owned(),
        code: code.to_owned(),
        lede: lede.to_owned(),
        description: description.to_owned(),
        genre: genre.to_owned(),
        poster: slug.to_owned(),
        running_time_min: Some(running_time_min),
        access: ACCESS.map(str::to_owned).to_vec(),
        tickets_per_cart_max: None,
        on_web: true,
    }
}

/// The production that plays tonight and stands first everywhere.
pub fn tonight() -> Run {
    Run {
        production: production(
            "lamplighter",
            "The Lamplighter’s Daughter",
            "LAMP",
            "Theatre",
            "One town, forty lamps, and a girl who will not let them go out.",
            "When the gas is to be shut off for good, Nell takes her father’s pole and walks the \
             round alone. Every lamp has somebody waiting under it.\n\nA new play about keeping a \
             light on for people you have never met, played on a stage that grows darker by the \
             hour.",
            140,
        ),
        hall: Hall::MainHouse,
        dates: dates(&[1, 2, 4, 5, 7, 8, 10, 11], 19, 30, Sold::Share(50)),
        prices: &[3_500, 2_700, 1_800],
    }
}

/// Everything else.
pub fn others() -> Vec<Run> {
    let mut runs = plays();
    runs.extend(music());
    runs.extend(open_air());
    runs.extend(families());
    runs
}

fn plays() -> Vec<Run> {
    vec![
        Run {
            production: production(
                "salt",
                "Salt",
                "SALT",
                "Dance",
                "Six dancers, two tons of salt.",
                "What the tide leaves behind is swept up, carried off and poured out again. Six \
                 dancers work the whole evening without a word.",
                75,
            ),
            hall: Hall::Studio,
            dates: dates(&[3, 4, 5], 20, 0, Sold::Out),
            prices: &[2_200, 1_900, 1_600],
        },
        Run {
            production: production(
                "doors",
                "A House with Nine Doors",
                "DOOR",
                "Theatre",
                "A farce. Count them.",
                "Nine doors, seven people who must not meet, and one key. By the second act \
                 somebody is in the wrong house altogether.",
                125,
            ),
            hall: Hall::MainHouse,
            dates: dates(&[33, 34, 35, 37, 38], 19, 30, Sold::NotYet),
            prices: &[3_200, 2_600, 1_800],
        },
        Run {
            production: production(
                "harbour",
                "Harbour Master",
                "HARB",
                "Theatre",
                "He knows every ship. One of them knows him.",
                "A ship that was struck off the register thirty years ago asks for a berth. The \
                 harbour master is the only one on watch who remembers why.",
                110,
            ),
            hall: Hall::Studio,
            dates: dates(&[16, 17, 18, 19, 23, 24], 19, 45, Sold::Share(45)),
            prices: &[2_400, 2_000, 1_600],
        },
        Run {
            production: production(
                "orchard",
                "The Glass Orchard",
                "GLAS",
                "Theatre",
                "Nothing in it may be touched.",
                "Two sisters inherit a garden of blown glass and a list of rules. They keep the \
                 rules for exactly one summer.",
                130,
            ),
            hall: Hall::MainHouse,
            dates: dates(&[17, 18, 19, 21, 22, 24, 25, 26], 19, 30, Sold::Share(8)),
            prices: &[3_300, 2_600, 1_800],
        },
    ]
}

fn music() -> Vec<Run> {
    vec![
        Run {
            production: production(
                "pier",
                "Quartet for the End of the Pier",
                "PIER",
                "Music",
                "Sundays at half past twelve.",
                "Four players, coffee, and the sea through the windows. The programme is chalked \
                 up on the morning.",
                60,
            ),
            hall: Hall::Studio,
            dates: dates(&[2, 9, 16, 23, 30, 37], 12, 30, Sold::Share(30)),
            prices: &[1_400, 1_400, 1_200],
        },
        Run {
            production: production(
                "fleet",
                "The Winter Fleet",
                "FLET",
                "Music",
                "Carols for boats.",
                "The choirs of five harbours sing the fleet home. Bring a scarf: the doors stay \
                 open for the horns.",
                95,
            ),
            hall: Hall::OperaHouse,
            dates: dates(&[6, 13, 20, 27], 19, 30, Sold::Share(12)),
            prices: &[2_800, 2_400, 1_800, 1_200],
        },
        Run {
            production: production(
                "moth",
                "Moth Hour",
                "MOTH",
                "Opera",
                "An opera for nine voices and one lamp.",
                "Between two and three at night a lepidopterist waits for a species that may be \
                 extinct. Sung in English, with titles.",
                120,
            ),
            hall: Hall::OperaHouse,
            dates: dates(&[12, 14, 15, 28], 19, 0, Sold::Share(20)),
            prices: &[5_200, 4_400, 3_600, 2_200],
        },
    ]
}

fn open_air() -> Vec<Run> {
    vec![
        Run {
            production: production(
                "regatta",
                "Regatta of Lights",
                "REGA",
                "Music",
                "Twenty thousand lanterns and a brass band.",
                "The whole town in one arena, for one night of marches, drones and fireworks \
                 that never touch the ground.",
                150,
            ),
            hall: Hall::Arena,
            dates: dates(&[40], 20, 0, Sold::Share(1)),
            prices: &[6_500, 4_800, 3_500, 2_500],
        },
        Run {
            production: production(
                "garden",
                "Night Garden Sessions",
                "GARD",
                "Music",
                "Bring a blanket. No seats, no rows.",
                "Three bands between the hedges, one lawn and a terrace. If it rains, it rains.",
                180,
            ),
            hall: Hall::Garden,
            dates: dates(&[8, 15, 22, 29], 18, 30, Sold::Share(35)),
            prices: &[1_800, 2_600],
        },
    ]
}

fn families() -> Vec<Run> {
    vec![
        Run {
            production: production(
                "hats",
                "Twelve Ways to Lose a Hat",
                "HATS",
                "Family",
                "For everyone over four who owns a head.",
                "A gust of wind, a goat, a very tall building. Twelve short disasters with live \
                 music, and a thirteenth if you are lucky.",
                55,
            ),
            hall: Hall::Studio,
            dates: dates(&[6, 7, 13, 14, 20, 21], 11, 0, Sold::Share(60)),
            prices: &[1_200, 1_100, 900],
        },
        Run {
            production: production(
                "cinders",
                "Cinders, Probably",
                "CIND",
                "Family",
                "The shoe fits several people.",
                "A pantomime that has read the original. There are two balls, one pumpkin and a \
                 horse played by the whole orchestra.",
                135,
            ),
            hall: Hall::MainHouse,
            dates: dates(&[27, 28, 29, 30, 31, 32, 36, 39, 41], 14, 0, Sold::Share(9)),
            prices: &[2_900, 2_200, 1_500],
        },
        Run {
            production: production(
                "supper",
                "Supper with the Understudies",
                "SUPP",
                "Theatre",
                "They know all the parts. Tonight they serve.",
                "Dinner at long tables while the understudies play whatever scene your table \
                 asks for.",
                150,
            ),
            hall: Hall::SupperRoom,
            dates: dates(&[9, 10, 25, 26], 19, 0, Sold::Share(40)),
            prices: &[5_800, 4_200],
        },
    ]
}
