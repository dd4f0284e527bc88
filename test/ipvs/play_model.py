#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares the data path with the model of IPVS beside this file, over random packets and changes.

usage: play_model.py RUNNER COUNT [FIRST_SEED]

COUNT recordings of what the model does, 250 events each, are played by ipvs_runner. Those with a
difference stay in a folder that is named at the end.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "model"))
from generate import main as generate  # noqa: E402  (found by the path above)


def main(runner, count, first=0):
    folder = Path(tempfile.mkdtemp(prefix="drover-ipvs-"))
    generate(folder, count, first)
    played = subprocess.run([runner, "--same-hash", folder], capture_output=True, text=True, check=False)
    lines = played.stdout.splitlines()
    good = {line.split()[1] for line in lines if line.startswith("ok ")}
    print("\n".join(line for line in lines if not line.startswith("ok ")), played.stderr, sep="\n")
    for recording in folder.glob("*.json"):
        if recording.stem in good:
            recording.unlink()
    if played.returncode == 0:
        folder.rmdir()
    else:
        print(f"those with a difference are in {folder}")
    return played.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
