// SPDX-License-Identifier: BSD-3-Clause
// The tc program that sends a marked packet to a server's MAC address (check_mark.bpf.c), loaded
// into the kernel, with its map. It is part of the daemon's binary and goes with the object; where
// it is attached is EgressFilter's matter. Control thread only.
#pragma once

#include <cstdint>
#include <memory>

#include "lib/base/result.h"
#include "lib/net/address.h"

struct bpf_object;

namespace drover {

inline constexpr const char* mark_program_name = "drover_mark";

class MarkProgram {
 public:
  static Result<MarkProgram> load();

  int program() const;  // its file descriptor

  // `mark` lies in CHECK_MARK's range. Error: the map is full.
  Result<void> set(std::uint32_t mark, const MacAddress& mac);
  // Packets with this mark are dropped from now on.
  void remove(std::uint32_t mark);

 private:
  struct Closer {
    void operator()(bpf_object* object) const;
  };
  explicit MarkProgram(std::unique_ptr<bpf_object, Closer> object) : object_(std::move(object)) {}
  int map() const;
  std::unique_ptr<bpf_object, Closer> object_;
};

}  // namespace drover
