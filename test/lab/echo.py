# SPDX-License-Identifier: BSD-3-Clause
"""A TCP connection that carries data both ways and checks every byte, as a shell session would."""

import socket
import threading

PORT = 22


class EchoServer:
    """Sends back what it gets, on one host's address, in a thread."""

    def __init__(self, host):
        with host.inside():
            self._listener = socket.create_server(("", PORT), backlog=16)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=_echo, args=(connection,), daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()


def _echo(connection):
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)


def converse(host, address, rounds, size, timeout=5.0):
    """Sends `rounds` blocks of `size` bytes, each different, and returns how many came back as they went."""
    with host.inside():
        connection = socket.create_connection((address, PORT), timeout=timeout)
    whole = 0
    with connection:
        for number in range(rounds):
            block = number.to_bytes(4, "big") * (size // 4)
            connection.sendall(block)
            back = b""
            while len(back) < len(block):
                part = connection.recv(65536)
                if not part:
                    return whole
                back += part
            whole += back == block
    return whole
