# SPDX-License-Identifier: BSD-3-Clause
"""The emulated machine: qemu in the lab's switch namespace, each of its cards on a tap of the switch's bridge.

PCI addresses are fixed, so that tests can name the cards.
"""

import subprocess
from dataclasses import dataclass

from guest import Guest
from json_channel import JsonChannel
from wait import wait_until

MEMORY_MB = 2048
KERNEL_LINE = "root=/dev/vda ro console=ttyS0 intel_iommu=on quiet"


@dataclass(frozen=True)
class Card:
    """A network card; `options` are qemu's."""

    name: str  # of its tap
    model: str
    slot: int
    mac: str
    options: str = ""
    queues: int = 1

    @property
    def address(self):
        return f"0000:00:{self.slot:02x}.0"


# virtio's own rings are behind the IOMMU only with iommu_platform.
VIRTIO = "disable-legacy=on,iommu_platform=on"
CARDS = {card.name: card for card in (
    Card("vm-e1000e", "e1000e", 0x10, "52:54:00:00:00:10"),
    Card("vm-virtio", "virtio-net-pci", 0x11, "52:54:00:00:00:11", f"{VIRTIO},mq=on,vectors=6,rss=on", queues=2),
    Card("vm-vmxnet3", "vmxnet3", 0x12, "52:54:00:00:00:12"),
    Card("vm-e1000", "e1000", 0x13, "52:54:00:00:00:13"),
)}


class Machine:
    def __init__(self, lab, image, share, cards=None):
        """`image`: the folder that test/vm/image made. `share`: a folder that the machine sees as /mnt."""
        self._lab = lab
        self._image = image
        self._share = share
        self.cards = list(CARDS.values()) if cards is None else cards
        self._console = lab.directory / "console.log"
        self._monitor_path = lab.directory / "monitor.sock"
        self.guest = Guest(lab.directory / "agent.sock")
        self._qemu = None

    def start(self, deadline=600):
        switch = self._lab.network.switch
        for card in self.cards:
            many = " multi_queue" if card.queues > 1 else ""
            switch.ip(f"tuntap add {card.name} mode tap{many}\nlink set {card.name} master bridge up\n")
            # The bridge would hand a VLAN tag over beside the frame.
            switch.run("ethtool", "-K", card.name, "txvlan", "off", "tx-vlan-stag-hw-insert", "off", check=False)
        with open(self._lab.directory / "qemu.log", "w", encoding="utf-8") as log:
            self._qemu = switch.spawn(*self._command(), stdout=log, stderr=subprocess.STDOUT)
        self.wait_until_up(deadline)

    def wait_until_up(self, deadline=600):
        wait_until(lambda: self._died() or self.guest.answers(), "the machine is up", deadline, interval=0.2)
        if self._died():
            raise RuntimeError(f"qemu ended: {(self._lab.directory / 'qemu.log').read_text()}")
        self.guest.run("mountpoint -q /mnt || mount -t 9p -o trans=virtio,msize=262144 share /mnt")

    def reboot(self):
        # Later than this call, whose answer the agent could not give any more.
        self.guest.run("systemd-run --quiet --on-active=2 systemctl reboot")
        wait_until(lambda: not self.guest.answers(), "the machine goes down", 60, interval=0.2)
        self.wait_until_up()

    def set_link(self, card, up):
        self._ask_monitor("set_link", name=card.name, up=up)

    def console(self):
        return self._console.read_text(errors="replace")

    def _died(self):
        return self._qemu.poll() is not None

    def _ask_monitor(self, command, **arguments):
        channel = JsonChannel(self._monitor_path)
        try:
            channel.receive()  # its greeting
            channel.ask("qmp_capabilities")
            return channel.ask(command, **arguments)
        finally:
            channel.close()

    def _command(self):
        directory = self._lab.directory
        command = [
            "qemu-system-x86_64", "-machine", "q35,accel=tcg,kernel-irqchip=off", "-cpu", "max", "-smp", "2",
            "-m", MEMORY_MB, "-display", "none", "-nodefaults", "-no-user-config",
            "-device", "intel-iommu,intremap=on,aw-bits=48",
            "-kernel", self._image / "vmlinuz", "-initrd", self._image / "initrd.img", "-append", KERNEL_LINE,
            "-drive", f"file={self._image}/disk.img,format=raw,if=none,id=disk,snapshot=on",
            "-device", "virtio-blk-pci,drive=disk,bus=pcie.0,addr=0x3",
            "-serial", f"file:{self._console}",
            "-qmp", f"unix:{self._monitor_path},server=on,wait=off",
            "-chardev", f"socket,path={directory}/agent.sock,server=on,wait=off,id=agent",
            "-device", "virtio-serial-pci,bus=pcie.0,addr=0x4", "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
            "-fsdev", f"local,id=share,path={self._share},security_model=none",
            "-device", "virtio-9p-pci,fsdev=share,mount_tag=share,bus=pcie.0,addr=0x5",
            "-device", "virtio-rng-pci,bus=pcie.0,addr=0x6",
            "-netdev", "user,id=way-in,restrict=on",
            "-device", "virtio-net-pci,netdev=way-in,mac=52:54:00:00:00:01,bus=pcie.0,addr=0x7",
        ]
        for card in self.cards:
            many = f",queues={card.queues}" if card.queues > 1 else ""
            options = f",{card.options}" if card.options else ""
            command += ["-netdev", f"tap,id=tap-{card.name},ifname={card.name},script=no,downscript=no,vhost=off{many}",
                        "-device", f"{card.model},id={card.name},netdev=tap-{card.name},mac={card.mac},"
                                   f"bus=pcie.0,addr={card.slot:#x}{options}"]
        return command
