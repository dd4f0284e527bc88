// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/schedulers.h"

namespace drover::config {

const Words<SchedulerFlag>& scheduler_flag_words() {
  static const Words<SchedulerFlag> words{{"sh-port", SchedulerFlag::port},
                                          {"sh-fallback", SchedulerFlag::fallback},
                                          {"mh-port", SchedulerFlag::port},
                                          {"mh-fallback", SchedulerFlag::fallback}};
  return words;
}

}  // namespace drover::config
