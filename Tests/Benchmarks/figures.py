"""Processes, times and lines of a table: what all benchmarks share."""
import os
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "../InteroperabilityTests/Peers")
WORKLIST = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
BENCHMARK_PEER = os.path.join(os.path.dirname(WORKLIST), "benchmark-peer")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    """A program that listens on a port; killed at the end."""

    def __init__(self, arguments, port, environment=None, timeout=20):
        self.port = port
        self.process = subprocess.Popen(
            arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
        deadline = time.monotonic() + timeout
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{' '.join(arguments)} does not listen on port {port}")
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(title, *columns):
    print(f"\n{title:<46}" + "".join(f"{column:>12}" for column in columns), flush=True)


def line(name, *cells):
    print(f"{name:<46}" + "".join(f"{cell:>12}" for cell in cells), flush=True)
