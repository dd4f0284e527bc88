# SPDX-License-Identifier: BSD-3-Clause
"""Real servers of one virtual service, as IPVS keeps them: a list with the newest in front."""

ACTIVE = {"ESTABLISHED", "SYN_SENT", "SYN_RECV", "SYNACK"}


class Server:
    def __init__(self, number):
        self.number = number
        self.weight = 0
        self.last_weight = 0  # the latest that was not 0
        self.upper = self.lower = 0
        self.active = self.inactive = 0
        self.available = True  # in the list
        self.overloaded = False

    @property
    def total(self):
        return self.active + self.inactive

    @property
    def overhead(self):
        return self.active * 256 + self.total

    def edit(self, weight, upper, lower):
        self.available = True
        self.weight = weight
        if weight:
            self.last_weight = weight
        if upper == 0 or upper > self.upper:
            self.overloaded = False
        self.upper, self.lower = upper, lower

    def bind(self):
        """A connection begins; it counts as inactive until its state says otherwise."""
        self.inactive += 1
        if self.upper and self.total >= self.upper:
            self.overloaded = True

    def unbind(self, active):
        if active:
            self.active -= 1
        else:
            self.inactive -= 1
        if self.lower:
            below = self.total < self.lower
        else:
            below = self.total * 4 < self.upper * 3 if self.upper else True
        if below:
            self.overloaded = False

    def usable(self):
        return self.weight > 0 and not self.overloaded
