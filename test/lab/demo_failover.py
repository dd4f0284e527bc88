#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The demo behind `scripts/demo failover`: the master is killed under load, and comes back."""

import signal
import sys
import time

from balancer import DaemonDied
from lab import Lab
from network import PICTURE, VIP
from pair import Pair
from probe import Probe
from siege import Siege
from wait import TimedOut, wait_until

HUGEPAGES = 256


def main():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    try:
        with Lab(hugepages=HUGEPAGES) as lab:
            return show(lab)
    except (DaemonDied, TimedOut) as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1


def show(lab):
    print(PICTURE.replace("(spare)", "(droverd)").replace("which lb1", "which the master"))
    pair = Pair(lab, vrrp="{id: 51, interval: 10ms}")
    pair.start()
    wait_until(lambda: pair.role(pair.second) == "backup", "lb2 is backup")
    print("Both balancers run droverd with one file; advertisements come every 10 ms.", flush=True)
    tell(pair)
    siege = Siege(lab.client, f"http://{VIP}/", lab.directory, 10, seconds=12, pause=0.05)
    for master, backup, how, word in ((pair.first, pair.second, signal.SIGKILL, "killed (kill -9)"),
                                      (pair.second, pair.first, signal.SIGTERM, "told to end (SIGTERM)")):
        with Probe(lab, VIP) as probe:
            wait_until(lambda p=probe: p.arrived() > 1000, "probes arrive")
            master.stop(how)
            pair.wait_for_master(backup)
            arrived = probe.arrived()
            wait_until(lambda p=probe, a=arrived: p.arrived() > a + 500, "probes arrive again")
        print(f"\n{master.host.name} was {word}. Nothing was forwarded for {1000 * probe.longest_silence():.1f} ms; "
              f"{probe.lost()} of {probe.arrived()} probes, one a millisecond, were lost.", flush=True)
        tell(pair)
        pair.start(master)
        wait_until(lambda m=master: pair.role(m) == "backup", "it is backup")
        time.sleep(0.1)
        print(f"{master.host.name} is back, as backup.", flush=True)
    result = siege.result()
    print(f"\nsiege meanwhile: {result['transactions']} transactions, {result['failed_transactions']} failed.")
    return 0


def tell(pair):
    for balancer in (pair.first, pair.second):
        print(f"  {balancer.host.name}: {pair.role(balancer) or 'not running'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
