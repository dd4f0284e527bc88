// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/driver_log.h"

#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <fmt/ranges.h>
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

struct Line {
  log::Level level;
  bool complaint;  // may tell why something failed
  std::string text;
};

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
void take(log::Level level, bool complaint, std::string_view text) {
  Sink& to = sink();
  to.unfinished += text;
  for (auto end = to.unfinished.find('\n'); end != std::string::npos;
       end = to.unfinished.find('\n')) {
    std::string line = to.unfinished.substr(0, end);
    to.unfinished.erase(0, end + 1);
    if (line.empty()) continue;
    if (to.capturing) {
      to.captured.push_back({level, complaint, std::move(line)});
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
  const log::Level level = from_dpdk(rte_log_cur_msg_loglevel());
  take(level, level == log::Level::error || level == log::Level::warning, {text, length});
  return static_cast<ssize_t>(length);
}

// Complaints of libbpf and libxdp are for the caller to judge: many are about what they then do
// otherwise. Their lowest level is the warning in both.
template <class PrintLevel>
int write_library(PrintLevel level, const char* format, va_list arguments) {
  char text[1024];
  const int length = vsnprintf(text, sizeof text, format, arguments);
  const std::lock_guard lock(sink().mutex);
  take(log::Level::debug, static_cast<int>(level) == 0, text);
  return length;
}
static_assert(LIBBPF_WARN == 0);

}  // namespace

void route_driver_logs() {
  libbpf_set_print(write_library<libbpf_print_level>);
  const cookie_io_functions_t functions{
      .read = nullptr, .write = write_dpdk, .seek = nullptr, .close = nullptr};
  if (FILE* stream = fopencookie(nullptr, "w", functions); stream != nullptr)
    rte_openlog_stream(stream);
}

void route_libxdp_log() {
  void* libxdp = dlopen("libxdp.so.1", RTLD_LAZY | RTLD_NOLOAD);
  if (libxdp == nullptr) return;
  // enum libxdp_print_level is an int, of which 0 is the warning.
  using SetPrint = void* (*)(int (*)(int, const char*, va_list));
  if (auto* set_print = reinterpret_cast<SetPrint>(dlsym(libxdp, "libxdp_set_print")))
    set_print(write_library<int>);
  dlclose(libxdp);
}

LogCapture::LogCapture() {
  const std::lock_guard lock(sink().mutex);
  sink().capturing = true;
}

LogCapture::~LogCapture() {
  const std::lock_guard lock(sink().mutex);
  for (const Line& line : sink().captured) {
    const bool aloud = line.level == log::Level::error && !told_;
    const log::Level level = aloud ? log::Level::error : log::Level::debug;
    if (log::enabled(level)) log::write(level, line.text);
  }
  sink().captured.clear();
  sink().capturing = false;
}

std::string LogCapture::cause() {
  const std::lock_guard lock(sink().mutex);
  told_ = true;
  constexpr std::size_t enough = 3;  // what follows only says it in other words
  std::vector<std::string_view> complaints;
  for (const Line& line : sink().captured)
    if (line.complaint && complaints.size() < enough) complaints.push_back(line.text);
  return complaints.empty() ? "no reason given" : fmt::format("{}", fmt::join(complaints, "; "));
}

}  // namespace drover
