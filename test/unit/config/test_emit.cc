// SPDX-License-Identifier: BSD-3-Clause
// What emit() writes, parse_document() reads back.
#include <fstream>
#include <iterator>
#include <memory>
#include <random>

#include "lib/config/document.h"
#include "lib/config/emit.h"
#include "lib/config/tree.h"
#include "test/unit/catch.h"

namespace drover::config {
namespace {

YamlNode parsed(const std::string& text) {
  const auto document = parse_document(text);
  REQUIRE(document);
  return *document;
}

class RandomTrees {
 public:
  YamlNode next(unsigned depth) {
    Content content;
    const unsigned kind = depth == 0 ? pick(2) : pick(4);
    content.kind = static_cast<Kind>(kind);
    if (content.kind == Kind::scalar) {
      content.quoted = pick(2) == 0;
      content.text = text(content.quoted);
    }
    if (content.kind == Kind::list)
      for (unsigned i = pick(4); i > 0; --i) content.items.push_back(next(depth - 1));
    if (content.kind == Kind::map)
      for (unsigned i = pick(4); i > 0; --i)
        content.entries.push_back({text(true) + std::to_string(i), {}, next(depth - 1)});
    return {{}, std::make_shared<const Content>(std::move(content))};
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  // A plain scalar can be any text that YAML would read so without quotes.
  std::string text(bool quoted) {
    static const char* const words[] = {"web", "80", "200-399", "5m", "/run/x", "true", "a.b"};
    static const char* const odd[] = {"",      "~",   "null",     "- a",  "a: b", "a #b", "{x}",
                                      "\"q\"", "'",   "\\n",      "a\nb", "\t",   " x",   "x ",
                                      "---",   "...", "&a",       "*a",   "!t",   "%",    "@",
                                      "a,b",   "[",   "\xc3\xa9", "|",    ">",    "?",    "<<"};
    return quoted && pick(2) == 0 ? odd[pick(std::size(odd))] : words[pick(std::size(words))];
  }

  std::mt19937 random_{7};
};

}  // namespace

TEST_CASE("any tree is read back as it was", "[config]") {
  RandomTrees trees;
  for (int i = 0; i < 2'000; ++i) {
    YamlNode tree = trees.next(4);
    if (tree.content->kind != Kind::map) tree = make_list({tree});
    const std::string text = emit(tree);
    INFO(text);
    const auto read = parse_document(text);
    REQUIRE(read);
    REQUIRE(same(*read, tree));
    REQUIRE(emit(*read) == text);
  }
}

TEST_CASE("the file with all keys is read back as it was", "[config]") {
  std::ifstream file(DROVER_SOURCE_ROOT "/test/unit/config/data/all_keys.yaml");
  const YamlNode document = parsed({std::istreambuf_iterator<char>(file), {}});
  REQUIRE(same(parsed(emit(document)), document));
}

TEST_CASE("a written file looks as people write one", "[config]") {
  const std::string text =
      "workers: 1\n"
      "pools:\n"
      "  nginx:\n"
      "    servers:\n"
      "      - {name: nginx1, address: 192.0.2.21, weight: 1}\n"
      "      - {address: 192.0.2.22, mac: \"02:00:00:00:00:16\"}\n"
      "services:\n"
      "  - {name: web, ports: [80, 443], persistence: {timeout: 5m}, pool: nginx}\n"
      "timeouts: {udp: 1m}\n";
  REQUIRE(emit(parsed(text)) == text);
}

}  // namespace drover::config
