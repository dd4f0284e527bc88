# SPDX-License-Identifier: BSD-3-Clause
"""A host of the lab: one network namespace with one interface, eth0."""

import contextlib
import ctypes
import os
import subprocess
from pathlib import Path

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def _set_namespace(file_descriptor):
    if libc.setns(file_descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Host:
    def __init__(self, name, namespace, number, outlives_us=False):
        self.name = name
        self.namespace = namespace
        self.address = f"192.0.2.{number}"
        self.address6 = f"2001:db8::{number}"
        self.mac = f"02:00:00:00:00:{number:02x}"
        self._outlives_us = outlives_us

    def run(self, *command, check=True, timeout=60, **options):
        """Runs a command to its end and returns it, with its output as text."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.namespace, *map(str, command)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
            start_new_session=True, **options,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
        return done

    def spawn(self, *command, **options):
        """Starts a process, which the kernel ends when we die, however we die; a Ctrl-C is for us alone."""
        follow = [] if self._outlives_us else ["setpriv", "--pdeathsig", "KILL"]
        return subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, *follow, *map(str, command)],
            stdin=subprocess.DEVNULL, start_new_session=True, **options,
        )

    def ip(self, *arguments):
        """Runs `ip ARGUMENTS` on this host; several commands at once when one argument has several lines."""
        if len(arguments) == 1:
            subprocess.run(["ip", "-n", self.namespace, "-batch", "-"], input=arguments[0], text=True,
                           check=True, start_new_session=True)
            return ""
        return self.run("ip", *arguments).stdout

    def set(self, **settings):
        """Sets sysctls: set(net__ipv4__ip_forward=0)."""
        with self.inside():
            for name, value in settings.items():
                Path("/proc/sys", *name.split("__")).write_text(str(value))

    @contextlib.contextmanager
    def inside(self):
        """What this thread opens in here (sockets above all) belongs to this host, afterwards too."""
        ours = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        theirs = os.open(f"/run/netns/{self.namespace}", os.O_RDONLY)
        try:
            _set_namespace(theirs)
            yield
        finally:
            _set_namespace(ours)
            os.close(theirs)
            os.close(ours)
