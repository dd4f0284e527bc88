// SPDX-License-Identifier: BSD-3-Clause
// Two network namespaces joined by a veth pair, and port_run as a process in one of them:
//
//   peer: "peer0" 192.0.2.1, 2001:db8::1  <---->  "port0" 192.0.2.11, 2001:db8::11 :balancer
//
// All of it goes with the objects.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "drivers/unique_fd.h"
#include "lib/net/address.h"

namespace drover::test {

struct Outcome {
  int status = 0;
  std::string output;  // of both streams
};

// By the shell.
Outcome run(const std::string& command);

class Namespace {
 public:
  explicit Namespace(const std::string& role);
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;
  ~Namespace();

  const std::string& name() const { return name_; }
  Outcome run(const std::string& command) const;         // inside
  void inside(const std::function<void()>& call) const;  // on this thread
  void enter() const;                                    // for good

 private:
  std::string name_;
};

class Lab {
 public:
  Lab();

  Namespace balancer{"b"};
  Namespace peer{"p"};

  MacAddress port_mac() const;
  // The XDP program on port0, as `ip link` shows it; empty without one.
  std::string xdp() const;
  // A frame from peer0, `hex` without spaces.
  void send(const std::string& hex) const;
  // Many of the same.
  void flood(const std::string& hex, unsigned count) const;

 private:
  UniqueFd socket_;
};

// A port_run in a namespace; killed with the object.
class PortRun {
 public:
  PortRun(const Namespace& where, const std::vector<std::string>& arguments);
  PortRun(const PortRun&) = delete;
  PortRun& operator=(const PortRun&) = delete;
  ~PortRun();

  pid_t process() const { return process_; }
  void tell(const std::string& line);
  // The next line that starts with `prefix`, others skipped; empty when none comes in time.
  std::string expect(const std::string& prefix,
                     std::chrono::milliseconds patience = std::chrono::seconds(10));
  // Ends its input; its exit status.
  int stop();
  void kill();

 private:
  pid_t process_ = -1;
  UniqueFd input_;
  UniqueFd output_;
  std::string text_;
};

// True once `hex`, sent again and again, has come to the port: the first ones may meet full rings.
bool arrives(const Lab& lab, PortRun& port, const std::string& hex);

}  // namespace drover::test
