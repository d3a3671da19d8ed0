"""The corpus of tests/plans/referee.py: plans broken on purpose, and where Usher is meant to
differ from the published schema.

Most cases are made by walking one complete plan: every required key removed, an unknown key in
every object, every value replaced by every wrong kind. The rest are named by hand.
"""

import copy
import json
from collections import namedtuple

Case = namedtuple("Case", "name content pointer")
Exception_ = namedtuple("Exception_", "schema_takes usher_takes code reason")
Shipped = namedtuple("Shipped", "rekey figures")

# Where the verdicts differ on purpose (domain 3.2), by the name of the case.
EXCEPTIONS = {
    "* unknown key": Exception_(
        False, True, "UnknownKey", "unknown keys are kept in the original and listed"
    ),
    "plan.size missing": Exception_(
        False, True, "SizeComputed", "older exports have no size: it is computed"
    ),
    "row.row_number_position is left": Exception_(
        False, True, None, "seen in older exports, taken as the end with the smaller x"
    ),
    "row.row_number_position is right": Exception_(
        False, True, None, "seen in older exports, taken as the end with the larger x"
    ),
    "guid used twice*": Exception_(
        True, False, "DuplicateGuid", "a seat must be found by its guid; pretix refuses it too"
    ),
    "category of a seat is not defined*": Exception_(
        True, False, "UnknownCategory", "the schema cannot say it; pretix's notes ask for it"
    ),
    "*: 201 characters": Exception_(True, False, "TooBig", "names have 200 characters at most"),
    "label of 450 characters when filled": Exception_(
        True, False, "TooBig", "a label has 400 characters at most once %s is filled in"
    ),
    "100,001 seats": Exception_(True, False, "TooBig", "a plan has 100,000 seats at most"),
    "8 MiB and one byte": Exception_(True, False, "TooBig", "a file has 8 MiB at most"),
    "10,001 zones": Exception_(True, False, "TooBig", "a plan has 10,000 zones at most"),
    "1,001 categories": Exception_(True, False, "TooBig", "a plan has 1,000 categories at most"),
    "10,001 areas": Exception_(True, False, "TooBig", "a plan has 10,000 drawings at most"),
    "place beyond a million units": Exception_(
        True, False, "TooBig", "no house is that far away; places stay exact"
    ),
    "number that no machine number holds": Exception_(
        True, False, "NotJson", "Python reads it as infinity"
    ),
    "number NaN": Exception_(True, False, "NotJson", "no JSON: only Python's reader takes it"),
    "half a surrogate pair": Exception_(
        True, False, "NotJson", "not a text: it cannot be written as UTF-8"
    ),
}

# seats, row objects, blocks, general-admission areas of the shipped plans
SHIPPED = {
    "studio": Shipped(False, (120, 16, 16, 0)),
    "main-house": Shipped(False, (507, 24, 60, 0)),
    "opera-house": Shipped(True, (1362, 120, 121, 0)),
    "arena": Shipped(False, (20_000, 1000, 1000, 0)),
    "supper-room": Shipped(False, (115, 13, 16, 0)),
    "lawn": Shipped(False, (0, 0, 0, 2)),
}

REQUIRED = {
    "plan": ("name", "categories", "zones", "size"),
    "size": ("width", "height"),
    "category": ("name",),
    "zone": ("position", "rows"),
    "row": ("seats", "row_number"),
    "seat": ("seat_guid", "seat_number", "position", "category"),
    "position": ("x", "y"),
    "area": (),
    "polygon": ("points",),
    "rectangle": ("width", "height"),
    "ellipse": ("radius",),
    "circle": ("radius",),
    "text": ("text", "position"),
}

# The objects of the complete plan, each kind by one way to it.
OBJECTS = {
    "plan": (),
    "size": ("size",),
    "category": ("categories", 0),
    "zone": ("zones", 0),
    "zone position": ("zones", 0, "position"),
    "row": ("zones", 0, "rows", 0),
    "row position": ("zones", 0, "rows", 0, "position"),
    "seat": ("zones", 0, "rows", 0, "seats", 0),
    "seat position": ("zones", 0, "rows", 0, "seats", 0, "position"),
    "area": ("zones", 0, "areas", 0),
    "area position": ("zones", 0, "areas", 0, "position"),
    "polygon": ("zones", 0, "areas", 0, "polygon"),
    "corner position": ("zones", 0, "areas", 0, "polygon", "points", 1),
    "rectangle": ("zones", 0, "areas", 1, "rectangle"),
    "ellipse": ("zones", 0, "areas", 2, "ellipse"),
    "ellipse position": ("zones", 0, "areas", 2, "ellipse", "radius"),
    "circle": ("zones", 0, "areas", 3, "circle"),
    "text": ("zones", 0, "areas", 4, "text"),
    "text position": ("zones", 0, "areas", 4, "text", "position"),
}

WRONG_KINDS = {
    "null": None,
    "true": True,
    "a text": "12",
    "a number": 12,
    "a fraction": 1.5,
    "a list": [],
    "an object": {},
    "an empty text": "",
}

# Right kinds that leave a seat without its category: another matter, named by hand below.
UNDEFINES = {
    ("seat", "category", "a text"),
    ("seat", "category", "an empty text"),
    ("category", "name", "a text"),
    ("category", "name", "an empty text"),
    ("plan", "categories", "a list"),
}


def complete():
    """A small plan that uses every key of the format."""

    def seat(no):
        return {
            "seat_guid": f"seat-{no}",
            "seat_number": str(no),
            "position": {"x": no * 25, "y": 0},
            "category": "Stalls",
            "uuid": f"uuid-seat-{no}",
            "start_direction": ">",
            "radius": 10,
        }

    def area(shape, **more):
        return {
            "shape": shape,
            "color": "#ccc",
            "border_color": "#000",
            "rotation": 0,
            "position": {"x": 10, "y": 10},
            "uuid": f"uuid-{shape}",
            **more,
        }

    points = [{"x": 0, "y": 0}, {"x": 90, "y": 0}, {"x": 90.5, "y": 20}]
    areas = [
        area("polygon", polygon={"points": points}),
        area("rectangle", rectangle={"width": 100, "height": 20}),
        area("ellipse", ellipse={"radius": {"x": 30, "y": 10}}),
        area("circle", circle={"radius": 15}),
        area(
            "text",
            text={"text": "Stage", "color": "#fff", "size": 16, "position": {"x": 50, "y": 10}},
        ),
    ]
    row = {
        "row_number": "A",
        "row_label": "Row %s",
        "seat_label": "Seat %s",
        "uuid": "uuid-row",
        "row_number_position": "both",
        "position": {"x": 0, "y": 40},
        "seats": [seat(no) for no in range(1, 5)],
    }
    zone = {
        "name": "Stalls",
        "zone_id": "stalls",
        "uuid": "uuid-zone",
        "position": {"x": 5, "y": 5},
        "rows": [row],
        "areas": areas,
    }
    return {
        "name": "Hall",
        "size": {"width": 200, "height": 100},
        "categories": [{"name": "Stalls", "color": "#7f4a91"}],
        "zones": [zone],
    }


def at(plan, way):
    for step in way:
        plan = plan[step]
    return plan


def pointer(way):
    return "".join(f"/{step}" for step in way)


def changed(name, way, change, where=None):
    """The complete plan with one object changed."""
    plan = complete()
    change(at(plan, way))
    return Case(name, encoded(plan), where)


def encoded(plan):
    return json.dumps(plan).encode()


def cases():
    yield Case("complete", encoded(complete()), None)
    yield from missing_keys()
    yield from unknown_keys()
    yield from wrong_kinds()
    yield from by_hand()
    yield from texts()
    yield from files()
    yield from limits()


def kind_of(name):
    return name.rsplit(" ", 1)[-1]


def missing_keys():
    """Each key of each object left out: refused where it is required, taken where it is not."""
    for name, way in OBJECTS.items():
        for key in at(complete(), way):
            where = pointer((*way, key)) if key in REQUIRED[kind_of(name)] else None
            yield changed(f"{name}.{key} missing", way, lambda it, key=key: it.pop(key), where)


def unknown_keys():
    for name, way in OBJECTS.items():
        yield changed(f"{name} unknown key", way, lambda it: it.update(surprise=[1, {"deep": 2}]))


def wrong_kinds():
    """Each value replaced by each other kind of value; the schema says which of them may pass."""
    for name, way in OBJECTS.items():
        for key, value in at(complete(), way).items():
            for kind, wrong in WRONG_KINDS.items():
                if wrong == value or (name, key, kind) in UNDEFINES:
                    continue
                replace = copy.deepcopy(wrong)
                yield changed(
                    f"{name}.{key} is {kind}",
                    way,
                    lambda it, key=key, replace=replace: it.update({key: replace}),
                )


def by_hand():
    """Cases that no walk would find."""
    seats, rows, zone, areas = (
        OBJECTS["row"] + ("seats",),
        ("zones", 0, "rows"),
        ("zones", 0),
        ("zones", 0, "areas"),
    )

    def set_(key, value):
        return lambda it: it.update({key: value})

    yield changed("guid used twice", seats, lambda it: it[1].update(seat_guid="seat-1"))
    yield changed("guid used twice, in two rows", rows, lambda it: it.append(copy.deepcopy(it[0])))
    yield changed(
        "guid used twice, in two zones", ("zones",), lambda it: it.append(copy.deepcopy(it[0]))
    )
    yield changed(
        "category of a seat is not defined", seats, lambda it: it[0].update(category="Pit")
    )
    yield changed(
        "category of a seat is not defined: case differs",
        seats,
        lambda it: it[0].update(category="stalls"),
    )
    yield changed("category of a seat is not defined: none are", (), set_("categories", []))
    yield changed(
        "categories twice of one name", ("categories",), lambda it: it.append({"name": "Stalls"})
    )
    yield changed("no zones", (), set_("zones", []))
    yield changed("no rows", zone, set_("rows", []))
    yield changed("no seats in a row", rows, lambda it: it[0].update(seats=[]))
    yield changed("no areas", zone, set_("areas", []))
    yield changed("empty area", areas, lambda it: it.append({}))
    yield changed("area whose shape is not there", areas, lambda it: it.append({"shape": "circle"}))
    yield changed("area of an unknown shape", areas, lambda it: it.append({"shape": "star"}))
    yield changed(
        "area with a polygon of no points",
        areas,
        lambda it: it.append({"shape": "polygon", "polygon": {"points": []}}),
    )
    yield changed(
        "area of negative radius",
        areas,
        lambda it: it.append({"shape": "circle", "circle": {"radius": -5}}),
    )
    yield changed(
        "area with a colour that is code",
        areas,
        lambda it: it.append({"shape": "text", "color": '"><script>'}),
    )
    yield changed("seat of radius nought", seats, lambda it: it[0].update(radius=0))
    yield changed("seat of negative radius", seats, lambda it: it[0].update(radius=-3))
    yield changed("start direction unheard of", seats, lambda it: it[0].update(start_direction="^"))
    yield changed("positions negative", seats, lambda it: it[0].update(position={"x": -9, "y": -9}))
    yield changed(
        "two seats on one spot", seats, lambda it: it[1].update(position={"x": 25, "y": 0})
    )
    for value in ("start", "end", "both", None, "left", "right", "middle", "", "START"):
        yield changed(
            f"row.row_number_position is {value if value else repr(value)}",
            OBJECTS["row"],
            set_("row_number_position", value),
        )
    for name, width in (
        ("nought", 0),
        ("negative", -100),
        ("100.0", 100.0),
        ("100.5", 100.5),
        ("huge", 10**12),
        ("of 30 digits", 10**30),
    ):
        yield changed(f"size is {name}", OBJECTS["size"], set_("width", width))
    yield changed("guid numbers instead of text", seats, lambda it: it[0].update(seat_guid=17))
    yield changed("seats are an object", rows, lambda it: it[0].update(seats={"0": it[0]["seats"]}))
    yield changed("seat is a text", seats, lambda it: it.append("seat-9"), pointer((*seats, 4)))
    yield changed("row is null", rows, lambda it: it.append(None), pointer((*rows, 1)))
    yield changed("zone is a list", ("zones",), lambda it: it.append([]), "/zones/1")
    yield changed("category is a text", ("categories",), lambda it: it.append("B"), "/categories/1")


def texts():
    """Guids and names with odd characters in them."""
    guids = {
        "with a space in front": " seat",
        "with a space behind": "seat ",
        "of one space": " ",
        "of two spaces": "  ",
        "empty": "",
        "of one character": "s",
        "of two characters": "s1",
        "with a space inside": "row A seat 1",
        "with a tab in front": "\tseat",
        "with a line break inside": "se\nat",
        "with a line break behind": "seat\n",
        "of one character and a line break": "s\n",
        "with a line break in front": "\nseat",
        "with a carriage return inside": "se\rat",
        "with a no-break space behind": "seat\u00a0",
        "in Greek": "θέση",
        "with a quotation mark": 'se"at',
        "with an emoji": "s🎭",
        "with a nul character": "se\u0000at",
        "with markup": "<b>seat</b>",
    }
    for name, guid in guids.items():
        yield changed(
            f"guid {name}", OBJECTS["seat"], lambda it, guid=guid: it.update(seat_guid=guid)
        )
    for key in ("row_number", "row_label", "seat_label"):
        yield changed(
            f"row.{key} with markup",
            OBJECTS["row"],
            lambda it, key=key: it.update({key: "<script>alert(1)</script>"}),
        )
    named = {
        "plan": "name",
        "zone": "name",
        "category": "name",
        "row": "row_number",
        "seat": "seat_number",
    }
    for object_, key in named.items():
        for length in (200, 201):

            def rename(it, object_=object_, key=key, length=length):
                it.update({key: "é" * length})

            case = changed(f"{object_}.{key}: {length} characters", OBJECTS[object_], rename)
            if object_ == "category":
                plan = complete()
                plan["categories"].append({"name": "é" * length})
                case = Case(case.name, encoded(plan), None)
            yield case
    long = {"row_number": "r" * 50, "row_label": "%s" * 9}
    yield changed("label of 450 characters when filled", OBJECTS["row"], lambda it: it.update(long))
    yield changed(
        "text of an area: 300 characters", OBJECTS["text"], lambda it: it.update(text="m" * 300)
    )


def files():
    """Contents that are hardly plans at all."""
    whole = encoded(complete())
    yield Case("empty file", b"", None)
    yield Case("white space alone", b" \n\t", None)
    for name, text in (
        ("null", b"null"),
        ("true", b"true"),
        ("a number", b"7"),
        ("a text", b'"p"'),
        ("a list", b"[]"),
        ("an empty object", b"{}"),
    ):
        yield Case(f"root is {name}", text, None)
    yield Case("cut short", whole[:-20], None)
    yield Case("two documents", whole + whole, None)
    yield Case("white space around", b"\n\n " + whole + b" \r\n\t", None)
    yield Case("comma at the end of a list", whole.replace(b"]}", b",]}", 1), None)
    yield Case("comment inside", b"/* plan */" + whole, None)
    yield Case("single quotes", whole.replace(b'"', b"'"), None)
    yield Case("byte order mark", b"\xef\xbb\xbf" + whole, None)
    yield Case("in UTF-16", whole.decode().encode("utf-16"), None)
    yield Case("in Latin-1", whole.replace(b'"Hall"', b'"Th\xe9\xe2tre"'), None)
    yield Case("half a surrogate pair", whole.replace(b'"Hall"', b'"\\ud83c"'), None)
    yield Case("a whole surrogate pair", whole.replace(b'"Hall"', b'"\\ud83c\\udfad"'), None)
    yield Case("a key twice, the last one right", b'{"name": 5, ' + whole[1:], None)
    yield Case("number NaN", whole.replace(b'"rotation": 0', b'"rotation": NaN', 1), None)
    yield Case(
        "number that no machine number holds",
        whole.replace(b'"rotation": 0', b'"rotation": 1e999', 1),
        None,
    )
    yield Case(
        "number with a leading nought", whole.replace(b'"width": 200', b'"width": 0200'), None
    )
    yield Case("nested 200,000 deep", b"[" * 200_000, None)
    yield Case("nested 200,000 deep and closed", b"[" * 200_000 + b"]" * 200_000, None)


def limits():
    """Both sides of the limits of domain 3.2.1."""

    def crowd(count):
        plan = complete()
        row = plan["zones"][0]["rows"][0]
        row["seats"] = [
            {
                "seat_guid": f"{no:05x}",
                "seat_number": "1",
                "category": "S",
                "position": {"x": no % 900, "y": 1},
            }
            for no in range(count)
        ]
        plan["categories"][0]["name"] = "S"
        return json.dumps(plan, separators=(",", ":")).encode()

    yield Case("100,000 seats", crowd(100_000), None)
    yield Case("100,001 seats", crowd(100_001), None)
    whole = encoded(complete())
    yield Case("8 MiB", whole.ljust(8 << 20), None)
    yield Case("8 MiB and one byte", whole.ljust((8 << 20) + 1), None)

    def many(way, item, count):
        plan = complete()
        at(plan, way).extend(copy.deepcopy(item(no)) for no in range(count))
        return encoded(plan)

    def zone(_):
        return {"position": {"x": 0, "y": 0}, "rows": []}

    yield Case("10,000 zones", many(("zones",), zone, 9_999), None)
    yield Case("10,001 zones", many(("zones",), zone, 10_000), None)
    yield Case("1,000 categories", many(("categories",), lambda no: {"name": str(no)}, 999), None)
    yield Case("1,001 categories", many(("categories",), lambda no: {"name": str(no)}, 1_000), None)
    yield Case("10,000 areas", many(("zones", 0, "areas"), lambda no: {}, 9_995), None)
    yield Case("10,001 areas", many(("zones", 0, "areas"), lambda no: {}, 9_996), None)
    yield changed(
        "place at a million units",
        OBJECTS["zone"],
        lambda it: it.update(position={"x": 999_000, "y": -999_000}),
    )
    yield changed(
        "place beyond a million units",
        OBJECTS["zone"],
        lambda it: it.update(position={"x": 1_000_001, "y": 0}),
    )
