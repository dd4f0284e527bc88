#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The demo behind scripts/demo: drover under load, live, then what each server answered."""

import argparse
import signal
import sys
import time

from balancer import Balancer, DaemonDied, configuration
from lab import Lab, remove_ownerless, remove_staying
from network import PICTURE, VIP
from siege import Siege

CLIENTS = 20
PAUSE = 0.05  # so that no client port comes around twice within the run
HUGEPAGES = 128


class Failed(Exception):
    pass


def main():
    options = arguments()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    if options.down is not None:
        names = remove_ownerless() + remove_staying(options.down)
        print(f"Took down: {', '.join(names)}." if names else "No such lab is up.")
        return 0
    try:
        with Lab(stays=options.stay, hugepages=HUGEPAGES) as lab:
            return show(lab, options)
    except (Failed, DaemonDied) as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1


def show(lab, options):
    print(PICTURE)
    balancer = Balancer(lab, "af_xdp")
    balancer.start(configuration(lab, "af_xdp"))
    print(f"droverd runs on lb1; {CLIENTS} clients ask http://{VIP}/ for {options.seconds} s.\n", flush=True)
    siege = Siege(lab.client, f"http://{VIP}/", lab.directory, CLIENTS, seconds=options.seconds, pause=PAUSE)
    watch(balancer, siege)
    result = siege.result()
    failures = result["failed_transactions"]
    print(table(lab.web_servers, failures), flush=True)
    if options.stay:
        print(how_to_look_around(lab, balancer))
        lab.leave()
    else:
        balancer.stop()
    return 1 if failures or not result["transactions"] else 0


def watch(balancer, siege):
    """Shows `drover list` until siege ends: in place on a terminal, else from time to time."""
    view = InPlace() if sys.stdout.isatty() else Plain()
    next_look = time.monotonic()
    while siege.running():
        if balancer.died():
            siege.end()
            raise Failed(f"droverd died ({how_it_ended(balancer.process.returncode)}); the end of its log:\n"
                         + "\n".join(balancer.log().splitlines()[-10:]))
        if time.monotonic() >= next_look:
            next_look += view.interval
            listed = balancer.drover("list", check=False)
            view.show(listed.stdout or listed.stderr)
        time.sleep(0.05)
    view.show(balancer.listing())


class InPlace:
    interval = 0.5

    def __init__(self):
        self._lines = 0

    def show(self, text):
        up = f"\033[{self._lines}A" if self._lines else ""
        sys.stdout.write(up + "\033[J" + text)
        sys.stdout.flush()
        self._lines = text.count("\n")


class Plain:
    interval = 5

    def show(self, text):
        print(text, flush=True)


def table(web_servers, failures):
    counts = {server: sum(status == "200" for *_, status in server.requests()) for server in web_servers}
    total = sum(counts.values())
    rows = [f"{server.name:<10}{server.host.address:<16}{count:>10}{share(count, total):>10}"
            for server, count in counts.items()]
    return "\n".join(["", f"{'server':<10}{'address':<16}{'requests':>10}{'share':>10}", *rows,
                      f"{'total':<26}{total:>10}{share(total, total):>10}",
                      f"{'failures':<26}{failures:>10}", ""])


def share(count, total):
    return f"{100 * count / total:.1f} %" if total else "-"


def how_it_ended(status):
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def how_to_look_around(lab, balancer):
    enter = "\n".join(f"  sudo ip netns exec {host.namespace} bash"
                      for host in [*lab.network.hosts.values(), lab.network.switch])
    return f"""\
The lab stays up. To enter a host:
{enter}
From here:
  sudo ip netns exec {lab.client.namespace} curl http://{VIP}/
  sudo {balancer.client} --socket {balancer.socket} watch
To take it down:
  sudo scripts/demo --down {lab.name}"""


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/demo", add_help=False)
    parser.add_argument("--stay", action="store_true")
    parser.add_argument("--down", nargs="?", const="")
    parser.add_argument("--seconds", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
