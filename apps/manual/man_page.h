// SPDX-License-Identifier: BSD-3-Clause
// A program's man page, from the table by which its command line is read.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace drover::manual {

struct Section {
  std::string title;  // "EXIT STATUS"
  std::string text;   // man(7)
};

struct Page {
  std::string name;               // "drover"
  unsigned number = 1;            // of the manual's section
  std::string summary;            // behind the name, without a full stop
  std::vector<Section> sections;  // behind the options and commands
};

// Whole, for man(1). Options and commands whose group is "" are hidden.
std::string man_page(const CLI::App& app, const Page& page);

}  // namespace drover::manual
