"""Supper Room: tables and benches."""

import math

from draw.shapes import INK, RULE, plan, rectangle, round_table, row, seat, zone


def supper_room():
    tables, benches, drawn, rings, flags = [], [], [], [], {}
    spots = [(150 + column * 150, 210 + line * 150) for line in range(2) for column in range(5)]
    for index, (x, y) in enumerate(spots, 1):
        chairs, name = (6, str(index)) if index <= 5 else (8, str(index))
        seats = []
        for n in range(1, chairs + 1):
            angle = 2 * math.pi * (n - 1) / chairs - math.pi / 2
            reach = 40 if chairs == 6 else 46
            seats.append(
                seat(
                    f"T{name}-{n}",
                    n,
                    x + reach * math.cos(angle),
                    y + reach * math.sin(angle),
                    "Table",
                    radius=9,
                )
            )
        tables.append(row(name, seats, None, row_label="Table %s", seat_label="chair %s"))
        drawn.append(round_table(x, y, 25 if chairs == 6 else 31, name))
        rings.append(
            {
                "name": f"Table {name}",
                "seats": [s["seat_guid"] for s in seats],
                "whole": index in (8,),
            }
        )
        flags.update({s["seat_guid"]: {"second_pass": True} for s in seats[4:]})
    for line in range(3):
        name = "XYZ"[line]
        seats = [
            seat(
                f"K{name}-{n}",
                n,
                150 + (n - 1) * 40 + (40 if n > 8 else 0),
                500 + line * 44,
                "Bench",
            )
            for n in range(1, 16)
        ]
        benches.append(row(name, seats, "both", row_label="Bench %s"))
    for line in range(3):
        drawn += [
            rectangle(130, 488 + line * 44, 320, 24),
            rectangle(490, 488 + line * 44, 280, 24),
        ]
    stage = rectangle(310, 50, 280, 80, INK, INK, text="Stage")
    bar = rectangle(820, 180, 50, 260, "#e8e5df", RULE, text="Bar")
    zones = [zone("Tables", tables, [stage, bar] + drawn), zone("Benches", benches)]
    categories = [{"name": "Table", "color": "#33415c"}, {"name": "Bench", "color": "#eef2f9"}]
    overlay = {
        "version": 1,
        "tables": rings,
        "seats": flags,
        "doors": [{"zone": "Tables", "doors": ["Foyer"]}, {"zone": "Benches", "doors": ["Foyer"]}],
    }
    return plan("Supper Room", 900, 640, categories, zones), overlay
