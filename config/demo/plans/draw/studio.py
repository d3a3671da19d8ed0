"""Studio: 120 seats on three sides of a thrust stage."""

from draw.shapes import (
    BEST,
    INK,
    PITCH,
    ROW,
    STANDARD,
    VALUE,
    plan,
    rectangle,
    row,
    seat,
    words,
    zone,
)


def studio():
    rows = {"Centre": [], "Left": [], "Right": []}
    for depth, name in enumerate("ABCDEFGH"):
        category = "Best" if depth in (1, 2, 3) else "Value" if depth == 7 else "Standard"
        seats = [
            seat(f"C-{name}-{n}", n, 244 + (n - 0.5) * PITCH, 330 + depth * ROW, category)
            for n in range(1, 11)
        ]
        rows["Centre"].append(row(name, seats))
    for side, sign, edge in (("Left", -1, 214), ("Right", 1, 534)):
        for depth, name in enumerate("ABCD"):
            category = "Standard" if depth < 2 else "Value"
            seats = [
                seat(
                    f"{side[0]}-{name}-{n}", n, edge + sign * depth * ROW, 110 + n * PITCH, category
                )
                for n in range(1, 6)
            ]
            rows[side].append(row(name, seats, "start"))
    stage = rectangle(249, 84, 250, 190, INK, INK, text="Stage")
    desk = rectangle(304, 584, 140, 26, text=None)
    zones = [
        zone("Centre", rows["Centre"], [stage, desk, words("Sound and light", 374, 597, 12)]),
        zone("Left", rows["Left"]),
        zone("Right", rows["Right"]),
    ]
    flags = {}
    for space, companion in (("C-A-1", "C-A-2"), ("C-A-10", "C-A-9")):
        flags[space] = {"wheelchair": True}
        flags[companion] = {"companion_of": space}
    for guid in ("L-D-1", "R-D-1"):
        flags[guid] = {"restricted_view": True}
    overlay = {
        "version": 1,
        "seats": flags,
        "doors": [{"zone": name, "doors": ["Studio"]} for name in ("Centre", "Left", "Right")],
    }
    return plan("Studio", 748, 640, [BEST, STANDARD, VALUE], zones), overlay
