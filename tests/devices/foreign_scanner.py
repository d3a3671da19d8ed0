#!/usr/bin/env python3
"""A ticket scanner of other make, for whole-box tests.

It shares nothing with the box but the bytes: the line is made by socat, the scanner's end is
held by pyserial. Each line on standard input is one beam; a line that starts with "!" is an
order to the device itself:

    !wait MS      let time pass
    !raw HEX      send these bytes as they are, without suffix
    !unplug       pull the cable (both ends of the line vanish)
    !replug       plug in again behind the same link, under another name
    !end          stop reading and leave

Every burst of host bytes is printed as one JSON object a line: {"bytes": "1b372c", "ms": 1234},
ms counted from the start. "ready" is printed as {"ready": LINK} whenever the line is plugged in.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time

import serial

SUFFIXES = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "etx": b"\x03", "none": b""}
PLUG_SECONDS_MAX = 10.0
BURST_GAP_SECONDS = 0.02


def arguments():
    parser = argparse.ArgumentParser(description="a foreign serial scanner on a socat line")
    parser.add_argument("--link", required=True, help="where the host finds the line")
    parser.add_argument("--suffix", choices=sorted(SUFFIXES), default="cr")
    parser.add_argument("--prefix", default="", help="text sent before each code")
    parser.add_argument("--baud", type=int, default=9600)
    parser.add_argument("--byte-us", type=int, default=0, help="pause after each byte")
    parser.add_argument("--wait-ms", type=int, default=500,
                        help="how long a beam waits after plugging in, for the host to settle")
    return parser.parse_args()


class Line:
    """The socat pair and the scanner's end of it."""

    def __init__(self, options, say):
        self.options = options
        self.say = say
        self.own = options.link + ".device"
        self.socat = None
        self.port = None
        self.plugged_at = 0.0

    def plug(self):
        ends = [f"pty,raw,echo=0,link={path}" for path in (self.options.link, self.own)]
        self.socat = subprocess.Popen(["socat", *ends], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + PLUG_SECONDS_MAX
        while not (os.path.exists(self.options.link) and os.path.exists(self.own)):
            if time.monotonic() > deadline or self.socat.poll() is not None:
                sys.exit("socat made no line")
            time.sleep(0.01)
        self.port = serial.Serial(self.own, self.options.baud, timeout=BURST_GAP_SECONDS)
        self.plugged_at = time.monotonic()
        threading.Thread(target=self.listen, args=(self.port,), daemon=True).start()
        self.say({"ready": self.options.link})

    def listen(self, port):
        burst = b""
        while True:
            try:
                heard = port.read(64)
            except (serial.SerialException, OSError, TypeError):
                return
            if heard:
                burst += heard
            elif burst:
                self.say({"bytes": burst.hex()})
                burst = b""

    def unplug(self):
        self.port.close()
        self.socat.terminate()
        self.socat.wait()

    def send(self, data):
        settled = self.plugged_at + self.options.wait_ms / 1000
        time.sleep(max(0.0, settled - time.monotonic()))
        if self.options.byte_us == 0:
            self.port.write(data)
            return
        for byte in data:
            self.port.write(bytes([byte]))
            time.sleep(self.options.byte_us / 1_000_000)


def main():
    options = arguments()
    started = time.monotonic()
    talking = threading.Lock()

    def say(thing):
        with talking:
            thing["ms"] = round((time.monotonic() - started) * 1000)
            print(json.dumps(thing), flush=True)

    line = Line(options, say)
    line.plug()
    for text in sys.stdin:
        text = text.rstrip("\n")
        order, _, rest = text.partition(" ")
        if order == "!wait":
            time.sleep(int(rest) / 1000)
        elif order == "!raw":
            line.send(bytes.fromhex(rest))
        elif order == "!unplug":
            line.unplug()
        elif order == "!replug":
            line.plug()
        elif order == "!end":
            break
        else:
            code = options.prefix.encode() + text.encode() + SUFFIXES[options.suffix]
            line.send(code)
    # The host's last answer takes a moment; unread bytes are lost when the line goes.
    time.sleep(0.5)
    line.unplug()


if __name__ == "__main__":
    main()
