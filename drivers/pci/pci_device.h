// SPDX-License-Identifier: BSD-3-Clause
// Is a PCI network card fit for DPDK? Told from sysfs.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace drover {

// "0000:05:00.0" for that and for "05:00.0"; an error for what is no PCI address.
Result<std::string> pci_address(const std::string& text);

// It exists, is a network card, is bound to a driver that DPDK works with, has an IOMMU (or the
// driver does without, and then none stands in its way), and there are hugepages. `sysfs` is "/sys"
// but in tests.
Result<void> check_pci_device(const std::string& address, const std::string& sysfs = "/sys");

}  // namespace drover
