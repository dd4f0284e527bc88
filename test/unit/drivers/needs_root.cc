// SPDX-License-Identifier: BSD-3-Clause
// Linked into a test program that makes interfaces, namespaces or XDP programs: without the right
// to do so it ends before its first case, as meson's "skipped".
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#define CATCH_CONFIG_EXTERNAL_INTERFACES  // Catch2 2 has listeners only then
#include "test/unit/catch.h"

namespace {

#ifdef DROVER_CATCH2_V2
using Listener = Catch::TestEventListenerBase;
#else
using Listener = Catch::EventListenerBase;
#endif

class NeedsRoot : public Listener {
 public:
  using Listener::Listener;
  void testRunStarting(const Catch::TestRunInfo&) override {
    if (geteuid() == 0) return;
    std::cout << "needs root" << std::endl;
    std::_Exit(77);
  }
};

CATCH_REGISTER_LISTENER(NeedsRoot)

}  // namespace
