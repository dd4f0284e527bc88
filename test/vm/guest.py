# SPDX-License-Identifier: BSD-3-Clause
"""Commands inside the emulated machine, by qemu's guest agent: they need no network."""

import base64
import shlex
import time

from json_channel import JsonChannel
from wait import wait_until


class Done:
    def __init__(self, answer):
        self.status = answer.get("exitcode", 128 + answer.get("signal", 0))
        self.output = base64.b64decode(answer.get("out-data", "")).decode(errors="replace")
        self.complaints = base64.b64decode(answer.get("err-data", "")).decode(errors="replace")


class Guest:
    def __init__(self, path):
        self._path = path
        self._channel = None

    def answers(self):
        """Whether the agent runs: that is late in a boot."""
        try:
            channel = JsonChannel(self._path, timeout=2)
        except OSError:
            return False
        try:
            number = time.monotonic_ns() % 1_000_000_007
            channel.send({"execute": "guest-sync", "arguments": {"id": number}})
            while channel.receive().get("return") != number:
                pass
            return True
        except (OSError, ValueError):
            return False
        finally:
            channel.close()

    def run(self, command, check=True, timeout=60.0):
        """Runs a shell command to its end; `check` raises when it fails."""
        channel = JsonChannel(self._path)
        try:
            pid = channel.ask("guest-exec", path="/bin/bash", arg=["-c", command],
                              **{"capture-output": True,
                                 "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]})["pid"]

            def ended():
                answer = channel.ask("guest-exec-status", pid=pid)
                return answer if answer["exited"] else None
            answer = wait_until(ended, f"the end of, in the machine, {command}", timeout)
        finally:
            channel.close()
        done = Done(answer)
        if check and done.status != 0:
            raise RuntimeError(f"in the machine: {command}: exit {done.status}\n{done.output}{done.complaints}")
        return done

    def output(self, command, **options):
        return self.run(command, **options).output

    def write(self, path, text):
        encoded = base64.b64encode(text.encode()).decode()
        self.run(f"mkdir -p $(dirname {shlex.quote(path)}) && base64 -d >{shlex.quote(path)} <<<{encoded}")
