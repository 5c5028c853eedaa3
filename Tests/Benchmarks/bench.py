"""Figures of this program beside those of DCMTK and pynetdicom, in one run on one machine: read the ratios, not the numbers.

bench.py WORKLIST [PART...]    the path of the release binary, benchmark-peer beside it; PARTs are browser, million,
roundtrip, server, stream, associations
"""
import os
import sys

import figures

PARTS = ["browser", "million", "roundtrip", "server", "stream", "associations"]


def main():
    wanted = sys.argv[2:] or PARTS
    if len(sys.argv) < 2 or not set(wanted) <= set(PARTS):
        sys.exit(__doc__)
    for program in (figures.WORKLIST, figures.BENCHMARK_PEER):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is missing: run make bench")
    for part in PARTS:
        if part in wanted:
            __import__(part).main()


if __name__ == "__main__":
    main()
