"""
Exchanges two names, again and again, until it is ended: a race against whoever resolves them. With --second, a name is in
turn a file of its own and a second name (hard link) of the other file.
"""
import ctypes
import os
import sys

RENAME_EXCHANGE = 2
libc = ctypes.CDLL(None, use_errno=True)
second = sys.argv[1] == "--second"
one, other = (os.fsencode(path) for path in sys.argv[-2:])


def exchange():
    if libc.renameat2(-100, one, -100, other, RENAME_EXCHANGE) != 0:
        sys.exit(f"renameat2: {os.strerror(ctypes.get_errno())}")


def give_second_name():
    own = one + b".own"
    os.link(other, own)
    os.rename(own, one)
    with open(own, "w") as file:
        file.write("inside")
    os.rename(own, one)


print("ready", flush=True)
while os.getppid() != 1:
    for _ in range(200):
        give_second_name() if second else exchange()
