# SPDX-License-Identifier: BSD-3-Clause
"""A second implementation of what IPVS does with packets in direct routing. What it knows of IPVS
is Linux 6.1's behaviour, in words of its own."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from schedulers import NAMES
from servers import ACTIVE, Server

VIP = int(IPv4Address("10.0.0.100"))

# By the state before: "" is none. What is not named stays as it is.
ON_SYN = {"": "SYN_RECV", "SYN_SENT": "ESTABLISHED", "FIN_WAIT": "SYN_RECV", "TIME_WAIT": "SYN_RECV",
          "CLOSE": "SYN_RECV"}
ON_FIN = {"": "CLOSE", "ESTABLISHED": "FIN_WAIT", "SYN_RECV": "TIME_WAIT"}
ON_ACK = {"": "ESTABLISHED", "SYN_RECV": "ESTABLISHED"}
ON_RST = {"": "CLOSE", "ESTABLISHED": "CLOSE", "FIN_WAIT": "CLOSE", "TIME_WAIT": "CLOSE"}
# Neither the kernel's timers nor a sweep are punctual. (Linux 6.1 with 250 Hz: within 16 s, those of
# a minute and two within 2 s.) What hangs upon the order of two events so close decides nothing.
SLACK = 2.5  # seconds
LIVES = {"": 3, "SYN_RECV": 60, "ESTABLISHED": 900, "FIN_WAIT": 120, "TIME_WAIT": 120, "CLOSE": 10,
         "UDP": 300}  # seconds
MOVES = {"S": ON_SYN, "SA": ON_SYN, "F": ON_FIN, "A": ON_ACK, "P": ON_ACK, "R": ON_RST}


@dataclass
class Connection:
    server: Server
    state: str = ""
    template: object = None
    expires: float = 0

    @property
    def active(self):
        return self.state in ACTIVE

    def move(self, packet):
        was = self.active
        self.state = MOVES[packet].get(self.state, self.state) if packet != "U" else "UDP"
        if self.active and not was:
            self.server.active, self.server.inactive = (self.server.active + 1,
                                                        self.server.inactive - 1)
        elif was and not self.active:
            self.server.active, self.server.inactive = (self.server.active - 1,
                                                        self.server.inactive + 1)
        if self.state == "ESTABLISHED" and self.template:
            self.template.assured = True


@dataclass
class Template:
    key: tuple
    server: Server
    life: float  # seconds after the latest connection
    expires: float = 0
    assured: bool = False
    connections: int = 0
    extended: float = -SLACK  # when it would have expired
    abandoned: float = -SLACK  # when it lost the last of its connections


@dataclass
class Service:
    scheduler: object
    servers: list
    protocol: str = "tcp"
    port: int = 80
    persistent: int = 0
    mask: int = 0xFFFFFFFF
    one_packet: bool = False
    gone: dict = field(default_factory=dict)  # servers that were removed, by number
    templates: dict = field(default_factory=dict)


class Director:
    waits = True  # its clock can be moved

    def __init__(self, recording):
        self.sysctl = recording["sysctl"]
        self.now = 0.0  # seconds
        self.latest_end = -SLACK  # of a connection, in its time
        self.close_call = False  # something hung upon the order of two events that were too close
        self.connections = {}
        self.services = []
        for each in recording["services"]:
            servers = []
            scheduler = NAMES[each.get("scheduler", "wlc")](servers)
            for flag in each.get("flags", ()):
                setattr(scheduler, "fallback" if flag.endswith("fallback") else "by_port", True)
            scheduler.port = each.get("port", 80)
            service = Service(scheduler, servers, each.get("protocol", "tcp"), each.get("port", 80),
                              each.get("persistent", 0),
                              int(IPv4Address(each.get("netmask", "255.255.255.255"))),
                              each.get("ops", False))
            self.services.append(service)
            for server in each["servers"]:
                self.add(service, server["id"], server.get("weight", 1), server.get("upper", 0),
                         server.get("lower", 0))

    # --- what an operator does

    def add(self, service, number, weight, upper=0, lower=0):
        server = service.gone.pop(number, None) or Server(number)
        server.edit(weight, upper, lower, added=True)
        service.servers.insert(0, server)
        service.scheduler.added(server)

    def remove(self, service, number):
        server = self.find(service, number)
        at = service.servers.index(server)
        server.available = False
        del service.servers[at]
        service.gone[number] = server
        service.scheduler.removed(server, service.servers[at - 1] if at else None)
        if self.sysctl.get("expire_nodest_conn"):
            for key, connection in list(self.connections.items()):
                if connection.server is server:
                    self.expire(key)
            for key, template in list(service.templates.items()):
                if template.server is server:
                    del service.templates[key]

    def edit(self, service, number, weight, upper, lower):
        server = self.find(service, number)
        server.edit(weight, upper, lower)
        service.scheduler.edited(server)

    @staticmethod
    def find(service, number):
        return next(server for server in service.servers if server.number == number)

    # --- what time does

    def wait(self, seconds):
        """What expires on the way goes in its order; a template in use gets another minute."""
        self.now += seconds
        while True:
            due = [(connection.expires, 0, key, None) for key, connection in
                   self.connections.items()]
            due += [(template.expires, 1, key, service) for service in self.services
                    for key, template in service.templates.items()]
            due = min((each for each in due if each[0] <= self.now), key=lambda each: each[:2],
                      default=None)
            if due is None:
                return
            at, is_template, key, service = due
            if not is_template:
                self.latest_end = at
                self.note_end(self.connections[key].template, at)
                self.expire(key)
                continue
            template = service.templates[key]
            if template.connections:
                template.life = 60
                template.expires = at + 60
                template.extended = at
            else:
                self.latest_end = at
                self.close_call |= at - template.abandoned < SLACK
                del service.templates[key]

    def note_end(self, template, at):
        if template and template.connections == 1:
            template.abandoned = at
            self.close_call |= at - template.extended < SLACK

    def is_settled(self):
        """Nothing has expired that somebody else might not have noticed yet."""
        return self.now - self.latest_end >= SLACK

    # --- what a client does

    def packet(self, kind, client, client_port, port):
        """The number of the server that gets it, or None."""
        protocol = "udp" if kind == "U" else "tcp"
        key = (protocol, client, client_port, port)
        connection = self.connections.get(key)
        superseded = None
        if connection and kind in ("S", "SA") and self.is_superseded(connection):
            superseded, connection = connection, None
        elif connection and not connection.server.available:
            if not self.sysctl.get("expire_nodest_conn"):
                return None
            superseded, connection = connection, None
        if superseded:
            del self.connections[key]
        server = connection.server if connection else None
        if connection:
            self.follow(connection, kind)
        else:
            server = self.begin(key, kind)
        if superseded:  # it ends by a timer, after the packet has been dealt with
            self.unbind(superseded)
        return server.number if server else None

    def error_about(self, protocol, client, client_port, port):
        """An ICMP error that quotes what went from the VIP to the client."""
        key = (protocol, client, client_port, port)
        connection = self.connections.get(key)
        if connection:
            return connection.server.number
        server = self.begin(key, None) if self.sysctl.get("schedule_icmp") else None
        return server.number if server else None

    def follow(self, connection, kind):
        connection.move(kind)
        connection.expires = self.now + LIVES[connection.state]

    def is_superseded(self, connection):
        if self.sysctl.get("expire_nodest_conn") and connection.server.weight == 0:
            return True
        mode = self.sysctl.get("conn_reuse_mode", 1)
        if connection.template or not mode:
            return False
        return connection.state in ("TIME_WAIT", "CLOSE") or (bool(mode & 2) and
                                                              connection.state == "FIN_WAIT")

    def begin(self, key, kind):
        protocol, client, client_port, port = key
        if kind == "R" or (kind in ("A", "P", "F") and not self.sysctl.get("sloppy_tcp")):
            return None
        service = self.service_for(protocol, port)
        if service is None or client_port == 20:
            return None
        template = None
        if service.persistent:
            template = self.template_for(service, client, client_port, port)
            if template is None:
                return None
        elif service.port != port:
            return None
        server = template.server if template else service.scheduler.pick(client, VIP, client_port)
        if server is None:
            return None
        connection = Connection(server, template=template)
        server.bind()
        if template:
            template.connections += 1
        if kind:
            self.follow(connection, kind)
        else:
            connection.expires = self.now + LIVES[""]
            connection.state = "UDP" if protocol == "udp" else ""
        if service.one_packet:
            self.unbind(connection)
        else:
            self.connections[key] = connection
        return server

    def service_for(self, protocol, port):
        for wanted in (port, 0):
            for service in self.services:
                if service.protocol == protocol and service.port == wanted:
                    return service
        return None

    def template_for(self, service, client, client_port, port):
        key = (client & service.mask, service.port if service.port == port else 0)
        template = service.templates.get(key)
        if template and template.server.available and not (
                self.sysctl.get("expire_quiescent_template") and template.server.weight == 0):
            template.expires = self.now + template.life
            return template
        if template:
            service.templates[("dead", self.now, *key)] = service.templates.pop(key)
        server = service.scheduler.pick(client, VIP, client_port)
        if server is None:
            return None
        service.templates[key] = Template(key, server, service.persistent,
                                          self.now + service.persistent)
        return service.templates[key]

    def unbind(self, connection):
        connection.server.unbind(connection.active)
        if connection.template:
            connection.template.connections -= 1

    def expire(self, key):
        self.unbind(self.connections.pop(key))

    # --- what ipvsadm shows

    def table(self, service):
        return {str(server.number): {"weight": server.weight, "active": server.active,
                                     "inactive": server.inactive} for server in service.servers}

    def listing(self):
        rows = []
        for (protocol, client, client_port, port), connection in self.connections.items():
            rows.append({"protocol": protocol.upper(), "state": connection.state or "NONE",
                         "client": f"{IPv4Address(client)}:{client_port}",
                         "virtual": f"10.0.0.100:{port}",
                         "server": f"10.0.0.{100 + connection.server.number}:{port}"})
        for service in self.services:
            for key, template in service.templates.items():
                if key[0] == "dead":
                    continue
                rows.append({"protocol": service.protocol.upper(),
                             "state": "ASSURED" if template.assured else "NONE",
                             "client": f"{IPv4Address(key[0])}:0",
                             "virtual": f"10.0.0.100:{key[1]}",
                             "server": f"10.0.0.{100 + template.server.number}:{key[1]}"})
        return rows
