"""Building blocks of the published seating-plan format, and colours of the house."""

import hashlib
import math
import uuid

PITCH, ROW, AISLE = 26, 30, 36
INK, PAPER, RULE = "#19191d", "#f6f5f2", "#807d87"
BEST = {"name": "Best", "color": "#33415c"}
STANDARD = {"name": "Standard", "color": "#a9b9d4"}
VALUE = {"name": "Value", "color": "#eef2f9"}


def number(value):
    """A coordinate with one decimal at most, written as an integer where it is one."""
    rounded = round(value + 0.0, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def at(x, y):
    return {"x": number(x), "y": number(y)}


def made_uuid(name):
    """A uuid in the shape of version 4 that depends on the name alone."""
    return str(uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


def seat(guid, no, x, y, category, **more):
    return {
        "seat_guid": guid,
        "seat_number": str(no),
        "position": at(x, y),
        "category": category,
        **more,
    }


def row(name, seats, where="both", **more):
    return {"row_number": str(name), "row_number_position": where, "seats": seats, **more}


def zone(name, rows, areas=(), x=0, y=0):
    return {
        "name": name,
        "zone_id": name.lower().replace(" ", "-"),
        "position": at(x, y),
        "rows": rows,
        "areas": list(areas),
    }


def plan(name, width, height, categories, zones):
    return {
        "name": name,
        "size": {"width": width, "height": height},
        "categories": categories,
        "zones": zones,
    }


def words(text, x, y, size=18, color=INK):
    return {
        "shape": "text",
        "position": at(x, y),
        "rotation": 0,
        "text": {"text": text, "position": at(0, 0), "color": color, "size": size},
    }


def rectangle(x, y, width, height, color=PAPER, border=RULE, rotation=0, text=None):
    area = {
        "shape": "rectangle",
        "position": at(x, y),
        "rotation": rotation,
        "color": color,
        "border_color": border,
        "rectangle": {"width": width, "height": height},
    }
    if text:
        color = PAPER if color == INK else INK
        area["text"] = {
            "text": text,
            "position": at(width / 2, height / 2),
            "color": color,
            "size": 20,
        }
    return area


def polygon(x, y, points, color=INK, border=INK, text=None, text_at=(0, 0), size=20):
    area = {
        "shape": "polygon",
        "position": at(x, y),
        "rotation": 0,
        "color": color,
        "border_color": border,
        "polygon": {"points": [at(*point) for point in points]},
    }
    if text:
        area["text"] = {"text": text, "position": at(*text_at), "color": PAPER, "size": size}
    return area


def round_table(x, y, radius, name):
    return {
        "shape": "circle",
        "position": at(x, y),
        "rotation": 0,
        "color": PAPER,
        "border_color": RULE,
        "circle": {"radius": radius},
        "text": {"text": name, "position": at(0, 0), "color": INK, "size": 16},
    }


def apron(half, depth, bow):
    """A stage as seen from above: straight at the back, bowed towards the house."""
    inner = half - 18
    bowed = [(inner * (1 - k / 4.5), depth + bow * (1 - (1 - k / 4.5) ** 2)) for k in range(10)]
    return [(-half, 0), (half, 0)] + bowed


def curved_row(radius, parts, aisle=AISLE, pitch=PITCH):
    """(angle, part) of each seat of a centred curved row: parts of n seats, an aisle between."""
    step, gap = pitch / radius, aisle / radius
    angle = -(sum(parts) * step + gap * (len(parts) - 1)) / 2 + step / 2
    for index, count in enumerate(parts):
        for _ in range(count):
            yield angle, index
            angle += step
        angle += gap
