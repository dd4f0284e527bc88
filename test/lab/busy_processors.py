# SPDX-License-Identifier: BSD-3-Clause
"""Other programs that take every processor, at the priority that any program has."""

import contextlib
import os
import subprocess


@contextlib.contextmanager
def busy_processors(seconds):
    """Yields the processes; each ends by itself after that long if we do not end it."""
    with contextlib.ExitStack() as ends:
        burners = []
        for _ in range(os.cpu_count()):
            burner = subprocess.Popen(["timeout", str(seconds), "sh", "-c", "while :; do :; done"])
            ends.callback(burner.wait)
            ends.callback(burner.terminate)  # which timeout(1) passes on, other than a kill
            burners.append(burner)
        yield burners
