# SPDX-License-Identifier: BSD-3-Clause
"""keepalived on a host of the lab, as the other side of a VRRP instance."""

import subprocess

from network import VIP
from wait import wait_until

CONFIGURATION = """\
global_defs {{
  vrrp_version {version}
  vrrp_garp_master_delay 1
  script_user nobody
}}
vrrp_instance web {{
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority {priority}
  advert_int {interval}
  {rest}
  virtual_ipaddress {{
    {vip}/32 dev eth0
  }}
}}
"""


class Keepalived:
    """The VIP is an address of the host while it is master."""

    def __init__(self, lab, host, priority, version=3, interval="0.1", rest=""):
        self.host = host
        self._directory = lab.directory / f"keepalived-{host.name}"
        self._directory.mkdir()
        self._file = self._directory / "keepalived.conf"
        self._file.write_text(CONFIGURATION.format(version=version, priority=priority, interval=interval, rest=rest,
                                                   vip=VIP))
        self.process = None

    def start(self):
        pids = [f"--{name}={self._directory / name}" for name in ("pid", "vrrp_pid")]
        with open(self._directory / "log", "a", encoding="utf-8") as log:
            self.process = self.host.spawn("keepalived", "--vrrp", "--dont-fork", "--log-console", "--log-detail",
                                           f"--use-file={self._file}", *pids, stdout=log, stderr=subprocess.STDOUT)
        wait_until(lambda: "Entering BACKUP STATE" in self.log(), "keepalived has begun")

    def log(self):
        return (self._directory / "log").read_text(errors="replace") if self.process else ""

    def is_master(self):
        return f"inet {VIP}/" in self.host.ip("-o", "address", "show", "dev", "eth0")

    def stop(self):
        """Says that it leaves."""
        self.process.terminate()
        self.process.wait(timeout=10)
