// SPDX-License-Identifier: BSD-3-Clause
#include "test/unit/drivers/lab.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "lib/base/result.h"
#include "test/unit/drivers/hex.h"

namespace drover::test {
namespace {

void must(const Outcome& outcome) {
  if (outcome.status != 0) throw std::runtime_error(outcome.output);
}

UniqueFd open_namespace(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw std::runtime_error("no namespace " + path);
  return fd;
}

}  // namespace

Outcome run(const std::string& command) {
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  Outcome outcome;
  std::array<char, 4096> text;
  for (std::size_t length; (length = fread(text.data(), 1, text.size(), pipe)) > 0;)
    outcome.output.append(text.data(), length);
  outcome.status = WEXITSTATUS(pclose(pipe));
  return outcome;
}

Namespace::Namespace(const std::string& role) : name_(fmt::format("drv{}{}", getpid(), role)) {
  must(test::run("ip netns add " + name_));
}

Namespace::~Namespace() {
  test::run("ip netns delete " + name_);
}

Outcome Namespace::run(const std::string& command) const {
  return test::run(fmt::format("ip netns exec {} {}", name_, command));
}

void Namespace::enter() const {
  const UniqueFd target = open_namespace("/run/netns/" + name_);
  if (setns(target.get(), CLONE_NEWNET) != 0) throw std::runtime_error("setns " + name_);
}

void Namespace::inside(const std::function<void()>& call) const {
  const UniqueFd home = open_namespace("/proc/thread-self/ns/net");
  enter();
  call();
  setns(home.get(), CLONE_NEWNET);
}

Lab::Lab() {
  must(test::run(fmt::format("ip link add port0 netns {} type veth peer name peer0 netns {}",
                             balancer.name(), peer.name())));
  for (const auto& [where, device, host] :
       {std::tuple{&balancer, "port0", "11"}, std::tuple{&peer, "peer0", "1"}}) {
    must(where->run(fmt::format("ethtool -K {} tx off txvlan off", device)));
    const std::string ip = fmt::format("ip -n {} ", where->name());
    must(test::run(ip + "link set lo up && " + ip + "link set " + device + " up"));
    must(
        test::run(fmt::format("{0} addr add 192.0.2.{1}/24 dev {2} && {0} addr add "
                              "2001:db8::{1}/64 dev {2} nodad",
                              ip, host, device)));
  }
  peer.inside([&] {
    socket_ = UniqueFd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(if_nametoindex("peer0"));
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no packet socket");
  });
}

MacAddress Lab::port_mac() const {
  const std::string text = balancer.run("cat /sys/class/net/port0/address").output;
  return MacAddress::parse(text.substr(0, 17)).value();
}

std::string Lab::xdp() const {
  const std::string text = test::run("ip -n " + balancer.name() + " link show port0").output;
  const auto found = text.find("prog/xdp");
  return found == std::string::npos ? "" : text.substr(found, text.find('\n', found) - found);
}

void Lab::send(const std::string& hex) const {
  flood(hex, 1);
}

void Lab::flood(const std::string& hex, unsigned count) const {
  const auto frame = from_hex(hex);
  for (unsigned i = 0; i < count; ++i) {
    while (::send(socket_.get(), frame.data(), frame.size(), 0) < 0)
      if (errno != ENOBUFS) throw std::runtime_error("not sent: " + errno_text(errno));
  }
}

PortRun::PortRun(const Namespace& where, const std::vector<std::string>& arguments) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const char* program = std::getenv("PORT_RUN");
  if (program == nullptr) throw std::runtime_error("PORT_RUN names the program");
  process_ = fork();
  if (process_ == 0) {
    where.enter();
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    std::vector<char*> argv = {const_cast<char*>(program)};
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(program, argv.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  input_ = UniqueFd(in[1]);
  output_ = UniqueFd(out[0]);
}

PortRun::~PortRun() {
  kill();
}

void PortRun::tell(const std::string& line) {
  const std::string text = line + "\n";
  if (write(input_.get(), text.data(), text.size()) < 0)
    throw std::runtime_error("port_run is gone");
}

std::string PortRun::expect(const std::string& prefix, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    for (auto stop = text_.find('\n'); stop != std::string::npos; stop = text_.find('\n')) {
      const std::string line = text_.substr(0, stop);
      text_.erase(0, stop + 1);
      if (line.starts_with(prefix)) return line;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ready{.fd = output_.get(), .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) <= 0) return {};
    std::array<char, 4096> text;
    const ssize_t length = read(output_.get(), text.data(), text.size());
    if (length <= 0) return {};
    text_.append(text.data(), static_cast<std::size_t>(length));
  }
}

int PortRun::stop() {
  input_ = UniqueFd();
  int status = 0;
  waitpid(std::exchange(process_, -1), &status, 0);
  return WEXITSTATUS(status);
}

void PortRun::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  waitpid(std::exchange(process_, -1), nullptr, 0);
}

bool arrives(const Lab& lab, PortRun& port, const std::string& hex) {
  for (int tries = 0; tries < 20; ++tries) {
    lab.send(hex);
    if (port.expect("frame", std::chrono::milliseconds(500)) == "frame " + hex) return true;
  }
  return false;
}

}  // namespace drover::test
