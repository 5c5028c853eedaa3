"""The browser with a million rows, no two alike: what each action costs the keys that come meanwhile, and the memory.

Keys are held down, 50 a second, until what was asked for is on screen: what they wait is what a person waits. `busy` is the
longest the program did anything else than wait; MB are of memory, held after the action and the most until then.

million.py WORKLIST [COUNT [RATE]]    alone: so many rows, that come at a rate
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
# The lines of the menu "sort by", by their place.
COLUMNS = ["status", "time", "patient", "born", "age", "sex", "id", "accession", "modality", "station", "procedure"]


def sort(column, also=None):
    keys = ["s", "g"] + ["j"] * COLUMNS.index(column)
    if also is None:
        return [" ".join(keys + ["enter"])]
    step = COLUMNS.index(also) - COLUMNS.index(column)
    return [" ".join(keys + ["enter", "s", "g"] + ["j"] * COLUMNS.index(also) + ["space", "enter"])]


def letters(text):
    """A filter typed letter by letter, as fast as a person does, and all of it applied."""
    lines = ["/"]
    for letter in text:
        lines += [f'"{letter}"', ':hold down gone "filtering"']
    return lines + ["enter"]


def script(count, folder):
    steps = []

    def step(name, *lines):
        steps.extend(lines)
        steps.append(f":stats {name}")

    busy = [':hold j gone "sorting"']
    step("first row", ":wait rows>=1")
    step("streaming: j held", f":hold j rows>={count // 10}")
    step("streaming: pages", f":hold pgdn rows>={count // 10 * 2}")
    step("streaming: end and begin", *["G", "g"] * 20, f":hold G rows>={count // 10 * 3}", "g")
    step("streaming: sort by ID", *sort("id"), f":hold j rows>={count // 10 * 4}")
    step("streaming: filter, marks", *["m"] * 5, "/", '"ali"', f":hold down rows>={count // 10 * 6}", "enter", "\\")
    step("streaming: detail", "enter", f":hold J rows>={count // 10 * 7}", "esc", "M")
    step("streaming: freeze, sort by time", "z", "z", *sort("time"), f":hold j rows>={count // 10 * 8}")
    step("the rest, and sorted", ":wait outcome", *busy, ":wait gone \"sorting\"")
    step("j, k", *["j", "k"] * 100)
    step("pages", *["pgdn"] * 100, *["pgup"] * 50)
    step("G, g", *["G", "g"] * 50)
    for column in COLUMNS:
        step(f"sort by {column}", *sort(column), *busy)
    step("reverse", *sort("procedure"), *busy)
    step("sort by modality, patient", *sort("modality", "patient"), *busy)
    step("sort by time", *sort("time"), *busy)
    step("filter, common", *letters("mann"), "\\")
    step("filter, rare", *letters("99999"), "\\")
    step("filter, none", *letters("xyzzy"), "\\")
    step("filter, !ct", *letters("!ct"), "\\")
    step("filter, patient:al", *letters("patient:al"))
    step("pages of a filtered list", *["pgdn", "pgup", "G", "g"] * 20)
    step("sort of a filtered list", *sort("patient"), *busy)
    step("filter cleared", "\\", *["j"] * 20)
    step("marks", *["m", "pgdn"] * 50, "g", "m", "pgdn", "V")
    step("freeze", *["z", "z"] * 10)
    step("detail and neighbours", "enter", *["J"] * 50, *["K"] * 50, "esc")
    step("columns", "c", "j", "space", "space", "esc", *["j"] * 10)
    step("export of all", "X", "j j j", "esc", "X", "enter", ':hold tab gone "exporting"', "esc", "esc")
    step("refresh: j held", "r", ":wait running", ":hold j outcome", *busy, *["j"] * 50)
    step("refresh: compared", ':hold j gone "comparing"')
    step("another refresh", "r", ":wait running", ":hold k outcome", *busy, ':hold j gone "comparing"', "M")
    step("another query", "]", ":wait running", ":hold j outcome", *busy)
    steps.append(":screen " + os.path.join(folder, "last.txt"))
    return steps


def main(count=1_000_000, rate=200_000):
    worklist = os.path.abspath(sys.argv[1])
    server = subprocess.Popen(
        [sys.executable, os.path.join(HERE, "replay.py"), "0", str(count), str(rate), "--distinct"],
        stdout=subprocess.PIPE, text=True,
    )
    try:
        port = server.stdout.readline().split()[1]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "script")
            with open(path, "w") as file:
                file.write("\n".join(script(count, folder)) + "\n")
            environment = dict(os.environ, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)
            browser = subprocess.Popen(
                [worklist, "browse", "--to", f"ANY@127.0.0.1:{port}", "--limit", "0", "--size", "160x50",
                 "--wait-timeout", "120", "--script", path, "--stats", "json"],
                stderr=subprocess.PIPE, text=True, cwd=folder, env=environment,
            )
            print(f"{'key to frame, ms':34}{'keys':>7}{'p50':>8}{'p99':>8}{'max':>8}{'busy':>8}{'MB':>6}{'peak':>6}")
            for text in browser.stderr:
                if not text.startswith("{"):
                    print(text, end="", flush=True)
                    continue
                figures = json.loads(text)
                name = figures.get("after")
                if name:
                    times = [figures[f"key_to_frame_{part}_ms"] or 0 for part in ("p50", "p99", "max")]
                    times.append(figures["longest_turn_ms"])
                    print(f"{name:34}{figures['inputs']:>7}" + "".join(f"{time:8.1f}" for time in times)
                          + f"{figures['memory_mb']:>6}{figures['peak_memory_mb']:>6}", flush=True)
            if browser.wait():
                sys.exit(browser.returncode)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main(*map(int, sys.argv[2:]))
