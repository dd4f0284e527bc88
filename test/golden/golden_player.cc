// SPDX-License-Identifier: BSD-3-Clause
#include "test/golden/golden_player.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <stdexcept>

namespace drover::test {
namespace {

using datapath::Verdict;

std::string as_scapy(const Bytes& frame) {
  std::string hex;
  for (const std::uint8_t byte : frame) hex += fmt::format("{:02x}", byte);
  return fmt::format("Ether(bytes.fromhex(\"{}\"))", hex);
}

class Player {
 public:
  Player(const GoldenCase& golden, const PlayMode& mode)
      : golden_(golden), mode_(mode), plant_(config_of("drover.yaml"), settings()) {}

  Played play() {
    for (std::span<const GoldenStep> rest(golden_.steps); !rest.empty() && !difference_;) {
      const std::size_t count = mode_.bursts ? steps_at_once(rest) : 1;
      perform(rest.first(count));
      compare(rest.first(count));
      rest = rest.subspan(count);
    }
    return {difference_, difference_ ? "" : counters()};
  }

 private:
  config::Config config_of(const std::string& file) const {
    const auto path = golden_.folder / file;
    config::Config config = load_config(read_text(path), path.string());
    if (golden_.connections != 0) config.connections = golden_.connections;
    return config;
  }
  PlantSettings settings() const { return {.ports = golden_.ports, .workers = mode_.workers}; }

  // How many of the next steps make one burst: frames of the same time, up to one after which
  // something else is looked at.
  static std::size_t steps_at_once(std::span<const GoldenStep> rest) {
    std::size_t count = 1;
    const auto is_plain = [](const GoldenStep& step) {
      return step.action.kind == GoldenAction::Kind::in && step.servers.empty() && !step.entries &&
             !step.evictions && !step.templates;
    };
    while (count < rest.size() && count < 32 && is_plain(rest[count - 1]) &&
           rest[count].action.kind == GoldenAction::Kind::in &&
           rest[count].action.after.count() == 0 &&
           rest[count].action.port == rest.front().action.port)
      ++count;
    return count;
  }

  void perform(std::span<const GoldenStep> steps) {
    for (const GoldenStep& step : steps) perform(step.action);
    plant_.run();
  }
  void perform(const GoldenAction& action) {
    plant_.wait(action.after);
    switch (action.kind) {
      case GoldenAction::Kind::in:
        for (unsigned i = 0; i < action.times; ++i) plant_.inject(action.port, action.frame);
        break;
      case GoldenAction::Kind::wait:
        break;
      case GoldenAction::Kind::learn:
        plant_.set_neighbour(action.address, action.mac);
        break;
      case GoldenAction::Kind::reload:
        plant_.configure(config_of(action.file));
        break;
    }
  }

  void compare(std::span<const GoldenStep> steps) {
    GoldenStep expected;
    for (const GoldenStep& step : steps) {
      expected.wire.insert(expected.wire.end(), step.wire.begin(), step.wire.end());
      expected.kernel.insert(expected.kernel.end(), step.kernel.begin(), step.kernel.end());
      for (const auto& [name, count] : step.verdicts) expected.verdicts[name] += count;
    }
    GoldenStep actual;
    for (Departure& left : plant_.take_departures())
      (left.to == Departure::To::wire ? actual.wire : actual.kernel)
          .push_back({left.port, std::move(left.frame)});
    // A burst leaves port by port.
    for (auto* frames : {&expected.wire, &actual.wire})
      std::ranges::stable_sort(*frames, {}, &GoldenFrame::port);
    for (std::size_t i = 0; i < datapath::verdict_count; ++i) {
      const auto verdict = static_cast<Verdict>(i);
      const std::uint64_t total = plant_.total(verdict);
      if (total != seen_[i])
        actual.verdicts[std::string(datapath::name(verdict))] = total - seen_[i];
      seen_[i] = total;
    }
    const GoldenAction& action = steps.front().action;
    compare_verdicts(action, expected, actual);
    compare_frames(action, "on the wire", expected.wire, actual.wire);
    compare_frames(action, "for the kernel", expected.kernel, actual.kernel);
    compare_counts(steps.back());
  }

  void differ(unsigned line, const std::string& what) {
    if (!difference_) difference_ = fmt::format("{}:{}: {}", golden_.frames_file, line, what);
  }
  void differ(const GoldenAction& action, const std::string& what) {
    const std::string played = action.frame.empty() ? "" : "\n  played   " + as_scapy(action.frame);
    differ(action.line, what + played);
  }

  void compare_frames(const GoldenAction& action, const char* where,
                      const std::vector<GoldenFrame>& expected,
                      const std::vector<GoldenFrame>& actual) {
    const auto [at, seen] = std::ranges::mismatch(expected, actual);
    if (at == expected.end() && seen == actual.end()) return;
    const auto show = [&](const auto& frames, auto frame) {
      return frame == frames.end() ? std::string("nothing (more)")
                                   : fmt::format("{}: {}", golden_.port_names[frame->port.value()],
                                                 as_scapy(frame->bytes));
    };
    differ(action,
           fmt::format("frame {} {}\n  expected {}\n  there is {}", at - expected.begin() + 1,
                       where, show(expected, at), show(actual, seen)));
  }

  void compare_verdicts(const GoldenAction& action, const GoldenStep& expected,
                        const GoldenStep& actual) {
    if (expected.verdicts == actual.verdicts) return;
    const auto show = [](const std::map<std::string, std::uint64_t>& verdicts) {
      std::string text;
      for (const auto& [name, count] : verdicts) text += fmt::format(" {}*{}", name, count);
      return text.empty() ? " none" : text;
    };
    differ(action, fmt::format("verdicts\n  expected{}\n  there is{}", show(expected.verdicts),
                               show(actual.verdicts)));
  }

  void compare_counts(const GoldenStep& step) {
    for (const ServerCounts& expected : step.servers) {
      const DestinationTotals sum = totals(find_server(expected));
      const std::array<std::uint64_t, 3> actual{sum.active, sum.inactive, sum.connections};
      if (actual != expected.counts)
        differ(expected.line, fmt::format("{} has {} active, {} inactive connections, {} in all",
                                          expected.server, actual[0], actual[1], actual[2]));
    }
    if (step.entries && entries() != *step.entries)
      differ(step.action.line,
             fmt::format("there are {} entries, expected {}", entries(), *step.entries));
    if (step.evictions && evictions() != *step.evictions)
      differ(step.action.line,
             fmt::format("there were {} evictions, expected {}", evictions(), *step.evictions));
    if (step.templates && templates() != *step.templates)
      differ(step.action.line,
             fmt::format("there are {} templates, expected {}", templates(), *step.templates));
  }

  const control::ServerView& find_server(const ServerCounts& counts) const {
    for (const control::ServiceView& service : plant_.builder().services())
      if (to_string(service.key.address, service.key.port) == counts.service)
        for (const control::ServerView& server : service.servers)
          if (to_string(server.server.address) == counts.server) return server;
    throw std::runtime_error(
        fmt::format("{}:{}: there is no such server", golden_.frames_file, counts.line));
  }

  std::uint64_t sum_of(Counter datapath::WorkerCounters::*counter) const {
    std::uint64_t sum = 0;
    for (std::uint16_t i = 0; i < mode_.workers; ++i)
      sum += (plant_.counters(WorkerId(i)).*counter).value();
    return sum;
  }
  std::uint64_t entries() const { return sum_of(&datapath::WorkerCounters::table_entries); }
  std::uint64_t evictions() const {
    std::uint64_t sum = 0;
    for (std::uint16_t i = 0; i < mode_.workers; ++i)
      sum += plant_.counters(WorkerId(i)).evictions();
    return sum;
  }

  std::uint64_t templates() const {
    std::uint64_t sum = 0;
    for (const control::ServiceView& service : plant_.builder().services())
      for (const control::ServerView& server : service.servers) sum += totals(server).persistent;
    return sum;
  }

  std::string counters() const {
    std::string text = fmt::format("workers {}\nframes {}\n", mode_.workers,
                                   sum_of(&datapath::WorkerCounters::frames));
    for (std::size_t i = 0; i < datapath::verdict_count; ++i)
      if (const auto verdict = static_cast<Verdict>(i); plant_.total(verdict) != 0)
        text += fmt::format("{} {}\n", datapath::name(verdict), plant_.total(verdict));
    text += fmt::format("entries {}\nevictions {}\n", entries(), evictions());
    for (const control::ServiceView& service : plant_.builder().services())
      for (const control::ServerView& server : service.servers) {
        const DestinationTotals sum = totals(server);
        text += fmt::format("server {} {} active {} inactive {} connections {} packets {} bytes {}",
                            to_string(service.key.address, service.key.port),
                            to_string(server.server.address), sum.active, sum.inactive,
                            sum.connections, sum.packets, sum.bytes);
        text += sum.persistent == 0 ? "\n" : fmt::format(" persistent {}\n", sum.persistent);
      }
    return text;
  }

  const GoldenCase& golden_;
  PlayMode mode_;
  InProcessPlant plant_;
  std::array<std::uint64_t, datapath::verdict_count> seen_{};
  std::optional<std::string> difference_;
};

}  // namespace

std::string to_string(const PlayMode& mode) {
  return fmt::format("{} worker{}, {}", mode.workers, mode.workers == 1 ? "" : "s",
                     mode.bursts ? "in bursts" : "one by one");
}

Played play(const GoldenCase& golden, const PlayMode& mode) {
  return Player(golden, mode).play();
}

}  // namespace drover::test
