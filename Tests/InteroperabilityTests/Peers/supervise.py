"""Runs a program that dies with whoever started it: supervise.py PROGRAM ARGUMENT...

Standard input is the leash: when its other end closes, for whatever reason, the program and all it started are killed. Ends
with the program's exit code."""

import os
import signal
import subprocess
import sys
import threading

# The threads of a test run block signals, and programs inherit that.
signal.pthread_sigmask(signal.SIG_SETMASK, [])
leash = os.dup(0)
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)


def kill():
    try:
        os.killpg(program.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def hold():
    while os.read(leash, 1):
        pass
    kill()


threading.Thread(target=hold, daemon=True).start()
code = program.wait()
# What the program left behind goes as well.
kill()
os._exit(code if code >= 0 else 128 - code)
