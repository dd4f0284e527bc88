# SPDX-License-Identifier: BSD-3-Clause
"""A download that takes as long as the test wants: the client reads only when told to."""

import socket


class Download:
    """`GET /large` from `host`; the server cannot send on before step() or finish() reads."""

    def __init__(self, host, address):
        with host.inside():
            self._socket = socket.socket(socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(10)
        self._socket.connect((address, 80))
        self._socket.sendall(b"GET /large HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n")
        self._received = b""
        while b"This is rs" not in self._received or self._received.count(b"\n") < 20:
            self.step()

    def step(self):
        """Reads a little; an error when the connection broke."""
        piece = self._socket.recv(2048)
        if not piece:
            raise ConnectionError("the download ended early")
        self._received += piece

    @property
    def server(self):
        """The real server's name, from the page that it sends."""
        return self._received.partition(b"This is ")[2].partition(b".")[0].decode()

    def finish(self):
        """Reads all the rest and returns whether everything that was announced has come."""
        while piece := self._socket.recv(65536):
            self._received += piece
        self.close()
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return len(body) == int(length.partition(b":")[2])

    def has(self, page):
        """Whether what came is this page; after finish()."""
        return self._received.partition(b"\r\n\r\n")[2] == page

    def close(self):
        self._socket.close()
