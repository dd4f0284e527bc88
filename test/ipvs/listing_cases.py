# SPDX-License-Identifier: BSD-3-Clause
"""What ipvsadm is asked to list: services, clients' packets, and with which options."""

VIP, VIP6 = "192.0.2.10", "2001:db8::10"


def service(option, scheduler, *servers, more=""):
    """The rules of a service, its servers as "ADDRESS OPTIONS"."""
    rules = [f"-A {option} -s {scheduler} {more}".rstrip()]
    for server in servers:
        address, _, options = server.partition(" ")
        rules.append(f"-a {option} -r {address} -g {options or '-w 1'}")
    return rules


def joined(*services):
    return [rule for rules in services for rule in rules]


PAIR = ("192.0.2.21", "192.0.2.22 -w 3")
PAIR6 = ("2001:db8::21", "2001:db8::22 -w 3")

# Each scheduler, and those that have flags with all of them.
SCHEDULERS = ("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "sh -b sh-fallback",
              "sh -b sh-port", "sh -b sh-fallback,sh-port", "mh -b mh-fallback", "mh -b mh-port", "mh -b mh-port,mh-fallback")

PERSISTENCE = joined(
    service(f"-t {VIP}:80", "rr", *PAIR, more="-p 300"),
    service(f"-t {VIP}:81", "wlc", *PAIR, more="-p 1 -M 255.255.255.0"),
    service(f"-t {VIP}:82", "sh", *PAIR, more="-p 86400 -M 255.255.0.0 -b sh-port"),
    service(f"-t {VIP}:0", "rr", *PAIR, more="-p 600"),
    service(f"-u {VIP}:53", "wrr", *PAIR, more="-p 90 -M 255.255.255.254"),
    service(f"-t [{VIP6}]:80", "rr", *PAIR6, more="-p 300"),
    service(f"-t [{VIP6}]:81", "mh", *PAIR6, more="-p 300 -M 64 -b mh-fallback,mh-port"))

ONE_PACKET = joined(
    service(f"-u {VIP}:53", "rr", *PAIR, more="-o"),
    service(f"-u {VIP}:54", "sh", *PAIR, more="-b sh-fallback -o"),
    service(f"-u {VIP}:55", "wlc", *PAIR, more="-p 60 -M 255.255.255.0 -o"),
    service(f"-u [{VIP6}]:53", "rr", *PAIR6, more="-o"))

WEIGHTS = joined(
    service(f"-t {VIP}:80", "wlc", "192.0.2.21 -w 0", "192.0.2.22 -w 1 -x 1000 -y 750", "192.0.2.23 -w 65535 -x 65535",
            "192.0.2.24 -w 100 -x 1000000000"),
    service(f"-t [{VIP6}]:80", "wrr", "2001:db8::21 -w 0 -x 2 -y 1", "2001:db8::22 -w 65535"))

# The tool subtracts addresses as 32 bits with a sign.
ORDER = joined(*(service(f"{option}:{port}", "rr", "192.0.2.200", "192.0.2.3", "192.0.2.129")
                 for option, port in (("-t 192.0.2.10", 443), ("-t 192.0.2.10", 80), ("-u 192.0.2.10", 53), ("-t 10.0.0.9", 80),
                                      ("-t 192.0.2.9", 8080), ("-u 172.16.0.1", 53), ("-t 172.16.0.1", 65535))),
               *(service(f"-t [{address}]:80", "rr", "2001:db8::200", "2001:db8::3", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                         "2001:db8::8000:1")
                 for address in ("2001:db8::10", "2001:db8::9", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8::f000:1")))

NAMED = joined(
    service(f"-t {VIP}:80", "rr", *PAIR),
    service(f"-t {VIP}:443", "sh", *PAIR, more="-p 300 -M 255.255.255.0 -b sh-port"),
    service(f"-t {VIP}:8", "rr", *PAIR),
    service(f"-u {VIP}:53", "rr", *PAIR, more="-o"),
    service(f"-u {VIP}:514", "rr", *PAIR),
    service(f"-t {VIP}:514", "rr", *PAIR),
    service("-t 192.0.2.11:80", "rr", "192.0.2.23", "192.0.2.24"),
    service(f"-t [{VIP6}]:80", "rr", *PAIR6),
    service("-t [2001:db8::11]:443", "rr", "2001:db8::23"))

HOSTS = {
    VIP: "www.example.net", "192.0.2.11": "a-name-that-is-longer-than-its-column.example.net",
    "192.0.2.21": "rs1", "192.0.2.23": "the-third-of-the-real-servers.example.net",
    "192.0.2.24": "a-name-that-fills-more-than-all-of-ipvsadms-own-buffer-of-sixty.example.net",
    VIP6: "www6.example.net", "2001:db8::21": "rs1-by-ipv6", "2001:db8::23": "the-third-of-the-real-servers-by-ipv6.example.net",
    "198.51.100.7": "client", "198.51.100.8": "a-client-with-a-rather-long-name.example.net",
}

SERVICES = "http 80/tcp\nhttps 443/tcp\ndomain 53/tcp\ndomain 53/udp\nshell 514/tcp\nsyslog 514/udp\nsip 5060/udp\n"

TRAFFIC = joined(
    service(f"-t {VIP}:80", "rr", *PAIR), service(f"-u {VIP}:53", "rr", *PAIR), service(f"-t {VIP}:443", "rr", *PAIR, more="-p 300"),
    service(f"-t {VIP}:8080", "rr", *PAIR, more="-p 300 -M 255.255.255.0"), service(f"-u {VIP}:5060", "rr", *PAIR, more="-p 300"),
    service(f"-t [{VIP6}]:80", "rr", *PAIR6), service(f"-u [{VIP6}]:53", "rr", *PAIR6),
    service(f"-t [{VIP6}]:443", "rr", *PAIR6, more="-p 300 -M 64"))


def conversations():
    """(kind, client, its port, VIP, port): all states that a client's segments alone lead to, of both families."""
    for client, vip in (("198.51.100.7", VIP), ("198.51.100.8", VIP), ("2001:db8:ffff::7", VIP6)):
        for number, kinds in enumerate(("S", "SA", "SAP", "SAPF", "SAPFA", "SAPR", "SR", "SASA")):
            parts = ["SA"] * 2 if kinds == "SASA" else list(kinds)
            for kind in parts:
                yield kind, client, 40000 + number, vip, 80
        for kind in "SAP":
            yield kind, client, 50000, vip, 443
        yield "S", client, 50001, vip, 443
        yield "U", client, 50002, vip, 53
        yield "U", client, 50002, vip, 53
    for client in ("198.51.100.7", "203.0.113.250"):
        for kind in "SAP":
            yield kind, client, 65535, VIP, 8080
        yield "U", client, 1024, VIP, 5060


BIG = joined(service(f"-u {VIP}:53", "wrr", "192.0.2.21", "192.0.2.22 -w 9"), service(f"-u {VIP}:54", "rr", "192.0.2.21"))

FEW = ("-Ln", "-L", "-Sn", "-Ln --stats", "-Ln --tun-info", "-Ln --persistent-conn")
TABLES = ("", "-L", "-l", "-Ln", "-L -n --sort", "-Ln --stats", "-Ln --stats --exact", "-Ln --stats -X", "-L --stats", "-Ln --rate",
          "-Ln --rate --exact", "-L --rate", "-Ln --thresholds", "-Ln --persistent-conn", "-L --thresholds", "-L --persistent-conn",
          "-Ln --tun-info", "-Ln --exact", "-S", "-Sn", "-S -n", "-Lnc", "-Lc", "-Ln -c --persistent-conn", "-L --timeout",
          "-Ln --timeout", "-L --daemon")
# What goes before what when two kinds of columns are asked for.
TOGETHER = ("-Ln --stats --rate", "-Ln --rate --thresholds", "-Ln --thresholds --persistent-conn", "-Ln --persistent-conn --stats",
            "-Ln --persistent-conn --tun-info", "-Ln --stats --tun-info", "-Ln --timeout --exact")
# Uses that are refused, and services that are not there.
REFUSED = ("-Lnc --stats", "-Lnc --rate", "-Lnc --thresholds", "-Lnc --timeout", "-Lnc --daemon", f"-Lnc -t {VIP}:80",
           "-L --timeout --daemon", "-L --timeout --stats", "-L --daemon --rate", "-L --timeout --persistent-conn",
           f"-L --timeout -t {VIP}:80", f"-L --daemon -u {VIP}:53", f"-S -t {VIP}:80", "-S --stats", "-S -c", "-S --timeout", "-S --exact",
           "-L -S", f"-Ln -t {VIP}:81", f"-Ln -u {VIP}:80", f"-Ln -t [{VIP6}]:81", "-Ln -f 1", "-Ln -t 203.0.113.1:80", f"-Ln -t {VIP}",
           f"-Ln -t {VIP}:80 -u {VIP}:53", "-L -n x")


class Case:
    def __init__(self, name, rules, frames=(), arguments=TABLES, hosts=None, payload=8, repeat=1):
        self.name, self.rules, self.arguments, self.hosts = name, rules, arguments, hosts or {}
        self.frames, self.payload, self.repeat = list(frames), payload, repeat

    def single_services(self):
        """Listings of single services: the last three."""
        options = [rule.split()[1:3] for rule in self.rules if rule.startswith("-A")]
        return [f"-Ln {option} {address}{columns}" for option, address in options[-3:] for columns in ("", " --stats --exact")]


CASES = (
    Case("empty", [], arguments=TABLES + TOGETHER + ("-Ln --nosort",)),
    Case("schedulers", joined(*(service(f"-t {VIP}:{number}", name, *PAIR) for number, name in enumerate(SCHEDULERS, 1001))),
         arguments=FEW),
    Case("persistence", PERSISTENCE, arguments=FEW), Case("one-packet", ONE_PACKET, arguments=FEW),
    Case("weights", WEIGHTS, arguments=(*FEW, "-Ln --thresholds")), Case("order", ORDER, arguments=FEW),
    Case("names", NAMED, [("S", "198.51.100.7", 40000, VIP, 80), ("S", "198.51.100.8", 50000, VIP, 443), ("U", "198.51.100.8", 53, VIP, 514),
                          ("S", "2001:db8:ffff::7", 40000, VIP6, 80)], hosts=HOSTS,
         arguments=TABLES + ("-L -t www.example.net:http", "-L -t www.example.net:80 --stats", f"-L -u {VIP}:domain", f"-L -t [{VIP6}]:http",
                             "-L -t [2001:DB8:0::10]:80")),
    Case("traffic", TRAFFIC, conversations(), arguments=TABLES + TOGETHER + REFUSED),
    Case("one-service", service(f"-t {VIP}:80", "rr", *PAIR, "192.0.2.3"), arguments=("-Ln --nosort", "-L --nosort --stats", "-Ln")),
    # 9 x 1,600 x 65,535 bytes and a tenth of it.
    Case("thousands-of-bytes", BIG, [("U", "198.51.100.7", 9, VIP, 54)], payload=65507, repeat=1700),
    Case("millions-of-bytes", BIG, [("U", f"198.51.100.{number}", 9, VIP, 53) for number in range(1, 11)], payload=65507, repeat=1800),
)
