// SPDX-License-Identifier: BSD-3-Clause
// `drover watch`: what happens now, again and again; in place on a terminal, else one picture below
// the other.
#include <fmt/chrono.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <thread>

#include "apps/drover/api_client.h"
#include "apps/drover/colour.h"
#include "apps/drover/command.h"
#include "apps/drover/ipvsadm_text.h"
#include "apps/drover/service_sample.h"
#include "apps/drover/terminal.h"
#include "apps/drover/watch_text.h"

namespace drover::client {
namespace {

// Short, as Ctrl-C waits for a request to end.
constexpr std::chrono::seconds patience{3};

struct Options {
  double interval = 2;
  std::uint64_t count = 0;  // 0: without end
};

std::string time_of_day() {
  return fmt::format("{:%H:%M:%S}", fmt::localtime(std::time(nullptr)));
}

// The last two samples and why there is no newer one.
class Samples {
 public:
  explicit Samples(const std::string& socket) : client_(socket, patience) {}

  Result<void> take() {
    auto services = sample_services(client_);
    if (!services) {
      complaint_ = to_string(services.error());
      return tl::unexpected(services.error());
    }
    complaint_.clear();
    sort_like_ipvsadm(*services);
    rates_ = latest_ ? std::optional(Rates(*latest_, *services)) : std::nullopt;
    latest_ = std::move(*services);
    return {};
  }

  std::string text(Picture picture) const {
    picture.complaint = complaint_;
    picture.colours = colours_wanted();
    return watch_text(*latest_, rates_, picture);
  }

 private:
  ApiClient client_;
  std::optional<api::Services> latest_;
  std::optional<Rates> rates_;
  std::string complaint_;
};

std::chrono::steady_clock::duration interval_of(const Options& options) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(options.interval));
}

void watch_in_place(Samples& samples, const Options& options) {
  Terminal terminal;
  std::string time = time_of_day();
  const auto draw = [&] {
    const auto [columns, rows] = Terminal::size();
    // The last row stays empty: a line feed there would scroll.
    terminal.draw(samples.text({columns, rows - 1, options.interval, time, ""}));
  };
  draw();
  std::uint64_t drawn = 0;
  auto next = std::chrono::steady_clock::now() + interval_of(options);
  while (options.count == 0 || drawn < options.count) {
    const auto event = terminal.wait(next - std::chrono::steady_clock::now());
    if (event == Terminal::Event::end) return;
    if (event == Terminal::Event::time) {
      // A complaint stands in the picture, and the next sample may be a good one.
      static_cast<void>(samples.take());
      time = time_of_day();
      ++drawn;
      next = std::chrono::steady_clock::now() + interval_of(options);
    }
    draw();
  }
}

ExitStatus watch_below(Samples& samples, const Options& options) {
  for (std::uint64_t drawn = 0; options.count == 0 || drawn < options.count; ++drawn) {
    std::this_thread::sleep_for(interval_of(options));
    if (const auto taken = samples.take(); !taken) return complain(taken.error());
    if (drawn > 0) print("\n");
    print(samples.text({80, std::nullopt, options.interval, time_of_day(), ""}));
    std::fflush(stdout);
  }
  return ExitStatus::done;
}

ExitStatus run(const std::string& socket, const Options& options) {
  Samples samples(socket);
  if (const auto taken = samples.take(); !taken) return complain(taken.error());
  if (!Terminal::is_there()) return watch_below(samples, options);
  watch_in_place(samples, options);
  return ExitStatus::done;
}

}  // namespace

void add_watch(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("watch", "Show rates of services and servers, redrawn until Ctrl-C");
  command->add_option("--interval,-n", options->interval, "Seconds between two pictures")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command->add_option("--count", options->count, "End after so many pictures");
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
