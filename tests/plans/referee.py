#!/usr/bin/env python3
"""Holds `usher plan check` against the published seating-plan schema.

The schema comes out of PyPI's pretix wheel and the judge is PyPI's jsonschema; both are kept in a
cache folder ($USHER_CACHE, else .cache at the root of the repository) and never committed. Every
shipped plan and a corpus of broken ones (tests/plans/corpus.py) are put before both; where Usher
is meant to differ, the reason stands in EXCEPTIONS there. The binary is $USHER_BIN, else the
newest of target/{release,debug}/usher. The last line says how many passed and failed.
"""

import fnmatch
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile

import corpus

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("USHER_CACHE", ROOT / ".cache")) / "plans"
PLANS = ROOT / "config" / "demo" / "plans"
WHEEL = "pretix==2026.8.0"
JUDGE = "jsonschema==4.25.1"
SCHEMA = "pretix/static/seating/seating-plan.schema.json"


# ---- the published schema and its judge ------------------------------------------------------


def cached_schema():
    """The schema file, taken out of the wheel once."""
    kept = CACHE / "seating-plan.schema.json"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
        ]
        subprocess.run([*pip, "--dest", str(CACHE), WHEEL], check=True)
        (wheel,) = CACHE.glob("pretix-*.whl")
        with zipfile.ZipFile(wheel) as parts:
            kept.write_bytes(parts.read(SCHEMA))
    return json.loads(kept.read_text(encoding="utf-8"))


def judge_python():
    """A Python that has jsonschema, in a venv of its own inside the cache."""
    place = CACHE / "venv"
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        venv.create(place, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, JUDGE], check=True)
        (place / "ready").touch()
    return python


def judge(folder):
    """Runs inside the venv: name of every file in a folder that the schema accepts."""
    import jsonschema

    schema = cached_schema()
    validator = jsonschema.Draft7Validator(schema)
    accepted = []
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        try:
            if validator.is_valid(json.loads(path.read_text(encoding="utf-8"))):
                accepted.append(path.name)
        except (ValueError, RecursionError):
            pass  # no JSON, so no plan
    print(json.dumps(accepted))


def accepted_by_schema(folder):
    command = [judge_python(), __file__, "--judge", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


# ---- usher ----------------------------------------------------------------------------------


def binary():
    """The usher to test."""
    if "USHER_BIN" in os.environ:
        return pathlib.Path(os.environ["USHER_BIN"])
    built = [ROOT / "target" / profile / "usher" for profile in ("release", "debug")]
    built = [path for path in built if path.exists()]
    if not built:
        sys.exit("no usher binary: build it first, or name it in USHER_BIN")
    return max(built, key=lambda path: path.stat().st_mtime)


def check(usher, path, *options):
    """What `usher plan check --json` says: its exit code and its document."""
    command = [usher, "plan", "check", str(path), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode, {"errors": [{"code": "NoDocument", "words": done.stdout[:200]}]}


# ---- the tests ------------------------------------------------------------------------------


class Tally:
    """Counts, and says what failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, name, good, said=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {name}: {said}")


def reason_for(name):
    """The exception that covers a case, if one does."""
    for pattern, exception in corpus.EXCEPTIONS.items():
        if fnmatch.fnmatchcase(name, pattern):
            return pattern, exception
    return None, None


def judge_corpus(usher, tally):
    """Each case of the corpus before both; they agree, or the exception says how they differ."""
    cases, used = list(corpus.cases()), set()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for index, case in enumerate(cases):
            (folder / f"{index:04}.json").write_bytes(case.content)
        valid = accepted_by_schema(folder)
        for index, case in enumerate(cases):
            path = folder / f"{index:04}.json"
            code, document = check(usher, path)
            pattern, exception = reason_for(case.name)
            used.add(pattern)
            judge_case(tally, case, exception, path.name in valid, code, document)
    for pattern in set(corpus.EXCEPTIONS) - used:
        tally.expect(f"exception {pattern!r}", False, "covers no case")
    names = [case.name for case in cases]
    tally.expect("case names", len(names) == len(set(names)), "are not unique")
    return len(cases)


def judge_case(tally, case, exception, schema_takes, code, document):
    """Both verdicts, the exit code against the document, and where the finding points."""
    name, errors = case.name, document.get("errors", [])
    usher_takes = code == 0
    tally.expect(f"{name}: exit code", code == (1 if errors else 0), f"{code} with {errors}")
    if exception is None:
        tally.expect(
            name,
            schema_takes == usher_takes,
            f"schema {schema_takes}, usher {usher_takes} {errors}",
        )
    else:
        wanted = (exception.schema_takes, exception.usher_takes)
        tally.expect(
            name,
            (schema_takes, usher_takes) == wanted,
            f"exception wants {wanted}, got {(schema_takes, usher_takes)} {errors}",
        )
        found = errors + document.get("warnings", [])
        tally.expect(
            f"{name}: code",
            exception.code in [None, *(one["code"] for one in found)],
            f"no {exception.code} in {found}",
        )
    if case.pointer is not None and not usher_takes:
        pointers = [error["pointer"] for error in errors]
        tally.expect(
            f"{name}: pointer", case.pointer in pointers, f"{case.pointer} not in {pointers}"
        )


def judge_shipped(usher, tally):
    """Every shipped plan: published schema, own check, expected counts, made as committed."""
    shipped = sorted(path for path in PLANS.glob("*.json") if not path.stem.endswith(".overlay"))
    names = {path.stem for path in shipped}
    tally.expect("shipped plans", names == set(corpus.SHIPPED), f"{names}")
    with tempfile.TemporaryDirectory() as folder:
        for path in shipped:
            shutil.copy(path, folder)
        valid = accepted_by_schema(folder)
    for path in shipped:
        wanted = corpus.SHIPPED.get(path.stem)
        tally.expect(f"{path.name}: schema", path.name in valid, "refused by the published schema")
        if wanted is None:
            continue
        if wanted.rekey:
            code, document = check(usher, path)
            codes = [error["code"] for error in document["errors"]]
            tally.expect(f"{path.name}: plain", code == 1 and codes == ["DuplicateGuid"], codes)
        options = ["--rekey-duplicates"] if wanted.rekey else []
        code, document = check(usher, path, *options)
        tally.expect(f"{path.name}: usher", code == 0, document["errors"])
        figures = tuple(document.get(key) for key in ("seats", "rows", "blocks", "areas"))
        tally.expect(f"{path.name}: figures", figures == wanted.figures, figures)
        tally.expect(f"{path.name}: focal point", document.get("focal_point") is not None)


def judge_generator(tally):
    """Running generate.py elsewhere gives the committed files, byte for byte."""
    with tempfile.TemporaryDirectory() as folder:
        script = shutil.copy(PLANS / "generate.py", folder)
        shutil.copytree(PLANS / "draw", pathlib.Path(folder) / "draw")
        subprocess.run([sys.executable, "-B", script], check=True, capture_output=True)
        made = {path.name: path.read_bytes() for path in pathlib.Path(folder).glob("*.json")}
    kept = {path.name: path.read_bytes() for path in PLANS.glob("*.json")}
    tally.expect(
        "generate.py: names", made.keys() == kept.keys(), sorted(made.keys() ^ kept.keys())
    )
    for name in sorted(made.keys() & kept.keys()):
        tally.expect(f"generate.py: {name}", made[name] == kept[name], "differs from the committed")


def main():
    usher, tally = binary(), Tally()
    cached_schema()
    count = judge_corpus(usher, tally)
    judge_shipped(usher, tally)
    judge_generator(tally)
    print(f"{count} cases in the corpus, {len(corpus.EXCEPTIONS)} exceptions")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--judge"]:
        judge(sys.argv[2])
    else:
        sys.exit(main())
