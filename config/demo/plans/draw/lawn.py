"""Garden: general admission alone."""

import math

from draw.shapes import at, plan, polygon, rectangle, zone


def lawn():
    stand = [
        (90 * math.cos(k * math.pi / 4 + math.pi / 8), 90 * math.sin(k * math.pi / 4 + math.pi / 8))
        for k in range(8)
    ]
    areas = [
        polygon(400, 110, stand, text="Stage"),
        rectangle(640, 554, 110, 46, text="Bar"),
        rectangle(50, 554, 110, 46, text="Picnics"),
    ]
    for x, y in ((80, 120), (120, 190), (690, 110), (735, 185), (60, 300), (748, 320)):
        areas.append(
            {
                "shape": "circle",
                "position": at(x, y),
                "color": "#dfe8dc",
                "border_color": "#9db097",
                "circle": {"radius": 26},
            }
        )
    grass = [(190, 250), (610, 250), (700, 400), (560, 520), (240, 520), (100, 400)]
    terrace = [(230, 545), (570, 545), (570, 610), (230, 610)]
    overlay = {
        "version": 1,
        "focal_point": at(400, 200),
        "areas": [
            {
                "name": "Lawn",
                "capacity": 240,
                "category": "Lawn",
                "points": [at(*p) for p in grass],
            },
            {
                "name": "Terrace",
                "capacity": 60,
                "category": "Terrace",
                "points": [at(*p) for p in terrace],
            },
        ],
        "doors": [{"zone": "Garden", "doors": ["Garden gate"]}],
    }
    categories = [{"name": "Lawn", "color": "#dfe8dc"}, {"name": "Terrace", "color": "#e8e5df"}]
    return plan("Garden", 800, 640, categories, [zone("Garden", [], areas)]), overlay
