// SPDX-License-Identifier: BSD-3-Clause
// A service with fewer servers up than its quorum counts as down, and stays so until `hysteresis`
// more than the quorum are up.
#pragma once

#include <cstdint>

namespace drover::health {

class Quorum {
 public:
  // `may_be_up`: those that are up and those not judged yet.
  bool holds(unsigned up, unsigned may_be_up, unsigned quorum, unsigned hysteresis) {
    holds_ = holds_ ? may_be_up >= quorum : up >= quorum + hysteresis;
    return holds_;
  }

 private:
  bool holds_ = true;  // until the servers are known
};

}  // namespace drover::health
