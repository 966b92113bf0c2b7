"""python -m benchmarks NAME [--json]."""

import sys
from pathlib import Path

from district import bootstrap

if __name__ == "__main__":
    bootstrap.enter([sys.argv[0], "benchmarks"], root=Path(__file__).resolve().parent.parent)
    from benchmarks.command import main

    sys.exit(main(sys.argv[1:]))
