# SPDX-License-Identifier: BSD-3-Clause
"""A kernel's view of its PCI devices, in a folder: as much of sysfs as scripts/bind-nic reads and writes.

The files that the kernel acts upon are FIFOs with a thread behind each.
"""

import os
import threading
from pathlib import Path

# What a real kernel has read from the devices' tables.
KERNELS_DRIVER = {"0x8086": "e1000e", "0x1af4": "virtio-pci", "0x1022": "pcieport"}

SETTLE = "settle"


class FakeKernel:
    def __init__(self, root):
        self.root = Path(root)
        self._pci = self.root / "sys/bus/pci"
        (self._pci / "devices").mkdir(parents=True)
        (self.root / "sys/class/net").mkdir(parents=True)
        self.refuses = set()  # drivers that take no device
        self._threads = []
        self._settled = threading.Semaphore(0)
        for driver in ("e1000e", "virtio-pci", "vfio-pci", "uio_pci_generic", "pcieport"):
            (self._pci / "drivers" / driver).mkdir(parents=True)
            self._serve(self._pci / "drivers" / driver / "unbind", self._unbind)
        self._serve(self._pci / "drivers_probe", self._probe)

    def add_device(self, address, vendor="0x8086", kind="0x020000", interface=None, group="1", carrier="1"):
        device = self._pci / "devices" / address
        device.mkdir()
        (device / "class").write_text(kind + "\n")
        (device / "vendor").write_text(vendor + "\n")
        (device / "modalias").write_text(f"pci:v{vendor}\n")
        (device / "driver_override").write_text("(null)\n")
        (device / "interface").write_text(interface or "")
        if group:
            members = self.root / "sys/kernel/iommu_groups" / group / "devices"
            members.mkdir(parents=True, exist_ok=True)
            (members / address).symlink_to(device)
            (device / "iommu_group").symlink_to(members.parent)
        if interface:
            entry = self.root / "sys/class/net" / interface
            entry.mkdir()
            (entry / "carrier").write_text(carrier + "\n")
            (entry / "address").write_text("52:54:00:00:00:01\n")
        self._probe(address)

    def lies_on(self, upper, lower):
        """A bridge, bond or VLAN over an interface."""
        entry = self.root / "sys/class/net" / upper
        entry.mkdir()
        (entry / f"lower_{lower}").symlink_to(self.root / "sys/class/net" / lower)

    def driver(self, address):
        """Once all that has been written is done."""
        self._settle()
        link = self._pci / "devices" / address / "driver"
        return os.readlink(link).rsplit("/", 1)[-1] if link.is_symlink() else None

    def stop(self):
        for fifo, thread in self._threads:
            fifo.write_text("\n")
            thread.join()

    def _serve(self, fifo, act):
        os.mkfifo(fifo)

        def serve():
            while True:
                written = fifo.read_text().split()
                if not written:
                    return
                for address in written:
                    if address == SETTLE:
                        self._settled.release()
                    else:
                        act(address)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self._threads.append((fifo, thread))

    def _settle(self):
        for fifo, _ in self._threads:
            fifo.write_text(SETTLE + "\n")
            self._settled.acquire()

    def _unbind(self, address):
        device = self._pci / "devices" / address
        (device / "driver").unlink()
        for entry in (device / "net").glob("*"):
            entry.rmdir()

    def _probe(self, address):
        device = self._pci / "devices" / address
        if (device / "driver").is_symlink():
            return
        override = (device / "driver_override").read_text().strip().replace("(null)", "")
        driver = override or KERNELS_DRIVER[(device / "vendor").read_text().strip()]
        if driver in self.refuses:
            return
        (device / "driver").symlink_to(self._pci / "drivers" / driver)
        interface = (device / "interface").read_text()
        if not override and interface:
            (device / "net" / interface).mkdir(parents=True)
