// SPDX-License-Identifier: BSD-3-Clause
// The positions of the values of a file, by their path ("services[0].ports[1]", "pools.web").
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/config/position.h"

namespace drover::config {

class Places {
 public:
  Places() = default;
  explicit Places(std::string file) : file_(std::move(file)) {}

  // Not `sound`: it stands in the file but could not be read.
  void record(std::string path, Position position, bool sound);

  // Of a value that stands in the file.
  std::optional<Position> given(std::string_view path) const;
  // Of a value that stands in the file and could be read.
  std::optional<Position> sound(std::string_view path) const;
  // Of the value, or of the nearest one around it.
  Position nearest(std::string_view path) const;
  // "FILE:LINE:COLUMN" of the same, for an Error's `where`.
  std::string where(std::string_view path) const;

  const std::string& file() const { return file_; }

 private:
  std::string file_;
  struct Place {
    Position position;
    bool sound;
  };
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace drover::config
