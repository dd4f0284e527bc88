// SPDX-License-Identifier: BSD-3-Clause
// Maps and lists of the file, read against tables of known keys.
//
// A reader is anything callable as std::optional<T>(Context&, const YamlNode&): it returns a value,
// or none after it has told the context what is wrong. A map's keys are one line each in a table:
//
//   static const Table<Server> table = Table<Server>("a server")
//       .required("address", &Server::address, unicast_address)
//       .optional("weight", &Server::weight, number<std::uint32_t>(0, 65'535));
//
// Adding a key is a member with its default, a line in its table, and a line in
// docs/configuration.md.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/config/context.h"
#include "lib/config/document.h"

namespace drover::config {

// What a walk over a map needs to know of a table, whatever its keys fill.
struct MapShape {
  struct Known {
    std::string_view name;
    bool required;
  };
  std::string_view what;  // "a server"
  std::vector<Known> keys;
  // Keys that people look for in vain, and why they are not there.
  std::vector<std::pair<std::string_view, std::string_view>> absent;
};

// Calls `read` once for each known key, in the order of the table; tells of a duplicate, an unknown
// and a missing key. False: no map.
bool walk_map(Context& context, const YamlNode& node, const MapShape& shape,
              const std::function<bool(std::size_t key, const YamlNode& value)>& read);

template <class T>
class Table {
 public:
  explicit Table(std::string_view what) { shape_.what = what; }

  template <class Owner, class Member, class Reader>
  requires std::derived_from<T, Owner> Table &&
      required(std::string_view key, Member Owner::*member, Reader reader) && {
    return std::move(*this).add(key, true, member, std::move(reader));
  }
  template <class Owner, class Member, class Reader>
  requires std::derived_from<T, Owner> Table &&
      optional(std::string_view key, Member Owner::*member, Reader reader) && {
    return std::move(*this).add(key, false, member, std::move(reader));
  }
  Table&& absent(std::string_view key, std::string_view why) && {
    shape_.absent.emplace_back(key, why);
    return std::move(*this);
  }

  // What could not be read keeps its default; the context then knows of an error.
  std::optional<T> operator()(Context& context, const YamlNode& node) const {
    T value{};
    const auto read_key = [&](std::size_t key, const YamlNode& of_key) {
      return readers_[key](context, of_key, value);
    };
    if (!walk_map(context, node, shape_, read_key)) return std::nullopt;
    return value;
  }

 private:
  template <class Owner, class Member, class Reader>
  Table&& add(std::string_view key, bool required, Member Owner::*member, Reader reader) && {
    shape_.keys.push_back({key, required});
    readers_.push_back(
        [member, reader = std::move(reader)](Context& context, const YamlNode& node, T& value) {
          auto read = reader(context, node);
          if (!read) return false;
          value.*member = std::move(*read);
          return true;
        });
    return std::move(*this);
  }

  MapShape shape_;
  std::vector<std::function<bool(Context&, const YamlNode&, T&)>> readers_;
};

// True after the node has been found to be a list of `least` to `most` items.
bool check_list(Context& context, const YamlNode& node, std::string_view what, std::size_t least,
                std::size_t most);

// A list; an item that could not be read is there as its default, so that indices stay true.
template <class Reader>
auto list_of(std::string_view what, Reader reader, std::size_t least = 1,
             std::size_t most = most_nodes) {
  using Item = typename std::invoke_result_t<Reader, Context&, const YamlNode&>::value_type;
  return [=](Context& context, const YamlNode& node) -> std::optional<std::vector<Item>> {
    if (!check_list(context, node, what, least, most)) return std::nullopt;
    std::vector<Item> items;
    for (const YamlNode& item : node.content->items) {
      const Context::Step step(context, items.size());
      auto value = reader(context, item);
      context.places().record(context.path(), item.position, value.has_value());
      items.push_back(value ? std::move(*value) : Item{});
    }
    return items;
  };
}

// The entries whose keys are names and no duplicates; the context knows of the others. None: no
// map.
std::optional<std::vector<Entry>> named_entries(Context& context, const YamlNode& node,
                                                std::string_view what);

// A map whose keys are names that the file's author chose. A name is kept, with a default for its
// value, when that could not be read: what refers to the name is then no error of its own.
template <class Reader>
auto map_by_name(std::string_view what, Reader reader) {
  using Item = typename std::invoke_result_t<Reader, Context&, const YamlNode&>::value_type;
  using Named = std::vector<std::pair<std::string, Item>>;
  return [=](Context& context, const YamlNode& node) -> std::optional<Named> {
    const auto entries = named_entries(context, node, what);
    if (!entries) return std::nullopt;
    Named named;
    for (const Entry& entry : *entries) {
      const Context::Step step(context, entry.key);
      auto value = reader(context, entry.value);
      context.places().record(context.path(), entry.position, value.has_value());
      named.emplace_back(entry.key, value ? std::move(*value) : Item{});
    }
    return named;
  };
}

}  // namespace drover::config
