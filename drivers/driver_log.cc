// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/driver_log.h"

#include <bpf/libbpf.h>
#include <rte_log.h>

#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/log.h"

namespace drover {
namespace {

using Line = std::pair<log::Level, std::string>;

struct Sink {
  std::mutex mutex;
  bool capturing = false;
  std::vector<Line> captured;
  std::string unfinished;  // text whose end of line has not come
};

Sink& sink() {
  static Sink instance;
  return instance;
}

// With the mutex held.
void take(log::Level level, std::string_view text) {
  Sink& to = sink();
  to.unfinished += text;
  for (auto end = to.unfinished.find('\n'); end != std::string::npos;
       end = to.unfinished.find('\n')) {
    std::string line = to.unfinished.substr(0, end);
    to.unfinished.erase(0, end + 1);
    if (line.empty()) continue;
    if (to.capturing) {
      to.captured.emplace_back(level, std::move(line));
    } else if (log::enabled(level)) {
      log::write(level, line);
    }
  }
}

log::Level from_dpdk(int level) {
  if (level <= 0) return log::Level::debug;  // no message of DPDK's is under way
  if (level <= static_cast<int>(RTE_LOG_ERR)) return log::Level::error;
  if (level == static_cast<int>(RTE_LOG_WARNING)) return log::Level::warning;
  if (level == static_cast<int>(RTE_LOG_NOTICE)) return log::Level::info;
  return log::Level::debug;
}

ssize_t write_dpdk(void*, const char* text, std::size_t length) {
  const std::lock_guard lock(sink().mutex);
  take(from_dpdk(rte_log_cur_msg_loglevel()), {text, length});
  return static_cast<ssize_t>(length);
}

int write_libbpf(libbpf_print_level level, const char* format, va_list arguments) {
  char text[1024];
  const int length = vsnprintf(text, sizeof text, format, arguments);
  const std::lock_guard lock(sink().mutex);
  // Its complaints about what the caller has asked are for the caller to judge.
  take(level == LIBBPF_WARN ? log::Level::warning : log::Level::debug, text);
  return length;
}

}  // namespace

void route_driver_logs() {
  libbpf_set_print(write_libbpf);
  const cookie_io_functions_t functions{
      .read = nullptr, .write = write_dpdk, .seek = nullptr, .close = nullptr};
  if (FILE* stream = fopencookie(nullptr, "w", functions); stream != nullptr)
    rte_openlog_stream(stream);
}

LogCapture::LogCapture() {
  const std::lock_guard lock(sink().mutex);
  sink().capturing = true;
}

LogCapture::~LogCapture() {
  const std::lock_guard lock(sink().mutex);
  for (const auto& [level, text] : sink().captured) {
    const log::Level at = told_ ? log::Level::debug : level;
    if (log::enabled(at)) log::write(at, text);
  }
  sink().captured.clear();
  sink().capturing = false;
}

std::string LogCapture::cause() {
  const std::lock_guard lock(sink().mutex);
  told_ = true;
  std::string text;
  for (const auto& [level, line] : sink().captured) {
    if (level != log::Level::error && level != log::Level::warning) continue;
    if (!text.empty()) text += "; ";
    text += line;
  }
  return text.empty() ? "no reason given" : text;
}

}  // namespace drover
