#!/usr/bin/env python3
"""Holds one thread of a running program still, and lets it go on when standard input ends.

    stall.py PID NAME

Attaches to the thread alone, as a debugger does: the rest of the program goes on. Prints
"stalled" once the thread stands. Needs the right to trace the program (its owner, or root).
"""
import ctypes
import os
import sys

PTRACE_ATTACH = 16
PTRACE_DETACH = 17
WALL = 0x40000000


def thread(process, name):
    for tid in os.listdir(f"/proc/{process}/task"):
        with open(f"/proc/{process}/task/{tid}/comm", encoding="ascii") as comm:
            if comm.read().strip() == name:
                return int(tid)
    sys.exit(f"process {process} has no thread {name}")


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    tid = thread(int(sys.argv[1]), sys.argv[2])

    def trace(request):
        if libc.ptrace(request, tid, None, None) != 0:
            sys.exit(f"thread {tid}: {os.strerror(ctypes.get_errno())}")

    trace(PTRACE_ATTACH)
    os.waitpid(tid, WALL)
    print("stalled", flush=True)
    sys.stdin.read()
    trace(PTRACE_DETACH)


if __name__ == "__main__":
    main()
