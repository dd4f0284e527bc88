// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_model.h"

#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "lib/control/api_fields.h"

namespace drover::api {
namespace {

using Json = nlohmann::ordered_json;  // fields in the order of the structs

template <class T>
concept Number = std::integral<T> || std::floating_point<T>;

struct Writer {
  static constexpr bool writes = true;
  Json& object;

  template <class T>
  void operator()(const char* name, const T& field) {
    object[name] = value(field);
  }

  static Json value(const std::string& text) { return text; }
  static Json value(const Number auto& number) { return number; }
  static Json value(const IpAddress& address) { return to_string(address); }
  static Json value(const MacAddress& mac) { return to_string(mac); }
  static Json value(MacSource source) { return std::string(to_string(source)); }
  static Json value(const Endpoint& end) { return to_string(end.address, end.port); }
  static Json value(const Counters& counters) {
    Json json = Json::object();
    for (const Counter& counter : counters) json[counter.name] = counter.count;
    return json;
  }
  template <class T>
  static Json value(const std::optional<T>& optional) {
    return optional ? value(*optional) : Json();
  }
  template <class T>
  static Json value(const std::vector<T>& list) {
    Json json = Json::array();
    for (const T& element : list) json.push_back(value(element));
    return json;
  }
  template <class T>
  static Json value(const T& record) {
    Json json = Json::object();
    Writer writer{json};
    fields(writer, record);
    return json;
  }
};

// Names the field that is wrong; never leaves this file.
class BadField : public std::runtime_error {
 public:
  BadField(std::string path, const std::string& problem)
      : std::runtime_error(problem), path_(std::move(path)) {}
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Reader {
  static constexpr bool writes = false;
  const Json& object;
  std::string path;

  template <class T>
  void operator()(const char* name, T& field) {
    const auto found = object.find(name);
    if (found != object.end()) read(*found, path.empty() ? name : path + "." + name, field);
  }

  template <class T>
  static T parsed(const Json& json, const std::string& path, const char* kind) {
    if (json.is_string())
      if (const auto value = T::parse(json.get_ref<const std::string&>())) return *value;
    throw BadField(path, fmt::format("is no {}", kind));
  }

  static void read(const Json& json, const std::string& path, std::string& text) {
    if (!json.is_string()) throw BadField(path, "is no string");
    text = json.get<std::string>();
  }
  static void read(const Json& json, const std::string& path, bool& flag) {
    if (!json.is_boolean()) throw BadField(path, "is neither true nor false");
    flag = json.get<bool>();
  }
  static void read(const Json& json, const std::string& path, double& number) {
    if (!json.is_number()) throw BadField(path, "is no number");
    number = json.get<double>();
  }
  template <std::unsigned_integral T>
  static void read(const Json& json, const std::string& path, T& number) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > std::numeric_limits<T>::max())
      throw BadField(path,
                     fmt::format("is no whole number up to {}", std::numeric_limits<T>::max()));
    number = json.get<T>();
  }
  static void read(const Json& json, const std::string& path, IpAddress& address) {
    address = parsed<IpAddress>(json, path, "IP address");
  }
  static void read(const Json& json, const std::string& path, MacAddress& mac) {
    mac = parsed<MacAddress>(json, path, "MAC address");
  }
  static void read(const Json& json, const std::string& path, MacSource& source) {
    for (const MacSource one : {MacSource::unresolved, MacSource::kernel, MacSource::file}) {
      if (json != std::string(to_string(one))) continue;
      source = one;
      return;
    }
    throw BadField(path, "is none of unresolved, kernel, file");
  }
  static void read(const Json& json, const std::string& path, Endpoint& endpoint) {
    std::string text;
    read(json, path, text);
    const auto parsed = parse_endpoint(text);
    if (!parsed) throw BadField(path, "is no ADDRESS:PORT");
    endpoint = *parsed;
  }
  static void read(const Json& json, const std::string& path, Counters& counters) {
    if (!json.is_object()) throw BadField(path, "is no object");
    counters.clear();
    for (const auto& [name, value] : json.items())
      read(value, path + "." + name, counters.emplace_back(Counter{name, 0}).count);
  }
  template <class T>
  static void read(const Json& json, const std::string& path, std::optional<T>& optional) {
    if (json.is_null()) {
      optional.reset();
      return;
    }
    T there{};
    read(json, path, there);
    optional = std::move(there);
  }
  template <class T>
  static void read(const Json& json, const std::string& path, std::vector<T>& list) {
    if (!json.is_array()) throw BadField(path, "is no list");
    list.clear();
    for (std::size_t i = 0; i < json.size(); ++i)
      read(json[i], fmt::format("{}[{}]", path, i), list.emplace_back());
  }
  template <class T>
  static void read(const Json& json, const std::string& path, T& record) {
    if (!json.is_object()) throw BadField(path, "is no object");
    Reader reader{json, path};
    fields(reader, record);
  }
};

template <class T>
Result<T> decode(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return failure("", "droverd's answer is no JSON");
  T value;
  try {
    Reader::read(json, "", value);
  } catch (const BadField& bad) {
    return failure(bad.path(), fmt::format("droverd's answer {}", bad.what()),
                   "use drover and droverd of one version");
  }
  return value;
}

// A name from the file may hold any bytes; what is no UTF-8 becomes U+FFFD.
std::string text_of(const Json& json, int indentation) {
  return json.dump(indentation, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  std::uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
  if (!address || address->is_v6() != in_brackets || error != std::errc{} || end != last)
    return std::nullopt;
  return Endpoint{*address, port};
}

std::string_view to_string(MacSource source) {
  switch (source) {
    case MacSource::kernel:
      return "kernel";
    case MacSource::file:
      return "file";
    case MacSource::unresolved:
      break;
  }
  return "unresolved";
}

std::string encode(const Services& services) {
  return text_of(Writer::value(services), -1);
}
std::string encode(const Status& status) {
  return text_of(Writer::value(status), -1);
}
std::string encode(const Lookup& lookup) {
  return text_of(Writer::value(lookup), -1);
}
std::string encode(const Event& event) {
  return text_of(Writer::value(event), -1);
}
std::string encode(const TracedPacket& packet) {
  return text_of(Writer::value(packet), -1);
}
std::string encode(const Error& error) {
  return text_of(Json{{"error", Writer::value(error)}}, -1);
}

std::string encode(const Errors& errors) {
  return text_of(Json{{"error", Writer::value(errors.front())}, {"errors", Writer::value(errors)}},
                 -1);
}
std::string encode(const Differences& differences) {
  return text_of(Writer::value(differences), -1);
}

bool is_json(std::string_view text) {
  return Json::accept(text);
}
std::string json_string(std::string_view text) {
  return text_of(Json(text), -1);
}

// By hand, as a listing has millions of them; nothing in a row needs escaping.
std::string encode(const Connection& row) {
  return fmt::format(
      R"({{"protocol":"{}","expires_seconds":{},"state":"{}","client":"{}","virtual":"{}","server":"{}"}})",
      row.protocol, row.expires_seconds, row.state, to_string(row.client.address, row.client.port),
      to_string(row.virtual_service.address, row.virtual_service.port),
      to_string(row.server.address, row.server.port));
}

Result<Services> decode_services(std::string_view json) {
  return decode<Services>(json);
}
Result<Status> decode_status(std::string_view json) {
  return decode<Status>(json);
}
Result<Connection> decode_connection(std::string_view json) {
  return decode<Connection>(json);
}
Result<TracedPacket> decode_traced_packet(std::string_view json) {
  return decode<TracedPacket>(json);
}
Result<Lookup> decode_lookup(std::string_view json) {
  return decode<Lookup>(json);
}
Result<Event> decode_event(std::string_view json) {
  return decode<Event>(json);
}

Result<Differences> decode_differences(std::string_view json) {
  return decode<Differences>(json);
}

Errors decode_errors(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  Errors errors;
  if (json.is_object() && json.contains("errors") && json["errors"].is_array())
    for (const Json& each : json["errors"])
      if (auto error = decode<Error>(each.dump())) errors.push_back(std::move(*error));
  if (!errors.empty()) return errors;
  auto error = decode_error(text);
  return {error ? std::move(*error) : std::move(error.error())};
}

Result<Error> decode_error(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("error"))
    return failure("", "droverd's answer is no error message");
  return decode<Error>(json["error"].dump());
}

Result<std::string> indent(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return failure("", "droverd's answer is no JSON");
  return text_of(json, 2);
}

}  // namespace drover::api
