# SPDX-License-Identifier: BSD-3-Clause
"""JSON objects, one a line, over a Unix socket: how qemu's monitor and the guest's agent are talked to."""

import json
import socket


class JsonChannel:
    def __init__(self, path, timeout=60.0):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r", encoding="utf-8", errors="replace")

    def close(self):
        self._lines.close()
        self._socket.close()

    def ask(self, command, **arguments):
        """Sends a command and returns what it answers; events that come meanwhile are passed over."""
        self.send({"execute": command, **({"arguments": arguments} if arguments else {})})
        while True:
            answer = self.receive()
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error'].get('desc', answer['error'])}")
            if "return" in answer:
                return answer["return"]

    def send(self, message):
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self):
        line = self._lines.readline()
        if not line:
            raise ConnectionError("the other end is gone")
        # The guest agent puts 0xff before its first answer.
        return json.loads(line.lstrip("\ufffd\xff"))
