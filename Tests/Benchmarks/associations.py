"""Associations at once: all answered? What one costs in memory, and what a thousand idle ones cost in time."""
import os
import resource
import time

from figures import WORKLIST, Server, free_port, line, table
from stream import KEYS, resident
from wire import Client

COUNT, ITEMS = 2_000, 10
TICKS = os.sysconf("SC_CLK_TCK")


def seconds(process):
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(COUNT, hard - 100) if hard != resource.RLIM_INFINITY else COUNT
    port = free_port()
    with Server([WORKLIST, "serve", "--port", str(port), "--items", str(ITEMS)], port) as server:
        process = server.process.pid
        table(f"Server, {count:,} associations at once")
        warm = Client(port, "ANY")
        warm.echo(1)
        before = resident(process)
        start = time.perf_counter()
        clients = [Client(port, "ANY") for _ in range(count)]
        line("  seconds to open them", f"{time.perf_counter() - start:.2f}")
        idle = resident(process)
        line("  memory of an idle one, KB", f"{(idle - before) * 1024 / count:.1f}")
        used = seconds(process)
        time.sleep(5)
        line("  processor while all are idle, %", f"{(seconds(process) - used) / 5 * 100:.2f}")
        start = time.perf_counter()
        for client in clients:
            client.send_find(1, KEYS)
        answered = 0
        for client in clients:
            matches = 0
            while True:
                status, _ = client.response()
                if status not in (0xFF00, 0xFF01):
                    break
                matches += 1
            answered += status == 0 and matches == ITEMS
        line("  of as many queries at once answered whole", f"{answered:,}")
        line("  seconds for all of them", f"{time.perf_counter() - start:.2f}")
        line("  memory of one after that, KB", f"{(resident(process) - before) * 1024 / count:.1f}")
        for client in clients:
            client.close()
