#!/usr/bin/env python3
"""A till of other make: PyPI's pyTeliumManager takes payments at a simulated Concert terminal.

It comes into a venv in the cache folder ($USHER_CACHE, else .cache at the root of the repository)
and has never seen Usher. Arguments: the line, then one payment each as amount:kind:report, with
kind debit, credit or refund and report yes or no. Prints one JSON object a payment.
`drivers/tests/concert_foreign_till.rs` plugs the terminal in and compares with the bank.
"""
import json
import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("USHER_CACHE", ROOT / ".cache")) / "pads"
TELIUM = "pyTeliumManager==2.4.2"
ANSWER_S_MAX = 60


def telium_python():
    """A Python that has it, installed once."""
    place = CACHE / "venv"
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", TELIUM], check=True)
        (place / "ready").touch()
    return str(python)


def pay(line, payments):
    """Runs inside the venv."""
    import telium

    device = telium.Telium(line)
    for payment in payments:
        amount, kind, report = payment.split(":")
        ask = telium.TeliumAsk.new_payment(
            float(amount),
            payment_mode=kind,
            target_currency="EUR",
            collect_payment_source_info=report == "yes",
        )
        said = {"ready": bool(device.is_ok()), "asked": device.ask(ask)}
        answer = device.verify(ask, waiting_timeout=ANSWER_S_MAX)
        said["succeeded"] = answer.has_succeeded
        said["result"] = answer.transaction_result
        said["amount"] = answer.amount
        said["currency"] = answer.currency_numeric
        said["report"] = bool(answer.repport.strip())
        print(json.dumps(said), flush=True)
    device.close()


def main():
    if sys.argv[1] == "--inside":
        return pay(sys.argv[2], sys.argv[3:])
    python = telium_python()
    return subprocess.run([python, __file__, "--inside", *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
