# SPDX-License-Identifier: BSD-3-Clause
"""The same random packets through the kernel's IPVS and through drover: each goes to the same server."""

import os
import shutil
import subprocess
import time

from balancer import binary
from plan import plan
from vm_scenario import VmScenario

# 250 packets and changes each; DROVER_VM_RECORDINGS=6000 makes a million packets.
RECORDINGS = int(os.environ.get("DROVER_VM_RECORDINGS", "200"))
FIRST_SEED = int(os.environ.get("DROVER_VM_SEED", "0"))
AT_ONCE = 200


class DifferentialIpvs(VmScenario):
    installs = False

    def test_drover_decides_as_the_kernel_does(self):
        shutil.copy(binary("ipvs_recorder"), self.share)
        self.guest.run("modprobe ip_vs")
        packets, recordings, differences, began = 0, 0, [], time.monotonic()
        end = FIRST_SEED + RECORDINGS
        for seed in range(FIRST_SEED, end, AT_ONCE):
            count = min(AT_ONCE, end - seed)
            packets += self.record(seed, count)
            played, differs = self.play()
            recordings += played
            differences += differs
            print(f"        seeds {FIRST_SEED} to {seed + count - 1}: {packets:,} packets in {recordings} recordings, "
                  f"{len(differences)} differences, {time.monotonic() - began:.0f} s", *differs, sep="\n", flush=True)
        self.assertEqual(differences, [])

    def record(self, seed, count):
        """What the kernel does with the packets of these seeds; how many those are."""
        for folder in ("planned", "recorded"):
            shutil.rmtree(self.share / folder, ignore_errors=True)
        packets = plan(self.share / "planned", count, seed)
        self.guest.run("/mnt/ipvs_recorder /mnt/planned /mnt/recorded", timeout=60 + 10 * count)
        return packets

    def play(self):
        """How many recordings there are, and where drover does not as the kernel did."""
        played = subprocess.run([binary("ipvs_runner"), self.share / "recorded"], capture_output=True, text=True, check=False)
        recordings, differences = 0, []
        for line in played.stdout.splitlines()[:-1]:
            recordings += line.startswith(("ok ", "FAILED "))
            if line.startswith("FAILED "):
                differences.append(line)
            elif not line.startswith("ok "):
                differences[-1] += f"\n{line}"  # what was expected
        if played.returncode != 0 and not differences:
            differences = [f"ipvs_runner ended with {played.returncode}: {played.stderr}"]
        return recordings, differences
