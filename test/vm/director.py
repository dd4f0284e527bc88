# SPDX-License-Identifier: BSD-3-Clause
"""A director of today's: the kernel's IPVS with its sync daemons, and keepalived for the VIP, in a namespace
of the machine's on a card of its own."""

from network import VIP

ADDRESS = "192.0.2.14"
SYNC_ID = 7
INSIDE = "ip netns exec director"

KEEPALIVED = """\
vrrp_instance web {{
  state BACKUP
  interface {interface}
  virtual_router_id 51
  priority {priority}
  advert_int 0.3
  virtual_ipaddress {{
    {vip}/32 dev {interface}
  }}
}}
global_defs {{
  vrrp_version 3
  vrrp_garp_master_delay 1
}}
"""


class Director:
    def __init__(self, guest, card, servers):
        self._guest = guest
        self._interface = guest.output(f"ls /sys/bus/pci/devices/{card.address}/net /sys/bus/pci/devices/{card.address}"
                                       "/virtio*/net 2>/dev/null | tail -n 1", check=False).strip()
        sync = f"--syncid {SYNC_ID} --mcast-interface {self._interface}"
        commands = [
            "modprobe ip_vs", "ip netns add director", f"ip link set {self._interface} netns director",
            f"{INSIDE} ip link set lo up", f"{INSIDE} ip link set {self._interface} up",
            f"{INSIDE} ip address add {ADDRESS}/24 dev {self._interface}",
            # A connection is told of with its first packets, and often from then on.
            f"{INSIDE} sysctl -qw net.ipv4.vs.sync_threshold='1 2'",
            f"{INSIDE} ipvsadm -A -t {VIP}:80 -s rr",
            *(f"{INSIDE} ipvsadm -a -t {VIP}:80 -r {server.address}:80 -g" for server in servers),
            f"{INSIDE} ipvsadm --start-daemon master {sync}", f"{INSIDE} ipvsadm --start-daemon backup {sync}"]
        guest.run(" && ".join(commands))

    def start(self, priority):
        """keepalived takes part in who has the VIP."""
        self._guest.write("/root/keepalived.conf", KEEPALIVED.format(interface=self._interface, priority=priority, vip=VIP))
        self._guest.run(f"systemd-run --quiet --unit=old-keepalived {INSIDE} keepalived --vrrp --dont-fork --log-console "
                        "--use-file=/root/keepalived.conf --pid=/run/old-keepalived --vrrp_pid=/run/old-keepalived-vrrp")

    def stop(self):
        self._guest.run("systemctl stop old-keepalived", check=False)

    def has_the_vip(self):
        return f"inet {VIP}/" in self._guest.output(f"{INSIDE} ip -o address show dev {self._interface}")

    def connections(self):
        """Of clients, as `ipvsadm -Lnc` shows them."""
        return [line for line in self._guest.output(f"{INSIDE} ipvsadm -Lnc").splitlines() if "ESTABLISHED" in line]

    def remove(self):
        self.stop()
        self._guest.run(f"{INSIDE} ipvsadm --stop-daemon master; {INSIDE} ipvsadm --stop-daemon backup; "
                        f"{INSIDE} ipvsadm -C; ip netns del director", check=False)
