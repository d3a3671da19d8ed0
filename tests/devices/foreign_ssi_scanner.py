#!/usr/bin/env python3
"""A Zebra-like SSI scanner of other make, for tests of the driver.

It shares nothing with the box but the bytes; line and orders are those of foreign_scanner.py.
A line on standard input is one beam, "!wait MS" lets time pass, "!end" leaves. Codes go out as text with CR until the host
sets parameter EE to 1, then as DECODE_DATA of a QR code, sent again with bit 0 of the status when
no acknowledgement comes. "!twice CODE" beams and repeats the packet although it was acknowledged,
"!bad CODE" spoils the checksum of the first sending.

Each command of the host is printed as {"op": "e6", "data": "00"}, damage as {"damage": HEX}, and
a read that nobody acknowledged as {"lost": CODE}. Lamps are denied.
"""

import queue
import sys
import threading

import foreign_scanner

ACK, NAK, PARAM, DECODE = 0xD0, 0xD1, 0xC6, 0xF3
COMMANDS = bytes([0xD0, 0xD1, 0xE6, 0xE7, 0xF3])
REPLIES = {0xA3: (0xA4, b"NBRPUAWC 1"), 0xD3: (0xD4, bytes(4) + COMMANDS)}
RESPONSE_SECONDS = 2.0
SENDS_MAX = 3


def packet(opcode, data=b"", status=0):
    body = bytes([4 + len(data), opcode, 0, status]) + data
    return body + (-sum(body) % 65536).to_bytes(2, "big")


class Scanner(foreign_scanner.Line):
    def __init__(self, options, say):
        super().__init__(options, say)
        self.packets = False
        self.answers = queue.Queue()

    def listen(self, port):
        while True:
            try:
                length = port.read(1)
                if not length or length[0] < 4:
                    continue
                rest = port.read(length[0] + 1)
            except (foreign_scanner.serial.SerialException, OSError, TypeError):
                return
            self.hear(length + rest)

    def hear(self, wire):
        body, check = wire[:-2], int.from_bytes(wire[-2:], "big")
        if len(body) != wire[0] or (sum(body) + check) % 65536 or wire[2] != 4:
            self.say({"damage": wire.hex()})
            self.port.write(packet(NAK, b"\x01"))
            return
        opcode, data = body[1], body[4:]
        if opcode in (ACK, NAK):
            self.answers.put((opcode, data))
            return
        self.say({"op": f"{opcode:02x}", "data": data.hex()})
        if opcode in REPLIES:
            self.port.write(packet(*REPLIES[opcode]))
        elif opcode == 0xE7:
            self.port.write(packet(NAK, b"\x06"))
        else:
            if opcode == PARAM and data[1:3] == b"\xee\x01":
                self.packets = True
            self.port.write(packet(ACK))

    def beam(self, code, order=""):
        if not self.packets:
            self.send(code + b"\r")
            return
        while not self.answers.empty():
            self.answers.get()
        for sending in range(SENDS_MAX):
            wire = packet(DECODE, b"\x1c" + code, status=1 if sending else 0)
            if order == "!bad" and sending == 0:
                wire = wire[:-1] + bytes([wire[-1] ^ 0x55])
            self.send(wire)
            try:
                answer, _ = self.answers.get(timeout=RESPONSE_SECONDS)
            except queue.Empty:
                continue
            if answer == ACK:
                break
        else:
            self.say({"lost": code.decode()})
        if order == "!twice":
            self.send(packet(DECODE, b"\x1c" + code, status=1))
            self.answers.get(timeout=RESPONSE_SECONDS)


def main():
    options = foreign_scanner.arguments()
    talking = threading.Lock()

    def say(thing):
        with talking:
            print(foreign_scanner.json.dumps(thing), flush=True)

    line = Scanner(options, say)
    line.plug()
    for text in sys.stdin:
        text = text.rstrip("\n")
        order, _, rest = text.partition(" ")
        if order == "!end":
            break
        if order == "!wait":
            foreign_scanner.time.sleep(int(rest) / 1000)
        elif order in ("!twice", "!bad"):
            line.beam(rest.encode(), order)
        else:
            line.beam(text.encode())
    foreign_scanner.time.sleep(0.5)
    line.unplug()


if __name__ == "__main__":
    main()
