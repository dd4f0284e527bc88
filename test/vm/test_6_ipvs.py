# SPDX-License-Identifier: BSD-3-Clause
"""The same random packets through the kernel's IPVS and through drover: each goes to the same server."""

import os
import shutil
import subprocess

from balancer import ROOT, binary
from vm_scenario import VmScenario

# 250 packets and changes each; DROVER_VM_RECORDINGS=5000 makes a million packets, in an hour or two.
RECORDINGS = int(os.environ.get("DROVER_VM_RECORDINGS", "60"))
FIRST_SEED = int(os.environ.get("DROVER_VM_SEED", "0"))


class DifferentialIpvs(VmScenario):
    installs = False

    def test_drover_decides_as_the_kernel_does(self):
        shutil.copytree(ROOT / "test/ipvs", self.share / "ipvs", dirs_exist_ok=True)
        recordings = self.share / "recordings"
        told = self.guest.output("modprobe ip_vs && cd /mnt/ipvs && "
                                 f"python3 -B record_kernel.py /mnt/recordings {RECORDINGS} {FIRST_SEED}",
                                 timeout=120 + 10 * RECORDINGS)
        print(f"        seeds from {FIRST_SEED}: {told.splitlines()[-1]}", flush=True)
        played = subprocess.run([binary("ipvs_runner"), recordings], capture_output=True, text=True, check=False)
        differences = [line for line in played.stdout.splitlines() if not line.startswith("ok ")]
        print(f"        drover: {differences[-1]}", flush=True)
        self.assertEqual(played.returncode, 0, "\n".join(differences))
