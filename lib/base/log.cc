// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <string>

namespace drover::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      break;
  }
  return spdlog::level::err;
}

// sd-daemon(3): a line's priority stands before it as "<N>".
class JournalPriority : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const std::string_view prefix = prefix_of(message.level);
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JournalPriority>();
  }

 private:
  static std::string_view prefix_of(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::debug:
        return "<7>";
      case spdlog::level::warn:
        return "<4>";
      case spdlog::level::err:
        return "<3>";
      default:
        return "<6>";
    }
  }
};

std::shared_ptr<spdlog::logger> make_logger() {
  if (isatty(STDERR_FILENO) != 0) {
    auto logger = std::make_shared<spdlog::logger>(
        "drover", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    logger->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
    return logger;
  }
  auto logger =
      std::make_shared<spdlog::logger>("drover", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<JournalPriority>('*').set_pattern("%*%v");
  logger->set_formatter(std::move(formatter));
  return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = [] {
    auto made = make_logger();
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return instance;
}

}  // namespace

Result<Level> parse_level(std::string_view name) {
  if (name == "debug") return Level::debug;
  if (name == "info") return Level::info;
  if (name == "warning") return Level::warning;
  if (name == "error") return Level::error;
  return failure("--log-level", fmt::format("unknown level '{}'", name),
                 "use debug, info, warning or error");
}

void start(Level least) {
  logger()->set_level(to_spdlog(least));
  logger()->flush_on(spdlog::level::debug);
}

void write(Level level, std::string_view message) {
  logger()->log(to_spdlog(level), message);
}

bool enabled(Level level) {
  return logger()->should_log(to_spdlog(level));
}

}  // namespace drover::log
