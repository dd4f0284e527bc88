# SPDX-License-Identifier: BSD-3-Clause
"""Many long downloads at once: each reads at a steady rate, notes how long it stalls, and is checked by its checksum."""

import hashlib
import socket
import threading
import time

from network import VIP

PERIOD = 0.05


class SteadyDownload:
    """One connection. It is read by the thread of SteadyDownloads alone."""

    def __init__(self, host, path, address):
        with host.inside():
            self._socket = socket.socket(socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        self._socket.settimeout(10)
        self._socket.connect((address, 80))
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n".encode())
        self._socket.setblocking(False)
        self._head = b""
        self._body = hashlib.sha256()
        self._heard = time.monotonic()
        self.longest_stall = 0.0
        self.trouble = None  # why it ended early
        self.ended = False

    def read(self, most):
        """Takes what has come, `most` bytes at most."""
        now = time.monotonic()
        try:
            piece = self._socket.recv(most)
        except BlockingIOError:
            self.longest_stall = max(self.longest_stall, now - self._heard)
            return
        except OSError as error:
            self.trouble, self.ended = str(error), True
            return
        self.longest_stall = max(self.longest_stall, now - self._heard)
        self._heard = now
        if not piece:
            self.ended = True
            self._socket.close()
        elif b"\r\n\r\n" in self._head:
            self._body.update(piece)
        else:
            self._head += piece
            self._body.update(self._head.partition(b"\r\n\r\n")[2])

    def has_begun(self):
        return b"\r\n\r\n" in self._head

    def is_whole(self, pages):
        """`pages` are the checksums of the pages that the servers have, of which it must be one."""
        return self.ended and self.trouble is None and self._body.hexdigest() in pages

    def close(self):
        self._socket.close()


class SteadyDownloads:
    """`with SteadyDownloads(lab, count, seconds) as downloads:` - they last that long unless finish() is called."""

    def __init__(self, lab, count, seconds=30, address=VIP):
        self._lab = lab
        self._texts = {server: f"This is {server.name}: {'0123456789' * 20}\n" * (200 * seconds)
                       for server in lab.web_servers}
        self._pages = {hashlib.sha256(text.encode()).hexdigest() for text in self._texts.values()}
        self._rate = len(max(self._texts.values(), key=len)) / seconds
        self._count = count
        self._address = address
        self._hurry = threading.Event()
        self._over = threading.Event()
        self.all = []

    def __enter__(self):
        for server, text in self._texts.items():
            server.write("long", text)
        self._thread = threading.Thread(target=self._read_on)
        self._thread.start()
        try:
            self.open(self._count)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        for download in self.all:
            download.close()

    def open(self, count):
        """So many more."""
        for _ in range(count):
            self.all.append(SteadyDownload(self._lab.client, "/long", self._address))

    def _read_on(self):
        next_time = time.monotonic()
        while not self._over.is_set():
            most = 1 << 18 if self._hurry.is_set() else max(1, int(self._rate * PERIOD))
            for download in list(self.all):
                if not download.ended:
                    download.read(most)
            next_time = max(next_time + PERIOD, time.monotonic() - 1)
            time.sleep(max(0, next_time - time.monotonic()))

    def begun(self):
        return sum(download.has_begun() for download in self.all)

    def finish(self, deadline=60):
        """Lets them end as fast as they can; those that are broken, or did not end."""
        self._hurry.set()
        end = time.monotonic() + deadline
        while time.monotonic() < end and not all(download.ended for download in self.all):
            time.sleep(0.05)
        return [download for download in self.all if not download.is_whole(self._pages)]

    def longest_stall(self):
        """Of all of them, in seconds."""
        return max(download.longest_stall for download in self.all)
