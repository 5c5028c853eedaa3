"""Worklist servers over the same items, asked by one plain socket: matches a second, first match, C-CANCEL to the final response;
ours, wlmscpfs, Orthanc and pynetdicom at 1,000 and 10,000 items, ours alone from a store of 1,000,000."""
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

from figures import PEERS, WORKLIST, Server, free_port, line, table
from wire import EXPLICIT, NO_DATA_SET, Client, element, sequence

TITLE = "BENCH"
FAMILIES = "Ashby Birch Calder Denham Elder Farrow Grange Hollis Ingram Jarrow Kendal Larch Marlow Norwood Orchard".split()
GIVEN = "Ada Boris Clara Daniel Edith Felix Greta Hugo Ida Jonas Klara Leo Mina".split()
MODALITIES = "CT MR CR DX US MG NM PT XA RF".split()
COLUMNS = (
    "SpecificCharacterSet AccessionNumber ReferringPhysicianName PatientName PatientID PatientBirthDate PatientSex PatientWeight "
    "StudyInstanceUID RequestingPhysician RequestedProcedureDescription SPS.Modality SPS.ScheduledStationAETitle "
    "SPS.ScheduledProcedureStepStartDate SPS.ScheduledProcedureStepStartTime SPS.ScheduledPerformingPhysicianName "
    "SPS.ScheduledProcedureStepDescription SPS.ScheduledProcedureStepID SPS.ScheduledStationName "
    "SPS.ScheduledProcedureStepLocation SPS.ScheduledProcedureStepStatus RequestedProcedureID RequestedProcedurePriority"
).split()


def values(i):
    """The texts of an item, in the order of COLUMNS: fixed arithmetic that scatters, so that neighbours differ."""
    h = i * 2654435761 & 0xFFFFFFFF
    modality = MODALITIES[h % 10]
    return [
        "", f"ACC{i:07d}", "Holt^Petra", f"{FAMILIES[h // 7 % 15]}{h // 11 % 997}^{GIVEN[h // 13 % 13]}",
        f"PAT{h % 500000:06d}", f"19{30 + h % 70}{h // 3 % 12 + 1:02d}{h // 5 % 28 + 1:02d}", "FM"[h % 2], "70",
        f"1.2.826.0.1.3680043.10.999.{i + 1}", "Novak^Dr", f"{modality} EXAMINATION", modality, f"ST{h // 17 % 40:02d}",
        f"2026{h // 19 % 12 + 1:02d}{h // 23 % 28 + 1:02d}", f"{h // 29 % 13 + 7:02d}{h // 31 % 60:02d}00",
        f"{FAMILIES[h // 37 % 15]}^{GIVEN[h // 41 % 13]}", f"{modality} EXAMINATION", f"SPS{i:07d}", f"ROOM{h // 17 % 40}",
        f"FLOOR{h % 4}", "SCHEDULED", f"RP{i:07d}", "ROUTINE",
    ]


def write_csv(path, count):
    with open(path, "w") as file:
        file.write(",".join(COLUMNS) + "\n")
        for i in range(count):
            file.write(",".join(values(i)) + "\n")


# Root and step keys in the order of their tags, with the column of each.
ROOT = [
    (0x08, 0x50, b"SH", 1), (0x08, 0x90, b"PN", 2), (0x10, 0x10, b"PN", 3), (0x10, 0x20, b"LO", 4), (0x10, 0x30, b"DA", 5),
    (0x10, 0x40, b"CS", 6), (0x10, 0x1030, b"DS", 7), (0x20, 0x0D, b"UI", 8), (0x32, 0x1032, b"PN", 9), (0x32, 0x1060, b"LO", 10),
]
STEP = [
    (0x08, 0x60, b"CS", 11), (0x40, 0x01, b"AE", 12), (0x40, 0x02, b"DA", 13), (0x40, 0x03, b"TM", 14), (0x40, 0x06, b"PN", 15),
    (0x40, 0x07, b"LO", 16), (0x40, 0x09, b"SH", 17), (0x40, 0x10, b"SH", 18), (0x40, 0x11, b"SH", 19), (0x40, 0x20, b"CS", 20),
]
END = [(0x40, 0x1001, b"SH", 21), (0x40, 0x1003, b"SH", 22)]


def encoded(texts):
    """An identifier or an item in Explicit VR Little Endian; texts by column, empty where there is none."""
    def level(elements):
        return b"".join(element(group, e, vr, texts.get(column, ""), True) for group, e, vr, column in elements)
    return level(ROOT) + sequence(0x40, 0x100, level(STEP), True) + level(END)


def write_files(folder, count):
    """Items as .wl files: what wlmscpfs and Orthanc read."""
    os.makedirs(folder)
    open(os.path.join(folder, "lockfile"), "w").close()
    meta = element(2, 2, b"UI", "1.2.276.0.7230010.3.1.0.1", True) + element(2, 3, b"UI", "1.2.3.4", True)
    meta += element(2, 0x10, b"UI", EXPLICIT, True) + element(2, 0x12, b"UI", "1.2.3", True)
    head = bytes(128) + b"DICM" + element(2, 0, b"UL", len(meta).to_bytes(4, "little"), True) + meta
    for i in range(count):
        with open(os.path.join(folder, f"{i:07d}.wl"), "wb") as file:
            file.write(head + encoded(dict(enumerate(values(i)))))


class Scanner:
    """Counts responses in what comes off the socket without walking each PDU: the command of every match is the same bytes."""

    FINAL = struct.pack("<HHIH", 0, 0x0800, 2, NO_DATA_SET)
    STATUS = struct.pack("<HHI", 0, 0x0900, 2)

    def __init__(self, connection):
        self.connection, self.tail, self.recent, self.command, self.matches, self.final = connection, b"", b"", None, 0, None

    def read(self):
        more = self.connection.recv(1 << 20)
        if not more:
            raise EOFError
        data = self.tail + more
        self.recent = (self.recent[-400:] if len(more) < 400 else b"") + more[-400:]
        at = self.recent.rfind(self.FINAL)
        status = self.recent.find(self.STATUS, at) + len(self.STATUS) if at >= 0 else -1
        if at >= 0 and status >= len(self.STATUS) and status + 2 <= len(self.recent):
            self.final = int.from_bytes(self.recent[status:status + 2], "little")
        if self.command is None:
            if len(data) < 6 or len(data) < 6 + int.from_bytes(data[2:6], "big"):
                self.tail = data
                return
            self.command = data[:6 + int.from_bytes(data[2:6], "big")]
            if self.FINAL in self.command:
                return
        self.matches += data.count(self.command)
        self.tail = data[-(len(self.command) - 1):]


class Asking:
    """One association with one of the servers."""

    def __init__(self, port):
        self.client = Client(port, TITLE, syntax=EXPLICIT)
        self.message = 0
        self.client.socket.settimeout(120)

    def find(self, texts, cancel_after=None):
        """Matches, seconds, seconds to the first match, seconds from cancel to final, final status."""
        self.message = self.message % 60000 + 1
        scanner = Scanner(self.client.socket)
        start = time.perf_counter()
        self.client.send_find(self.message, encoded(texts))
        first = cancelled = None
        while scanner.final is None:
            scanner.read()
            if first is None and scanner.matches:
                first = time.perf_counter() - start
            if cancel_after and cancelled is None and scanner.matches >= cancel_after:
                self.client.cancel(self.message)
                cancelled = time.perf_counter()
        end = time.perf_counter()
        return scanner.matches, end - start, first, cancelled and end - cancelled, scanner.final


def servers(folder, count, store=None):
    """Name and server of each, over the same items."""
    port = free_port()
    source = ["--store", store] if store else ["--folder", folder]
    yield "worklist serve " + source[0], Server([WORKLIST, "serve", "--port", str(port), "--model", "worklist", *source], port, timeout=120)
    if store:
        return
    port = free_port()
    yield "DCMTK wlmscpfs", Server([shutil.which("wlmscpfs"), "-dfp", folder, "-dhl", str(port)], port)
    orthanc = shutil.which("Orthanc")
    if orthanc:
        port, http = free_port(), free_port()
        settings = {
            "Name": TITLE, "DicomAet": TITLE, "DicomPort": port, "HttpPort": http, "RemoteAccessAllowed": False,
            "DicomCheckCalledAet": False, "DicomAlwaysAllowFind": True, "DicomAlwaysAllowFindWorklist": True,
            "StorageDirectory": os.path.join(folder, "..", "orthanc"), "IndexDirectory": os.path.join(folder, "..", "orthanc"),
            "Plugins": ["/usr/share/orthanc/plugins/libModalityWorklists.so"],
            "Worklists": {"Enable": True, "Database": os.path.join(folder, TITLE), "FilterIssuerAet": False},
        }
        path = os.path.join(folder, "..", "orthanc.json")
        with open(path, "w") as file:
            json.dump(settings, file)
        yield "Orthanc", Server([orthanc, path], port, timeout=60)
    port = free_port()
    script = os.path.join(PEERS, "pynetdicom_scp.py")
    yield "pynetdicom", Server([sys.executable, script, os.path.join(folder, TITLE), str(port)], port, timeout=120)


def questions():
    """Each required key of PS3.4 table K.6-1 with one value, a name by its beginning, a day, and no key at all."""
    one = values(700)
    yield "universal", {}
    yield "a day (Start Date)", {13: one[13]}
    yield "Start Time", {14: one[14]}
    yield "Station AE Title", {12: one[12]}
    yield "Modality", {11: one[11]}
    yield "Performing Physician's Name", {15: one[15]}
    yield "Patient's Name", {3: one[3]}
    yield "Patient's Name, rare beginning*", {3: one[3].split("^")[0] + "*"}
    yield "Patient's Name, common beginning*", {3: one[3][:2] + "*"}
    yield "Patient ID", {4: one[4]}
    yield "Patient ID, beginning*", {4: one[4][:5] + "*"}
    yield "Station and day", {12: one[12], 13: one[13]}


def milliseconds(seconds):
    return f"{seconds * 1000:.2f}" if seconds is not None else "-"


def cancelled(port):
    """A query cancelled after five matches. wlmscpfs aborts at times, and its final response is lost: asked again then."""
    for _ in range(10):
        try:
            return Asking(port).find({}, cancel_after=5)
        except (EOFError, ConnectionError):
            continue
    sys.exit("no final response to a cancelled query")


def compare(count):
    with tempfile.TemporaryDirectory() as place:
        folder = os.path.join(place, "items")
        write_files(os.path.join(folder, TITLE), count)
        table(f"Worklist servers, {count:,} items", "matches/s", "first ms", "cancel ms", "one ID ms", "ratio")
        ours = None
        for name, server in servers(folder, count):
            with server:
                asking = Asking(server.port)
                whole = [asking.find({}) for _ in range(5 if ours is None or count <= 1000 else 2)]
                if any(one[0] != count or one[4] for one in whole):
                    sys.exit(f"{name}: {whole[0][0]} matches of {count}, status {whole[0][4]:04X}")
                rate = count / statistics.median(one[1] for one in whole[1:] or whole)
                first = statistics.median(one[2] for one in whole[1:] or whole)
                asking.client.close()
                cancels = [cancelled(server.port) for _ in range(3)]
                asking = Asking(server.port)
                cancel = statistics.median(one[3] for one in cancels)
                single = [asking.find({4: values(700)[4]}) for _ in range(3)]
                ours = ours or rate
                line(
                    "  " + name, f"{rate:,.0f}", milliseconds(first), milliseconds(cancel),
                    milliseconds(statistics.median(one[1] for one in single)), f"{ours / rate:.0f}",
                )


def at_scale(count):
    with tempfile.TemporaryDirectory() as place:
        csv, store = os.path.join(place, "items.csv"), os.path.join(place, "items.store")
        write_csv(csv, count)
        start = time.perf_counter()
        subprocess.run([WORKLIST, "store", "import", store, csv], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        print(f"\n{count:,} items imported in {seconds:.0f} s, {os.path.getsize(store) / count:,.0f} bytes an item")
        for _, server in servers(None, count, store):
            with server:
                measure_store(server.port, count)


def measure_store(port, count):
    table(f"worklist serve --store, {count:,} items", "matches", "matches/s", "first ms", "worst", "cancel ms")
    for name, texts in questions():
        asking = Asking(port)
        asking.find(texts, cancel_after=1)
        matches, seconds, _, _, status = asking.find(texts)
        if status or not matches:
            sys.exit(f"{name}: {matches} matches, status {status:04X}")
        firsts = [asking.find(texts, cancel_after=1)[2] for _ in range(15)]
        cancels = [asking.find(texts, cancel_after=1)[3] for _ in range(15)] if matches > 5000 else [None]
        line(
            "  " + name, f"{matches:,}", f"{matches / seconds:,.0f}", milliseconds(statistics.median(firsts)),
            milliseconds(max(firsts)), milliseconds(cancels[0] and statistics.median(cancels)),
        )
        asking.client.close()


def main():
    for count in (1_000, 10_000):
        compare(count)
    at_scale(1_000_000)


if __name__ == "__main__":
    main()
