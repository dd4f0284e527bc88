// SPDX-License-Identifier: BSD-3-Clause
// `drover capture`: packets as they come and as they leave, into a pcapng file.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "apps/drover/api_client.h"
#include "apps/drover/capture_file.h"
#include "apps/drover/command.h"
#include "apps/drover/filter_help.h"

namespace drover::client {
namespace {

struct Options {
  std::vector<std::string> filter;
  std::string file;
  std::uint32_t count = 0;
  std::uint32_t snaplen = 0;
};

// An interrupt ends the capture at droverd, so that what is on its way still comes, and the count
// of what found no room. A second one ends this program; its file is whole at every moment.
class EndAtInterrupt {
 public:
  explicit EndAtInterrupt(std::function<bool()> end) : end_(std::move(end)) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    std::thread([this] { wait(); }).detach();
  }

 private:
  void wait() {
    int signal = 0;
    sigwait(&signals_, &signal);
    if (end_()) sigwait(&signals_, &signal);
    std::signal(signal, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    kill(getpid(), signal);
  }

  std::function<bool()> end_;
  sigset_t signals_;
};

ExitStatus run(const std::string& socket, const Options& options) {
  auto file = CaptureFile::create(options.file);
  if (!file) return complain(file.error());
  const std::string name = fmt::format("{}", getpid());
  const ApiClient client(socket);
  // Lives as long as its thread, which nobody ends.
  static const EndAtInterrupt end_at_interrupt(
      [client, name] { return client.send("DELETE", "/v1/capture?name=" + name).has_value(); });
  std::string target =
      fmt::format("/v1/capture?name={}&filter={}", name,
                  ApiClient::encoded(fmt::format("{}", fmt::join(options.filter, " "))));
  if (options.count > 0) target += fmt::format("&count={}", options.count);
  if (options.snaplen > 0) target += fmt::format("&snaplen={}", options.snaplen);
  const auto captured =
      client.get_pieces(target, [&](std::string_view bytes) { return file->take(bytes); });
  const auto finished = file->finish();
  std::fputs(fmt::format("{} frames captured, {} dropped for want of room\n", file->frames(),
                         file->dropped())
                 .c_str(),
             stderr);
  if (!captured) return complain(captured.error());
  return finished ? ExitStatus::done : complain(finished.error());
}

}  // namespace

void add_capture(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "capture",
      "Write packets that match a filter to a pcapng file, as they come and as they are sent on");
  command->add_option("FILTER", options->filter, filter_help);
  command->add_option("--output,-o", options->file, "The file; -: stdout")->required();
  command->add_option("--count", options->count, "End after so many packets that came")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--snaplen", options->snaplen, "Bytes of each frame, all by default")
      ->check(CLI::Range(1, 65'535));
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
