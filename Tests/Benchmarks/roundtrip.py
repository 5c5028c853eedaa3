"""Round trips on loopback, each inside one association: C-ECHO, and C-FIND with one match; servers beside servers, clients beside
clients."""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from figures import BENCHMARK_PEER, HERE, PEERS, WORKLIST, Server, free_port, line, percentile, table
from wire import Client, element

TITLE, KEY, ITEMS, COUNT = "WORKLIST", "ACC000003", 20, 200
# Linux delays an acknowledgement by 40 ms: an exchange that took this many milliseconds has waited for one.
STEP = 35.0


def servers(folder):
    """Name and server, all over the same folder of worklist items."""
    port = free_port()
    yield "worklist serve", Server([WORKLIST, "serve", "--port", str(port), "--folder", folder], port)
    wlmscpfs = shutil.which("wlmscpfs")
    if wlmscpfs:
        port = free_port()
        yield "DCMTK wlmscpfs", Server([wlmscpfs, "-dfp", folder, "-csk", "-dhl", str(port)], port)
    port = free_port()
    script = os.path.join(PEERS, "pynetdicom_scp.py")
    yield "pynetdicom", Server([sys.executable, script, os.path.join(folder, TITLE), str(port)], port)


def timed(count, operation):
    times = []
    for number in range(1, count + 1):
        start = time.perf_counter()
        operation(number)
        times.append((time.perf_counter() - start) * 1000)
    return times


def row(name, times, ours):
    median = statistics.median(times)
    ratio = f"{median / ours:.1f}" if ours else "1.0"
    line(name, f"{median:.2f}", f"{percentile(times, 0.95):.2f}", f"{max(times):.2f}", ratio)
    return median


def ask_servers(running):
    """The same plain socket asks every server."""
    keys = b"".join([
        element(0x08, 0x50, b"SH", KEY, False), element(0x10, 0x10, b"PN", "", False),
        element(0x10, 0x20, b"LO", "", False), element(0x20, 0x0D, b"UI", "", False),
    ])
    steps = []

    def find(client, writes):
        def operation(number):
            if client.find(number, keys, writes) != 1:
                sys.exit("a query for one accession number had not one match")
        return operation

    operations = [
        ("C-ECHO", lambda client: lambda number: client.echo(number) and sys.exit("C-ECHO failed")),
        ("C-FIND, command and data set in one write", lambda client: find(client, 1)),
        ("C-FIND, command and data set in two writes", lambda client: find(client, 2)),
    ]
    for title, operation in operations:
        table(f"{title}, ms", "median", "p95", "max", "ratio")
        ours = None
        for name, server in running:
            client = Client(server.port, TITLE)
            times = timed(COUNT, operation(client))
            client.close()
            median = row("  " + name, times, ours)
            ours = ours or median
            late = sum(time >= STEP for time in times)
            if late:
                steps.append(f"{name}, {title}: {late} of {COUNT}")
    print("\n40 ms step: " + ("\n            ".join(steps) or "none"))


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, errors="replace", timeout=120)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr}")
    return done.stdout


def inside(*arguments):
    """Times a client measures itself: those of its echoes, those of its finds."""
    lines = [text.split() for text in run(*arguments).splitlines()]
    if any(text[2:] not in ([], ["1"]) for text in lines):
        sys.exit(f"{' '.join(arguments)}: not one match")
    return [[float(text[1]) for text in lines if text[0] == operation] for operation in ("echo", "find")]


def repeated(*arguments):
    """The time of one operation, by what more of them take: start and association do not count. The best of three."""
    def seconds(count):
        start = time.perf_counter()
        run(*arguments, "--repeat", str(count))
        return time.perf_counter() - start

    once = min(seconds(1) for _ in range(5))
    return min(seconds(COUNT + 1) - once for _ in range(3)) * 1000 / COUNT


def ask_with_clients(server):
    """Every client asks the same server, ours."""
    port = str(server.port)
    printed = run(WORKLIST, "echo", "--to", f"{TITLE}@127.0.0.1:{port}", "--repeat", str(COUNT))
    echoes = [float(text) for text in re.findall(r"C-ECHO +([\d.]+) ms", printed)]
    _, finds = inside(BENCHMARK_PEER, "ask", port, TITLE, KEY, str(COUNT))
    script = os.path.join(HERE, "pynetdicom_client.py")
    their_echoes, their_finds = inside(sys.executable, script, port, TITLE, KEY, str(COUNT))
    echoscu, findscu = shutil.which("echoscu"), shutil.which("findscu")
    asked = ["-q", "-W", "-k", f"AccessionNumber={KEY}", "-k", "PatientName", "-k", "PatientID"]
    means = [
        echoscu and repeated(echoscu, "-q", "-aec", TITLE, "127.0.0.1", port),
        findscu and repeated(findscu, "-aec", TITLE, *asked, "127.0.0.1", port),
    ]
    rows = [
        ("C-ECHO", "worklist echo", echoes, their_echoes, means[0], "DCMTK echoscu"),
        ("C-FIND", "DICOMNetwork's Find", finds, their_finds, means[1], "DCMTK findscu"),
    ]
    for title, name, ours, theirs, mean, program in rows:
        table(f"{title}, clients asking worklist serve, ms", "median", "p95", "max", "ratio")
        median = row("  " + name, ours, None)
        row("  pynetdicom", theirs, median)
        if mean:
            line(f"  {program} (mean, best of three runs)", f"{mean:.2f}", "", "", f"{mean / median:.1f}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        generate = os.path.join(PEERS, "generate_items.py")
        subprocess.run([sys.executable, generate, os.path.join(folder, TITLE), str(ITEMS)], check=True)
        running = list(servers(folder))
        try:
            ask_servers(running)
            ask_with_clients(running[0][1])
        finally:
            for _, server in running:
                server.__exit__()
