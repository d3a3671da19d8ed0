"""Opera House: an export with everything that is odd about exports."""

import math

from draw.shapes import ROW, RULE, at, curved_row, made_uuid, plan, polygon, row, seat, words, zone

OPERA_MIDDLE, OPERA_CENTRE, OPERA_FRONT = 860, 2300, 1140
FLOORS = (
    {
        "code": "P",
        "name": "Parterre",
        "first": OPERA_FRONT,
        "rows": 18,
        "aisle": 40,
        "parts": lambda depth: (6 + depth // 3, 16 + depth // 4 * 2, 6 + depth // 3),
    },
    {
        "code": "F",
        "name": "First tier",
        "first": OPERA_FRONT + 640,
        "rows": 6,
        "aisle": 40,
        "parts": lambda depth: (9, 9, 18, 9, 9),
    },
    {
        "code": "S",
        "name": "Second tier",
        "first": OPERA_FRONT + 890,
        "rows": 6,
        "aisle": 40,
        "parts": lambda depth: (9, 10, 20, 10, 9) if depth < 5 else (9, 12, 12, 9),
    },
)


def opera_row(floor, depth):
    """One printed row as an editor leaves it: a row object per part, every second one drawn from
    right to left, the middle one of an odd number halved although there is no aisle."""
    parts, radius, name = floor["parts"](depth), floor["first"] + depth * ROW, str(depth + 1)
    price = opera_price(floor["code"], depth)
    pieces = {}
    for n, (angle, part) in enumerate(curved_row(radius, parts, floor["aisle"]), 1):
        x, y = OPERA_MIDDLE + radius * math.sin(angle), OPERA_CENTRE - radius * math.cos(angle)
        halved = len(parts) % 2 == 1 and part == len(parts) // 2 and angle > 0
        # The first tier was drawn by someone else, who left each row in one piece over its aisles.
        piece = 0 if floor["code"] == "F" else (part, halved)
        pieces.setdefault(piece, []).append(
            seat(
                f"{floor['code']}-{name}-{n}",
                n,
                x,
                y,
                price(part, n),
                uuid=made_uuid(f"opera/{floor['code']}/{name}/{n}"),
            )
        )
    return [
        opera_piece(floor, name, index, len(pieces), seats)
        for index, seats in enumerate(pieces.values())
    ]


def opera_piece(floor, name, index, count, seats):
    where = (
        "both" if count == 1 else "start" if index == 0 else "end" if index == count - 1 else None
    )
    if index % 2 == 1:
        seats.reverse()
        where = {"end": "start"}.get(where, where)
    seats[0]["start_direction"] = ">"
    return row(
        name,
        seats,
        where,
        row_label=f"{floor['name']}, row %s",
        seat_label=None,
        position=at(0, 0),
        uuid=made_uuid(f"opera/{floor['code']}/{name}/piece {index}"),
    )


def corner_rows(side, code, first_row):
    """A corner block beside the pit: short straight rows at 45 degrees."""
    rows = []
    for depth in range(4):
        name, seats = str(first_row + depth), []
        for n in range(1, 7):
            along, back = (n - 3.5) * 31, depth * 32
            turn = math.sqrt(0.5)
            x = OPERA_MIDDLE + side * (560 + (along + back) * turn)
            y = 1330 + (along - back) * turn
            seats.append(
                seat(
                    f"{code}-{name}-{n}",
                    n,
                    x,
                    y,
                    "Side",
                    uuid=made_uuid(f"opera/{code}/{name}/{n}"),
                )
            )
        label = "Left corner, row %s" if side < 0 else "Right corner, row %s"
        rows.append(
            row(name, seats, "start", row_label=label, uuid=made_uuid(f"opera/{code}/{name}"))
        )
    return rows


def opera_house():
    rows, labels = [], []
    for floor in FLOORS:
        for depth in range(floor["rows"]):
            rows += opera_row(floor, depth)
        labels.append(
            words(
                floor["name"],
                OPERA_MIDDLE,
                OPERA_CENTRE - floor["first"] - floor["rows"] * ROW - 10,
                24,
            )
        )
    rows += corner_rows(-1, "L", 1) + corner_rows(1, "R", 1)
    repeat_guids(rows)
    labels += [
        words("Left corner", OPERA_MIDDLE - 640, 1410, 16),
        words("Right corner", OPERA_MIDDLE + 640, 1410, 16),
        words("Orchestra", OPERA_MIDDLE, 1276, 16),
    ]
    stage = polygon(
        OPERA_MIDDLE,
        1340,
        [(-300, 150), (300, 150), (276, 16), (130, 3), (-130, 3), (-276, 16)],
        text="STAGE",
        text_at=(0, 82),
        size=28,
    )
    pit = polygon(
        OPERA_MIDDLE,
        1220,
        [(-300, 104), (300, 104), (230, 28), (120, 6), (-120, 6), (-230, 28)],
        "#e8e5df",
        RULE,
    )
    categories = [
        {"name": "Parterre", "color": "#33415c"},
        {"name": "First tier", "color": "#6f83a8"},
        {"name": "Second tier", "color": "#a9b9d4"},
        {"name": "Side", "color": "#eef2f9"},
        {"name": "NOT AVAILABLE", "color": "#d9d7d1"},
    ]
    hall = zone("Hall", rows, [stage, pit] + labels)
    return plan("Opera House", 1720, 1540, categories, [hall]), opera_house_overlay()


def opera_price(code, depth):
    def price(part, n):
        if code == "P" and depth == 17 and 19 <= n <= 30:
            return "NOT AVAILABLE"  # the sound desk stands there
        if code == "P":
            return "Parterre" if part == 1 else "First tier" if depth < 9 else "Side"
        if part in (0, 4) and depth > 1:
            return "Side"
        return "First tier" if code == "F" else "Second tier"

    return price


def repeat_guids(rows):
    """Guids as an old editor made them: 21 seats of the second tier repeat names of the first."""
    left = 21
    for piece in rows:
        for place in piece["seats"]:
            if left and place["seat_guid"].startswith("S-1-"):
                place["seat_guid"] = "F" + place["seat_guid"][1:]
                left -= 1


def opera_house_overlay():
    flags = {}
    for n in (1, 2, 3):
        flags[f"P-9-{n}"] = {"wheelchair": True}
    for n in (4, 5, 6):
        flags[f"P-9-{n}"] = {"companion_of": f"P-9-{n - 3}"}
    for code in "LR":
        for name in range(1, 5):
            flags[f"{code}-{name}-1"] = {"restricted_view": True}
    return {
        "version": 1,
        "not_for_sale": ["NOT AVAILABLE"],
        "weights": {"x": 1.2, "y": 1},
        "seats": flags,
        "doors": [{"zone": "Hall", "doors": ["Parterre", "First tier", "Second tier"]}],
    }
