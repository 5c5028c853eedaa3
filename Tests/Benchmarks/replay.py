"""A C-FIND SCP that answers with pre-encoded matches as fast as the socket takes them: the source the benchmarks measure against.

replay.py PORT COUNT [RATE] [--distinct]    RATE in matches a second; without it there is no limit. Honours C-CANCEL.

--distinct: no two items are alike, and neither names nor numbers come in order; one item in a thousand has another
status each time it is asked for.
"""
import random
import select
import socket
import struct
import sys
import threading
import time

from wire import (
    EXPLICIT, IMPLICIT, VERIFICATION, WORKLIST, command, element, item, number, pdu, read_pdu, sequence, short, uid, value,
)

SUPPORTED = (WORKLIST, VERIFICATION)


def worklist_item(i, explicit):
    """About 450 bytes; invented values that vary with i."""
    families = ["Muller", "Smith", "Jones", "Garcia", "Rossi", "Kowalski", "Nguyen", "Dubois", "Silva", "Haddad"]
    modality = ["CT", "MR", "CR", "DX", "US", "MG", "NM", "PT", "XA", "RF"][i % 10]

    def e(*arguments):
        return element(*arguments, explicit)

    step = b"".join([
        e(0x08, 0x60, b"CS", modality), e(0x40, 0x01, b"AE", f"ST{i % 20}"),
        e(0x40, 0x02, b"DA", f"202611{i % 28 + 1:02d}"), e(0x40, 0x03, b"TM", f"{8 + i % 10:02d}{i * 7 % 60:02d}00"),
        e(0x40, 0x06, b"PN", f"{families[i * 3 % 10]}^Tech"), e(0x40, 0x07, b"LO", f"{modality} EXAMINATION"),
        e(0x40, 0x09, b"SH", f"SPS{i:07d}"), e(0x40, 0x10, b"SH", f"ROOM{i % 20}"),
        e(0x40, 0x11, b"SH", f"FLOOR{i % 4}"), e(0x40, 0x20, b"CS", "SCHEDULED"),
    ])
    return b"".join([
        e(0x08, 0x05, b"CS", "ISO_IR 100"), e(0x08, 0x50, b"SH", f"ACC{i:08d}"), e(0x08, 0x90, b"PN", "Holt^Petra^^Dr"),
        e(0x10, 0x10, b"PN", f"{families[i % 10]}^Given{i % 97}"), e(0x10, 0x20, b"LO", f"PID{i:07d}"),
        e(0x10, 0x30, b"DA", f"19{30 + i % 70}0{i % 9 + 1}1{i % 10}"), e(0x10, 0x40, b"CS", "FM"[i % 2]),
        e(0x10, 0x1030, b"DS", "70"), e(0x10, 0x2000, b"LO", ""), e(0x10, 0x2110, b"LO", ""),
        e(0x20, 0x0D, b"UI", f"1.2.826.0.1.3680043.10.999.{i}"), e(0x32, 0x1032, b"PN", "Novak^Dr"),
        e(0x32, 0x1060, b"LO", f"{modality} EXAMINATION"), sequence(0x40, 0x100, step, explicit),
        e(0x40, 0x1001, b"SH", f"RP{i:07d}"), e(0x40, 0x1003, b"SH", "ROUTINE"),
    ])


FAMILIES = [a + b for a in "Al Ba Co De El Fa Go Ha In Jo Ka Lu Ma No Or Pe Qu Ri Sa Tu".split()
            for b in "bert dorf gado hner lini mann nova quist rini sen".split()]
GIVEN = [a + b for a in "An Be Ce Do Ev Fi Gi He Is Ju".split() for b in "a bina dra ela fan gard helm rit".split()]
DIGITS = 8


def numbers(count):
    """Each item's number once, far from order; as bytes, so that items differ without being encoded anew."""
    step = 618_033
    while count and any(count % p == 0 and step % p == 0 for p in range(2, 1000)):
        step += 1
    for place in range(count):
        yield b"%0*d" % (DIGITS, place * step % max(count, 1))


def distinct_item(random, explicit):
    """An item whose numbers are 9s, to be written over."""
    nines, modality = "9" * DIGITS, random.choice(["CT", "MR", "CR", "DX", "US", "MG", "NM", "PT", "XA", "RF"])

    def e(*arguments):
        return element(*arguments, explicit)

    step = b"".join([
        e(0x08, 0x60, b"CS", modality), e(0x40, 0x01, b"AE", f"ST{random.randrange(40):02d}"),
        e(0x40, 0x02, b"DA", f"2026{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"),
        e(0x40, 0x03, b"TM", f"{random.randrange(24):02d}{random.randrange(60):02d}00"),
        e(0x40, 0x06, b"PN", f"{random.choice(FAMILIES)}^Tech"), e(0x40, 0x07, b"LO", f"{modality} EXAMINATION"),
        e(0x40, 0x09, b"SH", f"SPS{nines}"), e(0x40, 0x10, b"SH", f"ROOM{random.randrange(20)}"),
        e(0x40, 0x11, b"SH", f"FLOOR{random.randrange(4)}"), e(0x40, 0x20, b"CS", "SCHEDULED"),
    ])
    return b"".join([
        e(0x08, 0x05, b"CS", "ISO_IR 100"), e(0x08, 0x50, b"SH", f"ACC{nines}"), e(0x08, 0x90, b"PN", "Holt^Petra^^Dr"),
        e(0x10, 0x10, b"PN", f"{random.choice(FAMILIES)}^{random.choice(GIVEN)}"), e(0x10, 0x20, b"LO", f"PID{nines}"),
        e(0x10, 0x30, b"DA", f"19{random.randrange(30, 99)}{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"),
        e(0x10, 0x40, b"CS", random.choice("FM")),
        e(0x10, 0x1030, b"DS", "70"), e(0x10, 0x2000, b"LO", ""), e(0x10, 0x2110, b"LO", ""),
        e(0x20, 0x0D, b"UI", f"1.2.826.0.1.3680043.10.999.1{nines}"), e(0x32, 0x1032, b"PN", "Novak^Dr"),
        e(0x32, 0x1060, b"LO", f"{modality} EXAMINATION"), sequence(0x40, 0x100, step, explicit),
        e(0x40, 0x1001, b"SH", f"RP{nines}"), e(0x40, 0x1003, b"SH", "ROUTINE"),
    ])


class Distinct:
    """Blocks of matches, made from templates by writing other numbers into them."""

    def __init__(self, head, templates, count, query):
        self.numbers, self.query, self.made = numbers(count), query, 0
        self.templates = []
        for data in templates:
            frame = head + pdu(4, value_of(head, data))
            places, at = [], frame.find(b"9" * DIGITS)
            while at >= 0:
                places.append(at)
                at = frame.find(b"9" * DIGITS, at + DIGITS)
            self.templates.append((frame, places, frame.find(b"SCHEDULED")))

    def block(self, n):
        parts = []
        for _ in range(n):
            number = next(self.numbers)
            # Another stride than that of the numbers: names and numbers are not tied.
            frame, places, status = self.templates[self.made * 7 % len(self.templates)]
            item = bytearray(frame)
            for at in places:
                item[at:at + DIGITS] = number
            if self.query and self.made % 1000 == self.query:
                item[status:status + 9] = b"ARRIVED  "
            parts.append(item)
            self.made += 1
        return b"".join(parts)


def value_of(head, data):
    """The data set's PDV, for the presentation context of the command before it."""
    return value(head[10], 2, data)


def accept(connection, body):
    at, syntaxes, reply = 68, {}, b""
    while at < len(body):
        kind, _, length = struct.unpack_from(">BBH", body, at)
        if kind == 0x20:
            content, inner, abstract, offered = body[at + 4:at + 4 + length], 4, None, []
            while inner < len(content):
                k, _, n = struct.unpack_from(">BBH", content, inner)
                text = bytes(content[inner + 4:inner + 4 + n])
                if k == 0x30:
                    abstract = text
                elif k == 0x40:
                    offered.append(text)
                inner += 4 + n
            chosen = EXPLICIT if EXPLICIT in offered else IMPLICIT
            syntaxes[content[0]] = chosen
            result = 0 if abstract in SUPPORTED else 3
            reply += item(0x21, bytes([content[0], 0, result, 0]) + item(0x40, chosen))
        at += 4 + length
    user = item(0x50, item(0x51, struct.pack(">I", 16382)) + item(0x52, b"1.2.826.0.1.3680043.10.996"))
    head = struct.pack(">HH", 1, 0) + body[4:68]
    connection.sendall(pdu(2, head + item(0x10, b"1.2.840.10008.3.1.1.1") + reply + user))
    return syntaxes


QUERIES = iter(range(1 << 30))


def serve(connection, count, rate, bank, distinct):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _, body = read_pdu(connection)
    syntaxes = accept(connection, body)
    while True:
        kind, body = read_pdu(connection)
        if kind == 5:
            connection.sendall(pdu(6, bytes(4)))
            return
        if kind != 4:
            return
        length, context, flags = struct.unpack_from(">IBB", body, 0)
        if not flags & 1:
            continue
        request = body[6:4 + length]
        field, message = number(request, 0x0100), number(request, 0x0110)
        if field == 0x0030:
            fields = {2: uid(SUPPORTED[1]), 0x100: short(0x8030), 0x120: short(message), 0x800: short(0x101), 0x900: short(0)}
            connection.sendall(pdu(4, value(context, 3, command(fields))))
            continue
        if field != 0x0020:
            continue
        if len(body) <= 4 + length:
            read_pdu(connection)

        def response(status, has_data):
            return command({
                2: uid(SUPPORTED[0]), 0x100: short(0x8020), 0x120: short(message),
                0x800: short(1 if has_data else 0x101), 0x900: short(status),
            })

        head = value(context, 3, response(0xFF00, True))
        frames = [pdu(4, head) + pdu(4, value(context, 2, data)) for data in bank[syntaxes[context]]]
        batch = max(1, int(rate / 100)) if rate else 250
        source = Distinct(pdu(4, head), bank[syntaxes[context]], count, next(QUERIES)) if distinct else None
        blocks = {}
        sent, cancelled, start = 0, False, time.perf_counter()
        while sent < count and not cancelled:
            n = min(batch, count - sent)
            at = sent % len(frames)
            if source is None and (at, n) not in blocks:
                blocks[at, n] = b"".join(frames[(at + j) % len(frames)] for j in range(n))
            connection.sendall(blocks[at, n] if source is None else source.block(n))
            sent += n
            if select.select([connection], [], [], 0)[0]:
                kind, body = read_pdu(connection)
                if kind != 4:
                    return
                cancelled = number(body[6:], 0x0100) == 0x0FFF
            if rate:
                time.sleep(max(0, start + sent / rate - time.perf_counter()))
        connection.sendall(pdu(4, value(context, 3, response(0xFE00 if cancelled else 0, False))))


def main():
    distinct = "--distinct" in sys.argv
    arguments = [a for a in sys.argv[1:] if a != "--distinct"]
    port, count = int(arguments[0]), int(arguments[1])
    rate = float(arguments[2]) if len(arguments) > 2 else 0
    chance = {syntax: random.Random(7) for syntax in (EXPLICIT, IMPLICIT)}
    bank = {
        syntax: [distinct_item(chance[syntax], syntax == EXPLICIT) if distinct else worklist_item(i, syntax == EXPLICIT)
                 for i in range(20_011 if distinct else 2000)]
        for syntax in (EXPLICIT, IMPLICIT)
    }
    listener = socket.create_server(("127.0.0.1", port))
    print(f"ready {listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()

        def run(connection=connection):
            with connection:
                try:
                    serve(connection, count, rate, bank, distinct)
                except (EOFError, OSError):
                    pass

        threading.Thread(target=run, daemon=True).start()


if __name__ == "__main__":
    main()
