# SPDX-License-Identifier: BSD-3-Clause
"""A balancer dies amid new connections while all processors are busy, and none of which a server has seen the first
packet is lost (the picture: network.py; lb2 runs droverd, too).

     client --- one connection after the other ---> VIP at lb1 or lb2 (killed in its turn) ---> rs1, rs2, rs3
"""

import select
import signal
import socket
import threading
import time

from busy_processors import busy_processors
from network import VIP
from scenario import for_each_driver
from test_failover import FailoverScenario
from test_sync import SyncedPair
from wait import wait_until

KILLS = 3
BEFORE, AFTER = 300, 60  # connections that are opened before the kill at least, and after it
LOADED_SECONDS = 120     # at most
PATIENCE = 20            # seconds for an answer; a packet that was lost in the gap comes again after 1, 2, 4


class Opener:
    """A client that opens connections, without a pause and without waiting for one of them. None asks for anything
    before all are open, so whoever forwards the request must know the server from the connection alone."""

    def __init__(self, client):
        self._client = client
        self._opened = []
        self._left = None  # to be opened; None: without end
        self._thread = threading.Thread(target=self._open_on)
        self._thread.start()

    def _open_on(self):
        with self._client.inside():
            while self._left is None or self._left > 0:
                connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
                connection.connect_ex((VIP, 80))
                self._opened.append(connection)
                if self._left is not None:
                    self._left -= 1
                time.sleep(0.001)

    def opened(self):
        return len(self._opened)

    def finish(self, more):
        """After so many more; all connections."""
        self._left = more
        self._thread.join()
        return self._opened


def trouble(connection, pages):
    """Why this connection is broken; None: the server that has it has answered."""
    if not select.select([], [connection], [], PATIENCE)[1]:
        return "was not opened"
    try:
        connection.settimeout(PATIENCE)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    except OSError as error:
        return str(error)
    finally:
        connection.close()
    return None if any(answer.endswith(page) for page in pages) else f"answered {answer!r}"


@for_each_driver
class NewConnections(FailoverScenario):
    def setUp(self):
        super().setUp()
        self.pair = SyncedPair(self.lab, self.driver, vrrp=self.vrrp)
        self.first, self.second = self.pair.first, self.pair.second

    def crash(self, dies, lives):
        """Connections are opened while a balancer dies; how many there were, the broken ones, and how many left late."""
        opener = Opener(self.lab.client)
        try:
            wait_until(lambda: opener.opened() >= BEFORE, "connections are opened", deadline=30)
            late = self.pair.sync(dies)["late"]
            told = self.pair.sync(dies)["told"]
            dies.stop(signal.SIGKILL)
        finally:
            connections = opener.finish(AFTER)
        self.pair.wait_for_master(lives, deadline=20)
        self.assertGreater(told, BEFORE / 2)
        pages = [server.page.encode() for server in self.lab.web_servers]
        return len(connections), [why for why in (trouble(each, pages) for each in connections) if why], late

    def test_none_is_lost_in_a_crash_with_all_processors_busy(self):
        self.pair.start()
        dies, lives = self.first, self.second
        opened, broken, late = 0, [], 0
        with busy_processors(LOADED_SECONDS) as burners:
            for _ in range(KILLS):
                of_all, of_these, before_record = self.crash(dies, lives)
                opened += of_all
                broken += of_these
                late += before_record
                self.pair.start(dies)
                dies, lives = lives, dies
            self.assertEqual([burner.poll() for burner in burners], [None] * len(burners), "the load lasted")
        print(f"{KILLS} kills amid new connections with {len(burners)} processors busy: broken {len(broken)} of "
              f"{opened}; {late} left before their record", flush=True)
        self.assertEqual(broken, [])
        self.assertEqual(late, 0)
