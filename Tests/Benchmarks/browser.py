"""The client and the browser against a server that sends pre-encoded matches as fast as they are taken."""
import fcntl
import json
import os
import pty
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

from figures import HERE, WORKLIST, line, table

MATCHES, FINDSCU_MATCHES = 1_000_000, 100_000


class Replay:
    def __init__(self, count, rate=None):
        arguments = [sys.executable, os.path.join(HERE, "replay.py"), "0", str(count)] + ([str(rate)] if rate else [])
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def find(port, *more):
    done = subprocess.run(
        [WORKLIST, "find", "--to", f"ANY@127.0.0.1:{port}", "--limit", "0", "--format", "none", "--summary", "json", *more],
        capture_output=True, text=True, timeout=300,
    )
    return json.loads(done.stderr.strip().splitlines()[-1])


def browse(port, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".script") as script:
        script.write("\n".join(lines) + "\n")
        script.flush()
        done = subprocess.run(
            [WORKLIST, "browse", "--to", f"ANY@127.0.0.1:{port}", "--limit", "0", "--script", script.name, "--stats", "json"],
            capture_output=True, text=True, timeout=300,
        )
        if done.returncode:
            sys.exit(done.stderr)
        return json.loads(done.stderr.strip().splitlines()[-1])


def first_paint(port):
    """From exec to the first complete frame on a pseudo-terminal, in milliseconds."""
    start = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
        os.execv(WORKLIST, [WORKLIST, "browse", "--to", f"ANY@127.0.0.1:{port}"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen, taken = b"", None
    while time.perf_counter() - start < 5:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
            # The bottom line is the last that is written.
            if b"help" in seen:
                taken = (time.perf_counter() - start) * 1000
                break
    os.kill(child, 9)
    os.waitpid(child, 0)
    os.close(terminal)
    return taken


def main():
    table("Client and browser", "worklist", "DCMTK", "ratio")
    with Replay(MATCHES) as fast, Replay(FINDSCU_MATCHES) as fewer:
        ours = statistics.median(find(fast.port)["matches_per_second"] for _ in range(3))
        findscu = shutil.which("findscu")
        if findscu:
            rates = []
            for _ in range(3):
                start = time.perf_counter()
                subprocess.run(
                    [findscu, "-q", "-W", "-aec", "ANY", "-k", "0010,0010", "127.0.0.1", str(fewer.port)],
                    check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
                rates.append(FINDSCU_MATCHES / (time.perf_counter() - start))
            peer = statistics.median(rates)
            line("C-FIND client, matches/s (find / findscu -q)", f"{ours:,.0f}", f"{peer:,.0f}", f"{ours / peer:.1f}")
        else:
            line("C-FIND client, matches/s", f"{ours:,.0f}")
        first = statistics.median(find(fast.port, "--cancel-after", "1")["first_match_ms"] for _ in range(5))
        line("first match, ms", f"{first:.2f}")
        cancelled = statistics.median(find(fast.port, "--cancel-after", "1000")["cancel_to_final_ms"] for _ in range(5))
        line("cancel to final at full speed, ms", f"{cancelled:.2f}")
        keys = ["j", "k", "pgdn", "pgup", "G", "g"] * 100
        figures = browse(fast.port, keys + [":wait rows>=1"] + keys + [":wait outcome"] + keys)
        line("browser: rows of 1,000,000", f"{figures['rows']:,}")
        line("browser: key to frame p50, ms", f"{figures['key_to_frame_p50_ms']:.2f}")
        line("browser: key to frame p99, ms", f"{figures['key_to_frame_p99_ms']:.2f}")
    with Replay(20) as few:
        paints = sorted(filter(None, (first_paint(few.port) for _ in range(9))))
        line("start to first frame, ms (median of 9)", f"{statistics.median(paints):.1f}" if paints else "not seen")

