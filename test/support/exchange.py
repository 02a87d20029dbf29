"""Exchanges two names of one folder, again and again, until it is ended: a race against whoever resolves them."""
import ctypes
import os
import sys

RENAME_EXCHANGE = 2
libc = ctypes.CDLL(None, use_errno=True)
first, second = (os.fsencode(path) for path in sys.argv[1:3])
print("ready", flush=True)
while os.getppid() != 1:
    for _ in range(200):
        if libc.renameat2(-100, first, -100, second, RENAME_EXCHANGE) != 0:
            sys.exit(f"renameat2: {os.strerror(ctypes.get_errno())}")
