# SPDX-License-Identifier: BSD-3-Clause
"""The lab: the network with its web servers, put up and taken down as one."""

import signal
import subprocess
from pathlib import Path

import ownership
from network import VIP, VIP6, Network, remove_network
from webserver import WebServer

ROOT = Path(__file__).resolve().parents[2]
HUGEPAGES = ROOT / "scripts" / "hugepages"


class Lab:
    """`with Lab() as lab:` - whatever happens inside, nothing of it is left after."""

    _up = set()

    def __init__(self, stays=False, hugepages=0):
        self._stays = stays
        self._hugepages = hugepages

    def __enter__(self):
        remove_ownerless()
        self._claim = ownership.Claim()
        Lab._up.add(self)
        try:
            self._put_up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_):
        self.down()

    def _put_up(self):
        self.name = self._claim.name
        self.directory = self._claim.directory
        self.reserved = _hugepages("reserve", self.name, self._hugepages) if self._hugepages else 0
        network = Network(_prefix(self.name), outlives_us=self._stays)
        network.create()
        self.network = network
        self.client, self.lb1, self.lb2 = network.client, network.lb1, network.lb2
        self.real_servers = network.real_servers
        self.web_servers = [WebServer(host, self.directory) for host in network.real_servers]
        for web_server in self.web_servers:
            web_server.start(VIP, VIP6)

    def down(self):
        _remove(self._claim.name)
        Lab._up.discard(self)

    @staticmethod
    def take_all_down():
        """What an exception has left up."""
        for lab in list(Lab._up):
            lab.down()

    def leave(self):
        """Leaves the lab up when we end; remove_staying() takes it down."""
        self._claim.leave()
        self.down = lambda: None


def remove_ownerless():
    """Removes what labs left whose owner died before it could, and returns their names."""
    names = ownership.ownerless()
    for name in names:
        _remove(name)
    return names


def remove_staying(chosen=""):
    """Removes the labs that were left up, or the chosen one, and returns their names."""
    names = [name for name in ownership.staying() if chosen in ("", name)]
    for name in names:
        _remove(name)
    return names


def _prefix(name):
    return f"drover-{name}"


def _remove(name):
    interrupts = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, interrupts)
    try:
        remove_network(_prefix(name))
        _hugepages("release", name)
        ownership.forget(name)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hugepages(*arguments):
    done = subprocess.run([HUGEPAGES, *map(str, arguments)], capture_output=True, text=True,
                          start_new_session=True, check=False)
    return int(done.stdout or 0)
