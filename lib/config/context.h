// SPDX-License-Identifier: BSD-3-Clause
// What a reading of a file carries along: where it is, what it found, and what it complains about.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/document.h"
#include "lib/config/places.h"
#include "lib/config/position.h"

namespace drover::config {

class Context {
 public:
  explicit Context(std::string file) : places_(std::move(file)) {}

  void error(Position position, std::string what, std::string remedy = {});
  void warn(Position position, std::string what, std::string remedy = {});
  // "weight is "heavy", expected a number from 0 to 65535", at the node.
  void expected(const YamlNode& node, std::string_view what, std::string remedy = {});

  // "services[0].ports[1]": of the value being read.
  std::string path() const;
  // How a message calls it: "weight", "item 2 of ports".
  std::string label() const;

  Places& places() { return places_; }
  const Places& places() const { return places_; }
  bool failed() const { return !errors_.empty(); }
  // In the file's order, without repetitions (an alias is read once for each use).
  Errors errors() const { return rendered(errors_); }
  Errors warnings() const { return rendered(warnings_); }

  // One key or list item deeper, for the life of this object.
  class Step {
   public:
    Step(Context& context, std::string name) : context_(context) {
      context_.steps_.push_back(std::move(name));
    }
    Step(Context& context, std::size_t index);
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { context_.steps_.pop_back(); }

   private:
    Context& context_;
  };

 private:
  Errors rendered(std::vector<Finding> findings) const;

  Places places_;
  std::vector<std::string> steps_;
  std::vector<Finding> errors_;
  std::vector<Finding> warnings_;
};

// A word of the file as a message shows it: in quotes, cut when long.
std::string in_quotes(std::string_view text);

}  // namespace drover::config
