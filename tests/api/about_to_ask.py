"""Hooks of schemathesis: who asks, and ids that exist.

A description knows the shape of an id, not which ones there are. Positive requests get a live
cart, tonight's performance, free seats, a named price level and a card of the demo in most cases,
so that the calls behind the first check are reached as well. Negative ones are left as they are.
"""
import json
import os
import random
import urllib.request

import schemathesis

TOLD = json.loads(os.environ["USHER_TOLD"])
POSITIVE = os.environ["USHER_KIND"] == "positive"
# Cards that are answered at once.
CARDS = ["tok_4242", "tok_4242", "tok_declined", "tok_nonsense"]
# A live cart serves so many requests before another is opened.
CART_USES_MAX = 12
MOSTLY = 0.85

dice = random.Random(7)
carts = {"now": None, "uses": 0}


def api(method, path, body=None):
    """One call on the side."""
    request = urllib.request.Request(f"{TOLD['url']}/api/v1{path}", method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


TONIGHT = TOLD["performances"][0]["id"]
SEATS = [seat["guid"] for seat in api("GET", f"/performances/{TONIGHT}/seats")["seats"]]


def live_cart():
    if carts["now"] is None or carts["uses"] >= CART_USES_MAX:
        carts.update(now=api("POST", "/carts", {})["cart"], uses=0)
    carts["uses"] += 1
    return carts["now"]


def mostly():
    return POSITIVE and dice.random() < MOSTLY


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if not path_parameters:
        return path_parameters
    if "cart" in path_parameters and mostly():
        path_parameters["cart"] = live_cart()
    if "id" in path_parameters and mostly():
        path_parameters["id"] = dice.choice(TOLD["performances"])["id"]
    if "guid" in path_parameters and mostly():
        path_parameters["guid"] = dice.choice(SEATS)
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, dict) or not mostly():
        return body
    if "performance" in body:
        body["performance"] = TONIGHT
    if "level" in body:
        body["level"] = "Adult"
    if "seats" in body and "performance" not in body:
        # Staff holds: always the same few, or nothing would be left for the carts.
        body["seats"] = SEATS[-dice.randint(1, 4):]
    elif "seats" in body:
        first = dice.randrange(len(SEATS) - 4)
        body["seats"] = SEATS[first:first + dice.randint(1, 4)]
    for place in body.get("places") or []:
        place["level"] = dice.choice(["Adult", "Concession", "Child", "1"])
        place["count"] = dice.randint(1, 3)
    for name in ("category", "area"):
        if name in body and dice.random() < MOSTLY:
            del body[name]
    if isinstance(body.get("card"), dict):
        body["card"]["token"] = dice.choice(CARDS)
    if isinstance(body.get("buyer"), dict):
        body["buyer"] = {"name": "Nell Harker", "email": "nell@x.example"}
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    scans = case.operation.path.endswith("/scans") and case.method == "POST"
    at_door = scans or case.operation.path.endswith(("/scans/offline", "/door/snapshot"))
    token = TOLD["device_token" if at_door else "api_token"]
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
