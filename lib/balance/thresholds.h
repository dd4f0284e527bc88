// SPDX-License-Identifier: BSD-3-Clause
// IPVS's upper and lower thresholds of a server's connections, active and inactive together: at the
// upper one the server is overloaded and gets no new connection until it has come below the lower.
#pragma once

#include <cstdint>

namespace drover::balance {

struct Thresholds {
  std::uint32_t upper = 0;  // 0: none
  std::uint32_t lower = 0;  // 0: three quarters of the upper
  // How often the upper one was raised or taken away so far: whoever looks seldom notices, too.
  std::uint32_t raises = 0;
  friend bool operator==(const Thresholds&, const Thresholds&) = default;
};

class Overload {
 public:
  explicit operator bool() const { return overloaded_; }

  // A connection has come; `total` includes it.
  void connection_came(std::uint64_t total, const Thresholds& thresholds) {
    follow(thresholds);
    if (thresholds.upper != 0 && total >= thresholds.upper) overloaded_ = true;
  }
  // A connection has gone; `total` does not include it.
  void connection_went(std::uint64_t total, const Thresholds& thresholds) {
    follow(thresholds);
    const bool below = thresholds.lower != 0 ? total < thresholds.lower
                                             : total * 4 < std::uint64_t{thresholds.upper} * 3;
    if (below) overloaded_ = false;
  }
  // A threshold that is raised or taken away lets connections in at once; one that is lowered bars
  // them from the next one on.
  void follow(const Thresholds& thresholds) {
    const bool raised = thresholds.upper > upper_ || thresholds.raises != raises_;
    if (thresholds.upper == 0 || raised) overloaded_ = false;
    upper_ = thresholds.upper;
    raises_ = thresholds.raises;
  }

 private:
  std::uint32_t upper_ = 0;  // as last seen
  std::uint32_t raises_ = 0;
  bool overloaded_ = false;
};

}  // namespace drover::balance
