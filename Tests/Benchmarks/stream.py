"""A server with a million matches: its memory while the reader dawdles, and how soon it stops when it is told to."""
import struct
import threading
import time

from figures import BENCHMARK_PEER, Server, free_port, line, table
from wire import Client, element, place

MATCHES = 1_000_000
KEYS = element(0x10, 0x10, b"PN", "", False) + element(0x10, 0x20, b"LO", "", False)
PENDING = (0xFF00, 0xFF01)


def resident(process):
    with open(f"/proc/{process}/status") as file:
        return next(int(text.split()[1]) for text in file if text.startswith("VmRSS")) / 1024


class Memory:
    """The resident memory of a process, in MB, ten times a second."""

    def __init__(self, process):
        self.process, self.start, self.peak = process, resident(process), 0.0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.sample)

    def sample(self):
        while not self.done.wait(0.1):
            self.peak = max(self.peak, resident(self.process))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


class Responses:
    """The PDUs of the responses to one C-FIND, read in large pieces."""

    def __init__(self, connection):
        self.connection, self.data, self.received, self.matches, self.status_at = connection, b"", 0, 0, None

    def read(self, size=1 << 20):
        """Takes what has come; the final status if that was in it."""
        more = self.connection.recv(size)
        if not more:
            raise EOFError
        self.received += len(more)
        data, at, final = self.data + more, 0, None
        while at + 6 <= len(data):
            length = struct.unpack_from(">I", data, at + 2)[0]
            if at + 6 + length > len(data):
                break
            # One value to a PDU; the lowest bit says that it is a command.
            if data[at + 11] & 1:
                if self.status_at is None:
                    self.status_at = 12 + place(data[at + 12:at + 6 + length], 0x0900)
                status = struct.unpack_from("<H", data, at + self.status_at)[0]
                if status in PENDING:
                    self.matches += 1
                else:
                    final = status
            at += 6 + length
        self.data = data[at:]
        return final


def slow_reader(server):
    """Reads a trickle for two seconds, then at full speed, with a stop of three seconds in the middle."""
    client = Client(server.port, "ANY")
    with Memory(server.process.pid) as memory:
        client.send_find(1, KEYS)
        responses, start, has_paused = Responses(client.socket), time.monotonic(), False
        while True:
            if time.monotonic() - start < 2:
                time.sleep(0.01)
                final = responses.read(16 << 10)
            else:
                final = responses.read()
            if final is not None:
                break
            if responses.matches > MATCHES // 2 and not has_paused:
                has_paused = True
                time.sleep(3)
    taken = time.monotonic() - start
    client.close()
    line("  matches read", f"{responses.matches:,}")
    line("  bytes read", f"{responses.received:,}")
    line("  final status", f"{final:04X}")
    line("  seconds, 5 of them idle or slow", f"{taken:.1f}")
    line("  server's memory before, MB", f"{memory.start:.1f}")
    line("  server's peak memory, MB", f"{memory.peak:.1f}")


def cancelled(server, receive_buffer):
    """Reads at full speed, and cancels after the fifth response: what still comes."""
    client = Client(server.port, "ANY", receive_buffer)
    client.send_find(1, KEYS)
    responses = Responses(client.socket)
    while responses.matches < 5:
        responses.read(4096)
    before, matches = responses.received, responses.matches
    client.cancel(1)
    start = time.perf_counter()
    final = None
    while final is None:
        final = responses.read()
    milliseconds = (time.perf_counter() - start) * 1000
    client.close()
    return responses.received - before, responses.matches - matches, milliseconds, final


def main():
    port = free_port()
    with Server([BENCHMARK_PEER, "serve", str(port), str(MATCHES)], port) as server:
        table(f"Server, {MATCHES:,} matches to a slow reader")
        slow_reader(server)
        table("Server, C-CANCEL after the fifth match", "bytes", "matches", "ms", "status")
        for name, size in (("usual", None), ("of 64 KB", 32 << 10)):
            runs = [cancelled(server, size) for _ in range(9)]
            for which, one in (("median", sorted(runs)[4]), ("worst", max(runs))):
                received, matches, milliseconds, final = one
                line(
                    f"  came after it, receive buffer {name}, {which}", f"{received:,}", f"{matches:,}",
                    f"{milliseconds:.1f}", f"{final:04X}",
                )
