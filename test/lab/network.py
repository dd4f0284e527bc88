# SPDX-License-Identifier: BSD-3-Clause
"""The lab's network: a switch and the hosts on it, each a network namespace; PICTURE shows it.

A request goes client -> lb1 -> a real server, its answer goes straight back to
the client. Every host has one interface, eth0, whose last address byte is also
that of its MAC address (.21: 02:00:00:00:00:15). The switch names its ports
after the hosts. No interface ever exists in the namespace of the host that the
lab runs on.
"""

import os
import signal
import subprocess
from pathlib import Path

from host import Host
from wait import wait_until

PICTURE = """\
                          192.0.2.0/24, 2001:db8::/64

     client .100 ---+                       +--- rs1 .21   real servers: nginx,
                    |                       |              the VIP on lo,
     lb1 .11 -------+-------- switch -------+--- rs2 .22   silent to ARP for it
     (droverd)      |    a Linux bridge     |
                    |                       |
     lb2 .12 -------+                       +--- rs3 .23
     (spare)
                     VIP .10, which lb1 answers ARP for
"""

VIP = "192.0.2.10"
VIP6 = "2001:db8::10"
NUMBERS = {"client": 100, "lb1": 11, "lb2": 12, "rs1": 21, "rs2": 22, "rs3": 23}
NETNS = Path("/run/netns")


class Network:
    """The hosts, as attributes by name and in `hosts`."""

    def __init__(self, prefix, outlives_us=False):
        self.prefix = prefix
        self.hosts = {name: Host(name, f"{prefix}-{name}", number, outlives_us) for name, number in NUMBERS.items()}
        self.switch = Host("switch", f"{prefix}-switch", 0)
        self.client, self.lb1, self.lb2 = (self.hosts[name] for name in ("client", "lb1", "lb2"))
        self.real_servers = [self.hosts[name] for name in ("rs1", "rs2", "rs3")]

    def create(self):
        _add_namespace(self.switch)
        self.switch.ip("link add bridge type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
                       "link set bridge up\n")
        for host in self.hosts.values():
            _add_namespace(host)
            self._plug_in(host)

    def _plug_in(self, host):
        self.switch.ip(f"link add {host.name} type veth peer name eth0 address {host.mac} netns {host.namespace}\n"
                       f"link set {host.name} master bridge up\n")
        host.ip("link set lo up\n"
                "link set eth0 up\n"
                f"address add {host.address}/24 dev eth0\n"
                f"address add {host.address6}/64 dev eth0 nodad\n")
        # A veth hands frames over with unfinished checksums and unsplit segments; a wire does not.
        host.run("ethtool", "-K", "eth0", "tx", "off", "gro", "off", "gso", "off")
        # The bridge would hand a VLAN tag over beside the frame, where AF_XDP does not see it.
        self.switch.run("ethtool", "-K", host.name, "txvlan", "off", "tx-vlan-stag-hw-insert", "off")


def _add_namespace(host):
    subprocess.run(["ip", "netns", "add", host.namespace], check=True, start_new_session=True)
    # Nothing is sent unasked, and no address waits for its duplicates to be ruled out.
    host.set(net__ipv6__conf__all__accept_dad=0, net__ipv6__conf__default__accept_dad=0,
             net__ipv6__conf__default__router_solicitations=0)
    # A client's port that comes around while its last connection is remembered goes to the same server again.
    host.set(net__ipv4__ip_local_port_range="1024 65535")
    if host.name == "switch":
        host.set(net__ipv6__conf__default__disable_ipv6=1)


def remove_network(prefix):
    """Ends every process in the network's namespaces, then removes them and what they hold."""
    namespaces = sorted(path.name for path in NETNS.glob(f"{prefix}-*"))
    for namespace in namespaces:
        _end_processes(namespace)
    for namespace in namespaces:
        # By name and at once: the kernel would remove them some time after the namespace.
        subprocess.run(["ip", "-n", namespace, "link", "del", "eth0"], stderr=subprocess.DEVNULL,
                       start_new_session=True, check=False)
        subprocess.run(["ip", "netns", "del", namespace], start_new_session=True, check=False)


def _end_processes(namespace):
    def left():
        listed = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True,
                                start_new_session=True, check=False)
        # a thread of ours that is inside the namespace just now is not to be ended
        return [int(pid) for pid in listed.stdout.split() if int(pid) != os.getpid()]

    def none_left():
        for pid in left():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            _reap(pid)
        return not left()

    wait_until(none_left, f"the end of the processes in {namespace}")


def _reap(pid):
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
