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

    @property
    def relief(self):
        return self.lower or self.upper - self.upper // 4

    def edit(self, weight, upper, lower, added=False):
        self.available = True
        self.weight = weight
        if weight or added:
            self.last_weight = weight
        # A lower one bars nobody by itself: the next connection that begins does.
        if not upper or upper > self.upper:
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
        if not self.upper or self.total < self.relief:
            self.overloaded = False

    def usable(self):
        return self.weight > 0 and not self.overloaded
