// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace drover::config {
namespace {

// Thrown out of yaml-cpp's event loop and caught in parse_document().
struct Stop {
  Finding finding;
};

[[noreturn]] void stop(Position position, std::string what, std::string remedy = {}) {
  throw Stop{{position, std::move(what), std::move(remedy)}};
}

Position position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

class TreeBuilder : public YAML::EventHandler {
 public:
  const std::optional<YamlNode>& root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_)
      stop(position_of(mark), "a second document starts here",
           "keep one document in the file: remove this line, or what is not in use");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({place_of_null(mark), std::make_shared<const Content>()}, anchor, 1);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (value.find('\0') != std::string::npos) stop(position_of(mark), "this text holds a NUL");
    Content content;
    content.kind = Kind::scalar;
    content.text = value;
    content.quoted = tag == "!";
    add({position_of(mark), std::make_shared<const Content>(std::move(content))}, anchor, 1);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end())
      stop(position_of(mark), "this alias stands inside what it repeats, so it has no end");
    add({position_of(mark), target->second}, 0, target->second->size);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override {
    merge(frames_.back().content);
    end();
  }

 private:
  // A list or map that is not complete yet.
  struct Frame {
    Position position;
    YAML::anchor_t anchor;
    Content content;
    std::optional<std::pair<std::string, Position>> key;  // of a map: read, its value not yet
  };

  bool expects_key() const {
    return !frames_.empty() && frames_.back().content.kind == Kind::map && !frames_.back().key;
  }

  // yaml-cpp gives an empty value the position of whatever comes next.
  Position place_of_null(const YAML::Mark& mark) const {
    if (frames_.empty() || expects_key()) return position_of(mark);
    const Frame& around = frames_.back();
    return around.key ? around.key->second : around.position;
  }

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      stop(position_of(mark), "a tag has no meaning in this file", "remove the word behind \"!\"");
  }

  void begin(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    if (expects_key()) stop(position_of(mark), "a key must be a word, not a list or a map");
    if (frames_.size() >= deepest_nesting)
      stop(position_of(mark), fmt::format("nested deeper than {} levels", deepest_nesting));
    Frame frame{position_of(mark), anchor, {}, {}};
    frame.content.kind = kind;
    frames_.push_back(std::move(frame));
  }

  void end() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add({frame.position, std::make_shared<const Content>(std::move(frame.content))}, frame.anchor,
        1);
  }

  // `count`: the nodes that this one adds to the tree, its own children not among them.
  void add(YamlNode node, YAML::anchor_t anchor, std::size_t count) {
    if (anchor != 0) anchors_[anchor] = node.content;
    spend(node.position, count);
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (expects_key()) {
      if (node.content->kind != Kind::scalar)
        stop(node.position, "a key must be a word, not a list, a map or nothing");
      frame.key = {node.content->text, node.position};
      return;
    }
    frame.content.size += node.content->size;
    if (frame.content.kind == Kind::list) {
      frame.content.items.push_back(std::move(node));
    } else {
      frame.content.entries.push_back({frame.key->first, frame.key->second, std::move(node)});
      frame.key.reset();
    }
  }

  void spend(Position position, std::size_t count) {
    spent_ += count;
    if (spent_ > most_nodes)
      stop(position, fmt::format("the file unfolds to more than {} values", most_nodes),
           "look for aliases of aliases");
  }

  // `<<: *defaults` or `<<: [*a, *b]`: what the map does not say itself, the first one first.
  void merge(Content& map) {
    const auto own = std::stable_partition(map.entries.begin(), map.entries.end(),
                                           [](const Entry& entry) { return entry.key != "<<"; });
    if (own == map.entries.end()) return;
    const std::vector<Entry> merges(std::make_move_iterator(own),
                                    std::make_move_iterator(map.entries.end()));
    map.entries.erase(own, map.entries.end());

    std::set<std::string> said;
    for (const Entry& entry : map.entries) said.insert(entry.key);
    for (const Entry& entry : merges) {
      if (entry.value.content->kind == Kind::list) {
        for (const YamlNode& item : entry.value.content->items) merge_from(map, item, said);
      } else {
        merge_from(map, entry.value, said);
      }
    }
  }

  void merge_from(Content& map, const YamlNode& source, std::set<std::string>& said) {
    if (source.content->kind != Kind::map)
      stop(source.position, "<< merges a map or a list of maps, and this is neither");
    spend(source.position, source.content->size);
    for (const Entry& entry : source.content->entries) {
      if (!said.insert(entry.key).second) continue;
      map.size += entry.value.content->size;
      map.entries.push_back(entry);
    }
  }

  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, std::shared_ptr<const Content>> anchors_;
  std::optional<YamlNode> root_;
  std::size_t spent_ = 0;
};

// The line's indentation, for a hint at what people do not see.
bool is_indented_by_tab(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const std::string_view indentation = text.substr(0, text.find_first_not_of(" \t"));
  return indentation.find('\t') != std::string_view::npos;
}

// Behind the last sign that is no blank.
Position end_of(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  const auto last_line = text.substr(text.rfind('\n') + 1);
  return {static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1,
          static_cast<int>(last_line.size()) + 1};
}

// yaml-cpp's words are those of its scanner.
std::string remedy_for(const std::string& message) {
  namespace msg = YAML::ErrorMsg;
  if (message == msg::TAB_IN_INDENTATION) return "indent with spaces, not with tabs";
  if (message == msg::END_OF_MAP || message == msg::END_OF_SEQ)
    return "keys and items of one map or list must start in the same column";
  if (message == msg::END_OF_MAP_FLOW || message == msg::END_OF_SEQ_FLOW)
    return "a { or [ is not closed, or a comma is missing";
  if (message == msg::MAP_VALUE || message == msg::MAP_KEY)
    return "check the indentation, and put text that holds \": \" in quotes";
  if (message == msg::DOC_IN_SCALAR || message == msg::EOF_IN_SCALAR)
    return "a quote is not closed";
  if (message == msg::UNKNOWN_TOKEN) return "put text that holds a special sign in quotes";
  return {};
}

Finding syntax_error(std::string_view text, const YAML::Exception& error) {
  const Position position = std::min(position_of(error.mark), end_of(text));
  const bool by_tab = position.line > 0 && is_indented_by_tab(text, position.line);
  return {position, "this is not valid YAML: " + error.msg,
          remedy_for(by_tab ? YAML::ErrorMsg::TAB_IN_INDENTATION : error.msg)};
}

// yaml-cpp takes the end of the file for a missing quote; the mark of a document's end it does not.
constexpr std::string_view end_of_document = "\n...\n";

}  // namespace

tl::expected<YamlNode, Finding> parse_document(std::string_view text) {
  TreeBuilder builder;
  try {
    std::istringstream stream{std::string(text).append(end_of_document)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stopped) {
    return tl::unexpected(stopped.finding);
  } catch (const YAML::Exception& error) {
    return tl::unexpected(syntax_error(text, error));
  }
  if (!builder.root() || builder.root()->content->kind == Kind::empty)
    return tl::unexpected(Finding{{},
                                  "the file is empty",
                                  "start from conf/drover.yaml, which docs/configuration.md "
                                  "explains"});
  return *builder.root();
}

}  // namespace drover::config
