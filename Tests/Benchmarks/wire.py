"""DICOM messages on a plain socket: what the benchmarks speak themselves."""
import socket
import struct

IMPLICIT, EXPLICIT = b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1"
WORKLIST, VERIFICATION = b"1.2.840.10008.5.1.4.31", b"1.2.840.10008.1.1"
APPLICATION_CONTEXT = b"1.2.840.10008.3.1.1.1"
ECHO_REQUEST, FIND_REQUEST, CANCEL_REQUEST = 0x0030, 0x0020, 0x0FFF
NO_DATA_SET = 0x0101


def pdu(kind, body):
    return struct.pack(">BBI", kind, 0, len(body)) + body


def item(kind, body):
    return struct.pack(">BBH", kind, 0, len(body)) + body


def value(context, flags, body):
    return struct.pack(">IBB", len(body) + 2, context, flags) + body


def command(fields):
    body = b"".join(struct.pack("<HHI", 0, e, len(v)) + v for e, v in sorted(fields.items()))
    return struct.pack("<HHII", 0, 0, 4, len(body)) + body


def short(number):
    return struct.pack("<H", number)


def uid(text):
    return text + b"\0" * (len(text) % 2)


def element(group, number, vr, text, explicit):
    data = text if isinstance(text, bytes) else text.encode("latin-1")
    data += (b"\0" if vr == b"UI" else b" ") * (len(data) % 2)
    if not explicit:
        return struct.pack("<HHI", group, number, len(data)) + data
    return struct.pack("<HH", group, number) + vr + struct.pack("<H", len(data)) + data


def sequence(group, number, content, explicit):
    body = struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content
    if not explicit:
        return struct.pack("<HHI", group, number, len(body)) + body
    return struct.pack("<HH", group, number) + b"SQ\0\0" + struct.pack("<I", len(body)) + body


def exactly(connection, count):
    data = bytearray()
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return bytes(data)


def read_pdu(connection):
    head = exactly(connection, 6)
    return head[0], exactly(connection, struct.unpack(">I", head[2:])[0])


def place(data, wanted):
    """Where the value of a command element begins."""
    at = 0
    while at + 8 <= len(data):
        _, e, length = struct.unpack_from("<HHI", data, at)
        if e == wanted:
            return at + 8
        at += 8 + length
    return None


def number(data, wanted):
    at = place(data, wanted)
    return None if at is None else struct.unpack_from("<H", data, at)[0]


class Client:
    """Worklist and Verification over one connection, as plain sockets are: without TCP_NODELAY."""

    def __init__(self, port, called, receive_buffer=None, syntax=IMPLICIT):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        contexts = b"".join(
            item(0x20, bytes([context, 0, 0, 0]) + item(0x30, abstract) + item(0x40, syntax))
            for context, abstract in ((1, WORKLIST), (3, VERIFICATION))
        )
        user = item(0x50, item(0x51, struct.pack(">I", 0)) + item(0x52, b"1.2.826.0.1.3680043.10.996"))
        titles = called.encode().ljust(16) + b"BENCHMARK".ljust(16) + bytes(32)
        request = struct.pack(">HH", 1, 0) + titles + item(0x10, APPLICATION_CONTEXT) + contexts + user
        self.socket.sendall(pdu(1, request))
        kind, _ = read_pdu(self.socket)
        if kind != 2:
            raise ConnectionError(f"the association was refused with PDU type {kind}")

    def response(self):
        """The status of the next response, and whether a data set came with it."""
        kind, body = read_pdu(self.socket)
        if kind != 4:
            raise ConnectionError(f"PDU type {kind} instead of a response")
        length, = struct.unpack_from(">I", body)
        fields = body[6:4 + length]
        has_data = number(fields, 0x0800) != NO_DATA_SET
        if has_data and len(body) == 4 + length:
            read_pdu(self.socket)
        return number(fields, 0x0900), has_data

    def echo(self, message):
        fields = {2: uid(VERIFICATION), 0x100: short(ECHO_REQUEST), 0x110: short(message), 0x800: short(NO_DATA_SET)}
        self.socket.sendall(pdu(4, value(3, 3, command(fields))))
        return self.response()[0]

    def send_find(self, message, identifier, writes=1):
        """Command and data set in one write or in two."""
        fields = {
            2: uid(WORKLIST), 0x100: short(FIND_REQUEST), 0x110: short(message), 0x700: short(0), 0x800: short(1),
        }
        parts = [pdu(4, value(1, 3, command(fields))), pdu(4, value(1, 2, identifier))]
        for part in parts if writes == 2 else [b"".join(parts)]:
            self.socket.sendall(part)

    def find(self, message, identifier, writes=1):
        """The number of matches."""
        self.send_find(message, identifier, writes)
        matches = 0
        while True:
            status, has_data = self.response()
            if status not in (0xFF00, 0xFF01):
                if status:
                    raise ConnectionError(f"C-FIND failed with {status:04X}")
                return matches
            matches += has_data

    def cancel(self, message):
        fields = {0x100: short(CANCEL_REQUEST), 0x120: short(message), 0x800: short(NO_DATA_SET)}
        self.socket.sendall(pdu(4, value(1, 3, command(fields))))

    def close(self):
        self.socket.sendall(pdu(5, bytes(4)))
        self.socket.close()
