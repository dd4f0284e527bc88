// SPDX-License-Identifier: BSD-3-Clause
// IPVS's upper and lower thresholds of a server's connections, active and inactive together: at the
// upper one the server is overloaded and gets no new connection until it has come below the lower.
#pragma once

#include <cstdint>

namespace drover::balance {

struct Thresholds {
  std::uint32_t upper = 0;  // 0: none
  std::uint32_t lower = 0;  // at most the upper; 0: three quarters of that
  // How often a change of the upper one has ended an overload by itself: for who looks seldom.
  std::uint32_t lifted = 0;
  friend bool operator==(const Thresholds&, const Thresholds&) = default;

  // With fewer connections than this an overload is over.
  std::uint32_t relief() const { return lower != 0 ? lower : upper - upper / 4; }
  // They have become `changed`: does that let new connections in, whatever there are? One that is
  // lowered bars nobody by itself: the next connection that comes does.
  bool lift(const Thresholds& changed) const { return changed.upper == 0 || changed.upper > upper; }
};

class Overload {
 public:
  explicit operator bool() const { return overloaded_; }

  // A connection has come; `total` includes it.
  void connection_came(std::uint64_t total, const Thresholds& thresholds) {
    follow(total, thresholds);
    if (thresholds.upper != 0 && total >= thresholds.upper) overloaded_ = true;
  }
  // A connection has gone; `total` does not include it.
  void connection_went(std::uint64_t total, const Thresholds& thresholds) {
    follow(total, thresholds);
    if (total < thresholds.relief()) overloaded_ = false;
  }
  // What other workers and an operator did since.
  void follow(std::uint64_t total, const Thresholds& thresholds) {
    if (thresholds.upper == 0) overloaded_ = false;
    if (thresholds.lifted != lifted_) {
      overloaded_ = false;
    } else if (total > total_ && total >= thresholds.upper && thresholds.upper != 0) {
      overloaded_ = true;
    } else if (total < total_ && total < thresholds.relief()) {
      overloaded_ = false;
    }
    lifted_ = thresholds.lifted;
    total_ = total;
  }

 private:
  std::uint64_t total_ = 0;   // as last seen
  std::uint32_t lifted_ = 0;  // as last seen
  bool overloaded_ = false;
};

}  // namespace drover::balance
