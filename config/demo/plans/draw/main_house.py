"""Main House: a proscenium with stalls, circle and boxes."""

import math

from draw.shapes import (
    BEST,
    ROW,
    STANDARD,
    VALUE,
    apron,
    curved_row,
    plan,
    polygon,
    rectangle,
    row,
    seat,
    words,
    zone,
)

STALLS = dict(
    zip(
        "ABCDEFGHJKLMN",
        (
            (5, 10, 5),
            (6, 10, 6),
            (6, 11, 6),
            (6, 12, 6),
            (7, 12, 7),
            (7, 12, 7),
            (7, 13, 7),
            (7, 13, 7),
            (7, 14, 7),
            (7, 14, 7),
            (7, 14, 7),
            (8, 14, 8),
            (5, 14, 5),
        ),
    )
)
MIDDLE, CENTRE, FRONT = 560, -690, 850


def arc_row(zone_code, name, radius, parts, price):
    seats = []
    for n, (angle, part) in enumerate(curved_row(radius, parts), 1):
        x, y = MIDDLE + radius * math.sin(angle), CENTRE + radius * math.cos(angle)
        seats.append(seat(f"{zone_code}-{name}-{n}", n, x, y, price(part)))
    return row(name, seats)


def main_house():
    stalls = []
    for depth, (name, parts) in enumerate(STALLS.items()):

        def price(part, name=name):
            if name in "CDEFGHJ" and part == 1:
                return "Best"
            return "Value" if name in "MN" or (name in "AB" and part != 1) else "Standard"

        stalls.append(arc_row("S", name, FRONT + depth * ROW, parts, price))
    circle = []
    for depth, name in enumerate("ABCDE"):

        def price(part, name=name):
            return "Standard" if name in "AB" and part == 1 else "Value"

        circle.append(arc_row("C", name, FRONT + 470 + depth * ROW, (8, 14, 8), price))
    boxes, walls = [], []
    for index in range(6):
        side, tier = (-1, index) if index < 3 else (1, index - 3)
        x, y, name = MIDDLE + side * (424 + tier * 32), 130 + tier * 92, str(index + 1)
        chairs = ((-13, -13), (13, -13), (-13, 13), (13, 13))
        boxes.append(
            row(
                name,
                [
                    seat(f"B-{name}-{n}", n, x + dx, y + dy, "Standard")
                    for n, (dx, dy) in enumerate(chairs, 1)
                ],
                None,
                row_label="Box %s",
            )
        )
        walls += [rectangle(x - 30, y - 30, 60, 60), words(f"Box {name}", x, y - 40, 12)]
    stage = polygon(MIDDLE, 26, apron(210, 44, 12), text="Stage", text_at=(0, 28))
    zones = [zone("Stalls", stalls, [stage]), zone("Circle", circle), zone("Boxes", boxes, walls)]
    return plan("Main House", 1120, 800, [BEST, STANDARD, VALUE], zones), main_house_overlay()


def main_house_overlay():
    flags = {}
    for n in (1, 3, 22, 24):
        companion = n + 1 if n < 12 else n - 1
        flags[f"S-N-{n}"] = {"wheelchair": True}
        flags[f"S-N-{companion}"] = {"companion_of": f"S-N-{n}"}
    for box in range(1, 7):
        for n in (3, 4):
            flags[f"B-{box}-{n}"] = {"restricted_view": True}
    for n in (14, 15):
        flags[f"S-G-{n}"] = {"house": True}
    doors = [
        ("Stalls", ["A", "B"]),
        ("Circle", ["A", "C"]),
        ("Boxes", ["A", "B"]),
    ]
    return {
        "version": 1,
        "seats": flags,
        "doors": [{"zone": name, "doors": list_} for name, list_ in doors],
    }
