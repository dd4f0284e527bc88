// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <utility>

#include "lib/health/excerpt.h"
#include "lib/health/process.h"

namespace drover::health {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;
using ErrorCode = boost::system::error_code;

constexpr std::size_t most_output = 4'096;  // bytes that are kept

std::string_view trim_end(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

// It lives on until the process has been reaped, whatever became of the prober.
class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(asio::io_context& loop, const Program& program, Prober::Finished finished)
      : program_(program),
        finished_(std::move(finished)),
        ended_(loop),
        output_(loop),
        timer_(loop) {}

  void start(const ProcessSettings& settings, std::chrono::milliseconds timeout) {
    auto process = start_process(settings);
    if (!process)
      return report(process.error().where.empty() ? wrong(process.error().what)
                                                  : not_run(process.error().what));
    process_ = *process;
    ended_.assign(process_.descriptor);
    output_.assign(process_.output);
    timer_.expires_after(timeout);
    timer_.async_wait([self = shared_from_this(), timeout](const ErrorCode& error) {
      if (error || self->reaped_) return;
      kill_process(self->process_);
      self->report(wrong(fmt::format("killed after {} ms", timeout.count())));
    });
    wait_for_end();
    read_output();
  }

  void abandon() {
    finished_ = nullptr;
    if (process_.id >= 0 && !reaped_) kill_process(process_);
  }

 private:
  void wait_for_end() {
    ended_.async_wait(Descriptor::wait_read, [self = shared_from_this()](const ErrorCode& error) {
      if (error) return;
      // A readiness may be another's that had this descriptor before.
      if (has_ended(self->process_))
        self->process_ended();
      else
        self->wait_for_end();
    });
  }

  void read_output() {
    output_.async_wait(Descriptor::wait_read, [self = shared_from_this()](const ErrorCode& error) {
      if (!error && self->take_output()) self->read_output();
    });
  }

  // False: there is no more. What is beyond the bound is read and forgotten.
  bool take_output() {
    std::array<char, 4'096> bytes;
    const ssize_t got = read(output_.native_handle(), bytes.data(), bytes.size());
    if (got <= 0) return got < 0 && errno == EAGAIN;
    text_.append(bytes.data(), std::min(static_cast<std::size_t>(got), most_output - text_.size()));
    return true;
  }

  void process_ended() {
    kill_process(process_);  // what it has left behind
    const int status = reap_process(process_);
    reaped_ = true;
    timer_.cancel();
    for (int reads = 0; reads < 4 && take_output(); ++reads) continue;
    ErrorCode ignored;
    ended_.close(ignored);
    output_.close(ignored);
    report(judge(status));
  }

  Outcome judge(int status) {
    const std::string_view text = trim_end(text_);
    if (status < 0) return wrong(fmt::format("ended by signal {}", -status));
    if (status > 0)
      return wrong(text.empty() ? fmt::format("exit status {}", status)
                                : fmt::format("exit status {}: {}", status, excerpt(text)));
    if (!program_.output.empty() && text != program_.output)
      return wrong(fmt::format("wrote {}, expected {}", excerpt(text), excerpt(program_.output)));
    if (!program_.reader) return {};
    const auto reader = program_.reader();
    if (!text_.empty())
      if (auto outcome = reader->take(text_)) return std::move(*outcome);
    return reader->end();
  }

  void report(Outcome outcome) {
    if (const auto finished = std::exchange(finished_, nullptr)) finished(std::move(outcome));
  }

  Program program_;
  Prober::Finished finished_;
  Process process_;
  bool reaped_ = false;
  Descriptor ended_;
  Descriptor output_;
  asio::steady_timer timer_;
  std::string text_;
};

class ProgramProber final : public Prober {
 public:
  ProgramProber(asio::io_context& loop, const Subject& subject, Program program)
      : loop_(loop), program_(std::move(program)), account_(find_account(program_.user)) {
    const std::string server = to_string(subject.server);
    const std::string port = fmt::format("{}", subject.port);
    const std::string vip = to_string(subject.vip);
    for (const std::string& word : program_.command)
      settings_.command.push_back(word == "%h"   ? server
                                  : word == "%p" ? port
                                  : word == "%v" ? vip
                                                 : word);
    settings_.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C",
                             "DROVER_SERVER=" + server, "DROVER_PORT=" + port, "DROVER_VIP=" + vip};
    settings_.environment.insert(settings_.environment.end(), program_.environment.begin(),
                                 program_.environment.end());
    if (!account_) return;
    settings_.user = account_->user;
    settings_.group = account_->group;
  }
  ProgramProber(const ProgramProber&) = delete;
  ProgramProber& operator=(const ProgramProber&) = delete;
  ~ProgramProber() override {
    if (run_) run_->abandon();
  }

  void start(std::chrono::milliseconds timeout, Finished finished) override {
    if (!account_) return finished(wrong(account_.error().what));
    run_ = std::make_shared<Run>(loop_, program_, std::move(finished));
    run_->start(settings_, timeout);
  }

 private:
  asio::io_context& loop_;
  Program program_;
  Result<Account> account_;
  ProcessSettings settings_;
  std::shared_ptr<Run> run_;
};

}  // namespace

std::unique_ptr<Prober> make_program(asio::io_context& loop, const Subject& subject,
                                     Program program) {
  return std::make_unique<ProgramProber>(loop, subject, std::move(program));
}

}  // namespace drover::health
