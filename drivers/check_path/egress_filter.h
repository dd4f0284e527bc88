// SPDX-License-Identifier: BSD-3-Clause
// A tc program at the egress of a kernel interface: the qdisc clsact, and in it a filter at a place
// of our own. Control thread only.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace drover {

class EgressFilter {
 public:
  // Replaces what a killed daemon left; the caller holds the device's lock. `program`: a file
  // descriptor that outlives the object. Errors: another's program at our place, an `ingress` qdisc
  // in the way of clsact, no such interface.
  static Result<EgressFilter> attach(const std::string& interface, int program);

  // Puts back what somebody else has removed.
  Result<void> restore();
  // Of the interface that it is attached to; one of the same name that has come anew has another.
  unsigned index() const { return index_; }

  EgressFilter(EgressFilter&& other) noexcept;
  EgressFilter& operator=(EgressFilter&&) = delete;
  // Takes the filter away, and clsact too if it came with us and nobody else has a filter in it.
  ~EgressFilter();

 private:
  EgressFilter(std::string interface, unsigned index, int program);
  Result<void> put_up();

  std::string interface_;
  unsigned index_ = 0;
  int program_ = -1;
  bool own_qdisc_ = false;
};

}  // namespace drover
