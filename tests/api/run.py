#!/usr/bin/env python3
"""The JSON API against its own description, by schemathesis: no server error, no broken promise.

Starts a demo of its own (USHER_BIN, else the debug build), makes requests from the description it
serves, and judges every answer: status, type, headers and shape must be described, and what the
description forbids must be refused. Schemathesis comes from PyPI into a venv in the cache folder
($USHER_CACHE, else .cache at the root of the repository); nothing is committed. `about_to_ask.py`
beside this file fills in what a description cannot know: live carts, free seats, tokens.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("USHER_CACHE", ROOT / ".cache")) / "api"
PROGRAM = os.environ.get("USHER_BIN", str(ROOT / "target" / "debug" / "usher"))
SCHEMATHESIS = "schemathesis==4.32.5"
SECONDS_MAX = 95
EXAMPLES_MAX = 120
PROMISES = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
]
# What each kind of request is for, and what is judged beyond the promises.
KINDS = {"positive": [], "negative": ["negative_data_rejection"]}


def schemathesis():
    """The command, installed once."""
    place = CACHE / "venv"
    if not (place / "ready").exists():
        venv.create(place, with_pip=True, clear=True)
        python = str(place / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", SCHEMATHESIS], check=True)
        (place / "ready").touch()
    return str(place / "bin" / "schemathesis")


def start(state):
    """A demo that is ready, and what it tells."""
    command = [PROGRAM, "demo", "--listen", "127.0.0.1:0", "--state", str(state)]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for line in demo.stdout:
        if line.startswith("ready "):
            return demo, json.loads((state / "demo.json").read_text(encoding="utf-8"))
    sys.exit("the demo did not become ready")


def ask(command, kind, told, folder, seed):
    """One run of schemathesis: true when every promise was kept."""
    checks = ",".join([*PROMISES, *KINDS[kind]])
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "about_to_ask",
        "PYTHONPATH": str(pathlib.Path(__file__).parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "USHER_TOLD": json.dumps(told),
        "USHER_KIND": kind,
    }
    arguments = [
        *("run", told["url"] + "/api/openapi.json", "--mode", kind, "--checks", checks),
        *("--max-examples", str(EXAMPLES_MAX), "--max-time", str(SECONDS_MAX)),
        *("--phases", "examples,coverage,fuzzing", "--workers", "1", "--seed", str(seed)),
        *("--continue-on-failure", "--request-timeout", "30", "--no-color"),
        *("--generation-database", "none", "--warnings", "off"),
        *("--suppress-health-check", "all"),
    ]
    return subprocess.run([command, *arguments], env=environment, cwd=folder).returncode == 0


def main():
    command = schemathesis()
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="usher-api-") as folder:
        demo, told = start(pathlib.Path(folder) / "state")
        try:
            kept = [kind for kind in KINDS if ask(command, kind, told, folder, seed)]
            alive = demo.poll() is None
        finally:
            demo.send_signal(signal.SIGTERM)
            ended = demo.wait(timeout=60)
    broken = [kind for kind in KINDS if kind not in kept]
    if broken or not alive or ended != 0:
        sys.exit(f"tests/api: broken promises in {broken}, demo ended with {ended}, seed {seed}")
    print(f"tests/api: every promise kept, seed {seed}")


if __name__ == "__main__":
    main()
