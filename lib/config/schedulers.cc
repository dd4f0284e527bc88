// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/schedulers.h"

namespace drover::config {
namespace {

constexpr std::string_view names[] = {"rr", "wrr", "lc", "wlc",  "sed",   "nq",   "fo",    "ovf",
                                      "dh", "sh",  "mh", "lblc", "lblcr", "twos", "maglev"};

}  // namespace

std::span<const std::string_view> known_schedulers() {
  return names;
}

const Words<SchedulerFlag>& scheduler_flag_words() {
  static const Words<SchedulerFlag> words{{"sh-port", SchedulerFlag::port},
                                          {"sh-fallback", SchedulerFlag::fallback},
                                          {"mh-port", SchedulerFlag::port},
                                          {"mh-fallback", SchedulerFlag::fallback}};
  return words;
}

}  // namespace drover::config
