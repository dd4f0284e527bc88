// SPDX-License-Identifier: BSD-3-Clause
// A network of two hosts for a test:
//
//     this process ---- here0 === there0 ---- a process that holds the other namespace
//     192.0.2.11/24, 2001:db8::11/64          192.0.2.21/24, 2001:db8::21/64
//
// Both namespaces, and whatever was started there, end with this process, however it ends.
#pragma once

#include <sys/types.h>

#include <string>

namespace drover {

class NetworkNamespace {
 public:
  // Moves this process, once for all, into a namespace of its own. Ends the process with status 77
  // (meson: skipped) when that is not permitted.
  explicit NetworkNamespace(const std::string& test_name);
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;
  ~NetworkNamespace();

  // Makes the link and the addresses; again after here0 was deleted.
  void connect() const;

  // A shell command line, which must succeed.
  void here(const std::string& command) const;
  void there(const std::string& command) const;

 private:
  pid_t holder_ = 0;
  pid_t other_ = 0;  // the first process there
};

}  // namespace drover
