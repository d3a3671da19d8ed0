#!/usr/bin/env python3
"""Draws the plans of the demo venue: the published JSON format and Usher's overlay beside it.

Run it without arguments: it writes every plan next to itself, byte for byte the same each time.
Nothing but the standard library; no randomness; uuids are made from names.
The overlay format is described in box-office/rules/src/plan/overlay.rs.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
from draw.arena import arena
from draw.lawn import lawn
from draw.main_house import main_house
from draw.opera_house import opera_house
from draw.studio import studio
from draw.supper_room import supper_room

HERE = pathlib.Path(__file__).resolve().parent
PLANS = {
    "studio": studio,
    "main-house": main_house,
    "opera-house": opera_house,
    "arena": arena,
    "supper-room": supper_room,
    "lawn": lawn,
}


def lines(value, depth):
    """JSON with line breaks down to a depth and none below, so that a row stays on one line."""
    if depth == 0 or not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, list):
        return "[\n" + ",\n".join(lines(item, depth - 1) for item in value) + "\n]"
    members = (f"{json.dumps(key)}:{lines(item, depth - 1)}" for key, item in value.items())
    return "{\n" + ",\n".join(members) + "\n}"


def main():
    for name, draw in PLANS.items():
        drawn, overlay = draw()
        (HERE / f"{name}.json").write_text(lines(drawn, 4) + "\n", encoding="utf-8")
        (HERE / f"{name}.overlay.json").write_text(lines(overlay, 2) + "\n", encoding="utf-8")
        seats = sum(len(line["seats"]) for place in drawn["zones"] for line in place["rows"])
        print(f"{name}: {seats} seats")


if __name__ == "__main__":
    main()
