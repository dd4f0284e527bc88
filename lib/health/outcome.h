// SPDX-License-Identifier: BSD-3-Clause
// How one run of a check ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace drover::health {

// What a server says of itself. `down` is a failed check instead.
struct AgentReport {
  std::optional<unsigned> percent;  // of its weight, 0 to 100
  bool drains = false;              // no new connections
  friend bool operator==(const AgentReport&, const AgentReport&) = default;
};

struct Outcome {
  enum class Kind : std::uint8_t {
    good,
    wrong,        // it answers, but not as it should
    unreachable,  // it does not answer: no MAC address, refused, silence
    not_run       // the fault is ours, as with no free descriptor: it says nothing of the server
  };
  Kind kind = Kind::good;
  std::string reason;  // "HTTP status 503, expected 200-399"; empty when good
  std::optional<AgentReport> agent;

  bool is_good() const { return kind == Kind::good; }
};

inline Outcome wrong(std::string reason) {
  return {Outcome::Kind::wrong, std::move(reason), std::nullopt};
}
inline Outcome unreachable(std::string reason) {
  return {Outcome::Kind::unreachable, std::move(reason), std::nullopt};
}
inline Outcome not_run(std::string reason) {
  return {Outcome::Kind::not_run, std::move(reason), std::nullopt};
}

}  // namespace drover::health
