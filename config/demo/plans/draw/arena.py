"""Arena: 20,000 seats around a court."""

import math

from draw.shapes import RULE, at, plan, rectangle, row, seat, words

ARENA_PITCH, ARENA_ROW, ARENA_AISLE, ARENA_SECTION = 30, 32, 40, 640
ARENA_LONG, ARENA_SHORT, ARENA_CORNER = 2560, 1280, 300
ARENA_LOWER, ARENA_UPPER, ARENA_RING = 20, 25, 110  # these figures come to 20,000 seats


def arena():
    beyond = ARENA_CORNER + (ARENA_LOWER + ARENA_UPPER) * ARENA_ROW + ARENA_RING + 130
    width, height = ARENA_LONG + 2 * beyond, ARENA_SHORT + 2 * beyond
    middle = (width / 2, height / 2)
    zones = arena_tier(1, 0, ARENA_LOWER, 2, middle)
    zones += arena_tier(2, ARENA_LOWER * ARENA_ROW + ARENA_RING, ARENA_UPPER, 3, middle)
    court = rectangle(-ARENA_LONG / 2, -ARENA_SHORT / 2, ARENA_LONG, ARENA_SHORT, "#e8e5df", RULE)
    circle = {
        "shape": "circle",
        "position": at(0, 0),
        "border_color": RULE,
        "circle": {"radius": 200},
    }
    zones[0]["areas"] = [court, circle, words("Court", 0, 0, 90)]
    for place in zones:
        place["areas"].append(section_label(place))
    categories = [
        {"name": "Courtside", "color": "#33415c"},
        {"name": "Lower", "color": "#6f83a8"},
        {"name": "Upper", "color": "#a9b9d4"},
        {"name": "Top", "color": "#eef2f9"},
    ]
    overlay = {
        "version": 1,
        "focal_point": at(*middle),
        "seats": arena_flags(zones),
        "doors": arena_doors(zones),
    }
    return plan("Arena", width, height, categories, zones), overlay


def arena_tier(tier, inner, rows, wedges, middle):
    """The sections of one tier, clockwise from the top left, named 101, 102 ... and 201, 202 ..."""
    sections = []
    for quarter in range(4):
        straight = ARENA_LONG if quarter % 2 == 0 else ARENA_SHORT
        for index in range(straight // ARENA_SECTION):
            sections.append(("straight", quarter, index, straight))
        for index in range(wedges):
            sections.append(("corner", quarter, index, straight))
    zones = []
    for no, section in enumerate(sections, 1):
        name = f"{tier}{no:02}"
        built = [
            arena_row(
                name, depth, arena_seats(section, inner + depth * ARENA_ROW, wedges), tier, middle
            )
            for depth in range(rows)
        ]
        zones.append(
            {
                "name": f"Section {name}",
                "zone_id": name,
                "position": at(*middle),
                "rows": built,
                "areas": [],
            }
        )
    return zones


def arena_seats(section, offset, wedges):
    """Seat places of one row of one section, from left to right as one looks at the court."""
    kind, quarter, index, straight = section
    out = (ARENA_SHORT if quarter % 2 == 0 else ARENA_LONG) / 2 + ARENA_CORNER + offset
    if kind == "straight":
        count = (ARENA_SECTION - ARENA_AISLE) // ARENA_PITCH
        start = (
            -straight / 2 + index * ARENA_SECTION + (ARENA_SECTION - (count - 1) * ARENA_PITCH) / 2
        )
        spots = [(start + n * ARENA_PITCH, -out) for n in range(count)]
    else:
        radius, wedge = ARENA_CORNER + offset, math.pi / 2 / wedges
        count = int((radius * wedge - ARENA_AISLE) / ARENA_PITCH)
        step = ARENA_PITCH / radius
        first = index * wedge + (wedge - (count - 1) * step) / 2
        spots = [
            (
                straight / 2 + radius * math.sin(first + n * step),
                -(out - radius) - radius * math.cos(first + n * step),
            )
            for n in range(count)
        ]
    for _ in range(quarter):
        spots = [(-y, x) for x, y in spots]
    return spots


def arena_row(section, depth, spots, tier, middle):
    price = (
        ("Courtside" if depth < 6 else "Lower") if tier == 1 else ("Upper" if depth < 14 else "Top")
    )
    seats = [
        seat(f"{section}-{depth + 1}-{n}", n, x, y, price) for n, (x, y) in enumerate(spots, 1)
    ]
    return row(depth + 1, seats, "start")


def section_label(place):
    """The section's number behind its last row."""
    last = place["rows"][-1]["seats"]
    spot = last[len(last) // 2]["position"]
    far = math.hypot(spot["x"], spot["y"])
    return words(place["zone_id"], spot["x"] * (1 + 75 / far), spot["y"] * (1 + 75 / far), 56)


def arena_flags(zones):
    """Four wheelchair spaces with a companion each in the last lower row of four sections."""
    flags = {}
    for place in zones:
        if place["zone_id"] in ("102", "106", "109", "114"):
            last = place["rows"][-1]["seats"]
            for n in (0, 2, 4, 6):
                flags[last[n]["seat_guid"]] = {"wheelchair": True}
                flags[last[n + 1]["seat_guid"]] = {"companion_of": last[n]["seat_guid"]}
    return flags


def arena_doors(zones):
    gates = ("North", "East", "South", "West")
    return [
        {"zone": place["name"], "doors": [gates[index * 4 // len(tier)]]}
        for tier in ([z for z in zones if z["zone_id"][0] == t] for t in "12")
        for index, place in enumerate(tier)
    ]
