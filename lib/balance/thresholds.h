// SPDX-License-Identifier: BSD-3-Clause
// IPVS's upper and lower thresholds of a server's connections, active and inactive together: at the
// upper one the server is overloaded and gets no new connection until it has come below the lower.
#pragma once

#include <cstdint>

namespace drover::balance {

struct Thresholds {
  std::uint32_t upper = 0;  // 0: none
  std::uint32_t lower = 0;  // at most the upper; 0: three quarters of that
  // How often a change of the two has ended an overload so far: whoever looks seldom notices, too.
  std::uint32_t reliefs = 0;
  friend bool operator==(const Thresholds&, const Thresholds&) = default;

  // With fewer connections than this an overload is over.
  std::uint32_t relief() const { return lower != 0 ? lower : upper - upper / 4; }
  // They have become these: does that end an overload by itself?
  bool relieve(std::uint64_t total) const { return upper == 0 || total < relief(); }
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
    if (thresholds.upper == 0 || thresholds.reliefs != reliefs_) overloaded_ = false;
    if (thresholds.upper != 0 && total >= thresholds.upper) overloaded_ = true;
    reliefs_ = thresholds.reliefs;
  }

 private:
  std::uint32_t reliefs_ = 0;  // as last seen
  bool overloaded_ = false;
};

}  // namespace drover::balance
