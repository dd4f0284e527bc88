# SPDX-License-Identifier: BSD-3-Clause
"""siege on a host of the lab: many clients at once, for a bounded time."""

import json
import subprocess

# One request a connection; nothing outside the lab is read or written.
SETTINGS = """\
verbose = false
quiet = true
json_output = true
show-logfile = false
logging = false
protocol = HTTP/1.1
connection = close
parser = false
failures = 1000000
timeout = 10
gmethod = GET
"""


class Siege:
    def __init__(self, host, url, directory, clients, seconds=None, requests_each=None, pause=None):
        settings = directory / "siege.conf"
        settings.write_text(SETTINGS)
        (directory / ".siege").mkdir(exist_ok=True)
        bound = [f"--time={seconds}S"] if seconds else [f"--reps={requests_each}"]
        rhythm = [f"--delay={pause}"] if pause else ["--benchmark"]
        self._process = host.spawn(
            "env", f"HOME={directory}", "siege", f"--rc={settings}", f"--concurrent={clients}", *bound, *rhythm, url,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )

    def running(self):
        return self._process.poll() is None

    def end(self):
        self._process.kill()
        self._process.communicate()

    def result(self, timeout=60):
        """What siege counted: `transactions`, `failed_transactions`, `response_time` and more."""
        output, complaints = self._process.communicate(timeout=timeout)
        start = output.find("{")
        if start < 0:
            raise RuntimeError(f"siege said: {output}{complaints}")
        return json.loads(output[start:])
