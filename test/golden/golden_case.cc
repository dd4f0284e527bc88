// SPDX-License-Identifier: BSD-3-Clause
#include "test/golden/golden_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace drover::test {
namespace {

class Reader {
 public:
  explicit Reader(GoldenCase& into) : case_(into) {}

  void read(const std::string& line) {
    ++number_;
    words_ = std::istringstream(line);
    std::string word;
    if (!(words_ >> word) || word[0] == '#') return;
    if (word == "port")
      read_port();
    else if (word == "connections")
      case_.connections = number();
    else if (word == "in" || word == "wait" || word == "learn" || word == "reload")
      read_action(word);
    else
      read_outcome(word);
    require(!(words_ >> word), "more words than expected");
  }

 private:
  void require(bool good, const std::string& what) const {
    if (!good)
      throw std::runtime_error(
          fmt::format("{}:{}: {}", (case_.folder / case_.frames_file).string(), number_, what));
  }
  std::string word() {
    std::string next;
    require(static_cast<bool>(words_ >> next), "a word is missing");
    return next;
  }
  std::uint64_t to_number(std::string_view text) const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    require(error == std::errc() && end == text.data() + text.size(), "a number is expected");
    return value;
  }
  std::uint64_t number() { return to_number(word()); }
  std::chrono::milliseconds after() {
    const std::string text = word();
    require(text[0] == '+', "a time is expected, such as +10");
    return std::chrono::milliseconds(to_number(std::string_view(text).substr(1)));
  }
  PortId port() {
    const auto at = std::ranges::find(case_.port_names, word());
    require(at != case_.port_names.end(), "there is no such port");
    return PortId(static_cast<std::uint8_t>(at - case_.port_names.begin()));
  }
  IpAddress address(const std::string& text) const {
    const auto parsed = IpAddress::parse(text);
    require(parsed.has_value(), "an address is expected");
    return *parsed;
  }
  MacAddress mac(const std::string& text) const {
    const auto parsed = MacAddress::parse(text);
    require(parsed.has_value(), "a MAC address is expected");
    return *parsed;
  }
  // "*3 HEX" or "HEX".
  unsigned frame(Bytes& bytes) {
    std::string hex = word();
    unsigned times = 1;
    if (hex[0] == '*') {
      times = static_cast<unsigned>(to_number(std::string_view(hex).substr(1)));
      hex = word();
    }
    require(hex.size() % 2 == 0, "an odd number of digits");
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      std::uint8_t byte = 0;
      const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
      require(error == std::errc() && end == hex.data() + i + 2, "hexadecimal digits are expected");
      bytes.push_back(byte);
    }
    return times;
  }

  void read_port() {
    case_.port_names.push_back(word());
    PlantPort port{.mac = mac(word())};
    if (std::string host; words_ >> host) {
      require(host == "host", "\"host\" is expected");
      port.host_interface = true;
    }
    case_.ports.push_back(port);
  }

  void read_action(const std::string& kind) {
    GoldenAction& action = case_.steps.emplace_back().action;
    action.line = number_;
    if (kind == "in") {
      action.kind = GoldenAction::Kind::in;
      action.port = port();
      action.after = after();
      action.times = frame(action.frame);
    } else if (kind == "wait") {
      action.kind = GoldenAction::Kind::wait;
      action.after = after();
    } else if (kind == "learn") {
      action.kind = GoldenAction::Kind::learn;
      action.address = address(word());
      if (const std::string text = word(); text != "none") action.mac = mac(text);
    } else {
      action.kind = GoldenAction::Kind::reload;
      action.file = word() + ".yaml";
    }
  }

  void read_outcome(const std::string& kind) {
    require(!case_.steps.empty(), "nothing has happened yet");
    GoldenStep& step = case_.steps.back();
    if (kind == "out" || kind == "kernel") {
      GoldenFrame left{.port = port(), .bytes = {}};
      const unsigned times = frame(left.bytes);
      auto& frames = kind == "out" ? step.wire : step.kernel;
      frames.insert(frames.end(), times, left);
    } else if (kind == "verdict") {
      for (std::string name; words_ >> name;) {
        const std::size_t star = name.find('*');
        const std::uint64_t times =
            star == std::string::npos ? 1 : to_number(std::string_view(name).substr(star + 1));
        step.verdicts[name.substr(0, star)] += times;
      }
      words_.clear();
    } else if (kind == "server") {
      ServerCounts& counts = step.servers.emplace_back();
      counts.line = number_;
      counts.service = word();
      counts.server = word();
      for (std::uint64_t& count : counts.counts) count = number();
    } else if (kind == "entries") {
      step.entries = number();
    } else if (kind == "evictions") {
      step.evictions = number();
    } else if (kind == "templates") {
      step.templates = number();
    } else {
      require(false, "no line begins like this");
    }
  }

  GoldenCase& case_;
  unsigned number_ = 0;
  std::istringstream words_;
};

}  // namespace

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(file.string() + " cannot be read");
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

GoldenCase read_golden_case(const std::filesystem::path& folder, std::uint16_t workers) {
  GoldenCase result;
  result.folder = folder;
  result.frames_file = "frames.txt";
  for (std::uint16_t fewer = 2; fewer <= workers; fewer *= 2)
    if (const auto file = fmt::format("frames-{}-workers.txt", fewer);
        std::filesystem::exists(folder / file))
      result.frames_file = file;
  Reader reader(result);
  std::istringstream text(read_text(folder / result.frames_file));
  for (std::string line; std::getline(text, line);) reader.read(line);
  return result;
}

}  // namespace drover::test
