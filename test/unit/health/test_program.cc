// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "lib/health/process.h"
#include "test/unit/catch.h"
#include "test/unit/temporary_directory.h"

namespace drover::health {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds long_enough{10'000};

const Subject subject{
    .server = *IpAddress::parse("192.0.2.21"), .vip = *IpAddress::parse("192.0.2.10"), .port = 80};

bool lacks_root() {
  if (geteuid() == 0) return false;
  WARN("SKIPPED: to change the user needs root");
  return true;
}

struct Runner {
  Outcome run(Program program, milliseconds timeout = long_enough) {
    if (program.user.empty()) program.user = "nobody";
    const auto prober = make_program(loop, subject, std::move(program));
    std::optional<Outcome> outcome;
    prober->start(timeout, [&](Outcome result) { outcome = std::move(result); });
    while (!outcome) loop.run_one();
    return *outcome;
  }
  // A shell is a program as any other.
  Outcome shell(const std::string& script, milliseconds timeout = long_enough) {
    return run({.command = {"/bin/sh", "-c", script, "sh", "%h", "%p", "%v"},
                .user = {},
                .reader = {},
                .output = {}},
               timeout);
  }

  boost::asio::io_context loop;
};

}  // namespace

TEST_CASE("an exit status is good or not", "[health]") {
  if (lacks_root()) return;
  Runner runner;
  CHECK(runner.shell("exit 0").reason == "");
  CHECK(runner.shell("echo oh; exit 3").reason == "exit status 3: \"oh\"");
  CHECK(runner.shell("kill -TERM $$; exit 9").kind == Outcome::Kind::wrong);
}

TEST_CASE("a program knows what it checks", "[health]") {
  if (lacks_root()) return;
  Runner runner;
  CHECK(runner.shell("[ \"$1 $2 $3\" = \"192.0.2.21 80 192.0.2.10\" ]").reason == "");
  CHECK(runner
            .shell("[ \"$DROVER_SERVER $DROVER_PORT $DROVER_VIP\" = "
                   "\"192.0.2.21 80 192.0.2.10\" ]")
            .is_good());
}

TEST_CASE("a program has no privileges and none of our descriptors", "[health]") {
  if (lacks_root()) return;
  Runner runner;
  CHECK(runner.shell("[ $(id -u) != 0 ] && [ $(id -g) != 0 ]").reason == "");
  CHECK(runner.shell("grep -q '^NoNewPrivs:.*1' /proc/self/status").reason == "");
  const int leaked = dup(0);
  const std::string path = "/proc/self/fd/" + std::to_string(leaked);
  CHECK(runner.shell("[ ! -e " + path + " ]").reason == "");
  close(leaked);
  CHECK(runner.run({.command = {"/bin/true"}, .user = "nosuchuser", .reader = {}, .output = {}})
            .reason == "there is no user nosuchuser in /etc/passwd");
  CHECK_FALSE(find_account("root"));
}

TEST_CASE("a program's output is compared but for white space at its end", "[health]") {
  if (lacks_root()) return;
  Runner runner;
  const auto says = [&](const char* text) {
    return runner.run({.command = {"/bin/echo", text}, .user = {}, .reader = {}, .output = "OK"});
  };
  CHECK(says("OK").is_good());
  CHECK(says("OK!").reason == "wrote \"OK!\", expected \"OK\"");
}

TEST_CASE("an agent may be a program", "[health]") {
  if (lacks_root()) return;
  Runner runner;
  const Outcome outcome = runner.run({.command = {"/bin/echo", "drain"},
                                      .user = {},
                                      .reader = [] { return make_agent_reader(); },
                                      .output = {}});
  CHECK(outcome.agent == AgentReport{std::nullopt, true});
}

TEST_CASE("a program that takes too long is killed with what it has started", "[health]") {
  if (lacks_root()) return;
  Runner runner;
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "alive").string();
  chmod(directory.path().c_str(), 0777);
  // Each keeps the pipe open that is the test's witness: it is at its end when all are gone.
  REQUIRE(mkfifo(path.c_str(), 0666) == 0);
  chmod(path.c_str(), 0666);
  const int witness = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const Outcome outcome = runner.shell(
      "exec 3>" + path + "; echo here >&3; sleep 1000 & setsid sleep 1000 & sleep 1000",
      milliseconds(500));
  CHECK(outcome.reason == "killed after 500 ms");
  runner.loop.run();  // until it has been reaped
  char bytes[16];
  CHECK(read(witness, bytes, sizeof bytes) == 5);
  for (int i = 0; i < 1'000 && read(witness, bytes, sizeof bytes) != 0; ++i) usleep(1'000);
  CHECK(read(witness, bytes, sizeof bytes) == 0);
  close(witness);
}

TEST_CASE("a program's endless output is bounded", "[health]") {
  if (lacks_root()) return;
  Runner runner;
  CHECK(runner.shell("head -c 1000000 /dev/zero; exit 1").reason.size() < 200);
}

TEST_CASE("only a program that is root's alone is run", "[health]") {
  if (lacks_root()) return;
  Runner runner;
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "check").string();
  const auto run = [&] {
    return runner.run({.command = {path}, .user = {}, .reader = {}, .output = {}}).reason;
  };
  CHECK(run() == path + ": No such file or directory");
  std::ofstream(path) << "#!/bin/sh\nexit 0\n";
  chmod(directory.path().c_str(), 0755);
  chmod(path.c_str(), 0775);
  CHECK(run() == path + " must belong to root, and nobody else may write it");
  chmod(path.c_str(), 0755);
  CHECK(run().empty());
  REQUIRE(chown(path.c_str(), 65'534, 65'534) == 0);
  CHECK(run() == path + " must belong to root, and nobody else may write it");
}

}  // namespace drover::health
