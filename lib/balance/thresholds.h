// SPDX-License-Identifier: BSD-3-Clause
// IPVS's upper and lower thresholds of a server's connections, active and inactive together: at the
// upper one the server is overloaded and gets no new connection until it has come below the lower.
#pragma once

#include <cstdint>
#include <optional>

namespace drover::balance {

struct Thresholds {
  std::uint32_t upper = 0;  // 0: none
  std::uint32_t lower = 0;  // at most the upper; 0: three quarters of that
  // How often a change of the two has decided by itself so far, and whether the last one to do so
  // bars new connections: for who looks seldom, and has not seen each.
  std::uint32_t decisions = 0;
  bool bars = false;
  friend bool operator==(const Thresholds&, const Thresholds&) = default;

  // With fewer connections than this an overload is over.
  std::uint32_t relief() const { return lower != 0 ? lower : upper - upper / 4; }
  // They have become these: does that bar new connections, or let them in, by itself?
  std::optional<bool> decide(std::uint64_t total) const {
    if (upper == 0 || total < relief()) return false;
    if (total >= upper) return true;
    return std::nullopt;
  }
};

class Overload {
 public:
  explicit operator bool() const { return overloaded_; }

  // A connection has come; `total` includes it.
  void connection_came(std::uint64_t total, const Thresholds& thresholds) {
    follow(total, thresholds);
  }
  // A connection has gone; `total` does not include it.
  void connection_went(std::uint64_t total, const Thresholds& thresholds) {
    follow(total, thresholds);
    if (total < thresholds.relief()) overloaded_ = false;
  }
  // A change of the thresholds counts at once: one that is lowered to what is there bars new
  // connections, one that is raised well above it lets them in.
  void follow(std::uint64_t total, const Thresholds& thresholds) {
    if (thresholds.decisions != decisions_) overloaded_ = thresholds.bars;
    if (thresholds.upper == 0) overloaded_ = false;
    if (thresholds.upper != 0 && total >= thresholds.upper) overloaded_ = true;
    decisions_ = thresholds.decisions;
  }

 private:
  std::uint32_t decisions_ = 0;  // as last seen
  bool overloaded_ = false;
};

}  // namespace drover::balance
