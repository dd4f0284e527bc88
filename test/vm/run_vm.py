#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the scenarios with the emulated machine, as test/lab/run.py does those of the lab; test/suite/vm calls it."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab"), str(HERE.parent / "ipvs/kernel")]
import run  # noqa: E402  (found by the path above)

if __name__ == "__main__":
    sys.exit(run.main(sys.argv[1:], HERE))
