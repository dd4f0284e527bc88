// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

namespace drover::health {
namespace {

Result<void> check_program(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    return failure("", fmt::format("{}: {}", path, errno_text(errno)));
  if (!S_ISREG(status.st_mode)) return failure("", path + " is no file");
  if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return failure("", path + " must belong to root, and nobody else may write it");
  return {};
}

// What the child needs; it shares our memory until it has become the program.
struct Child {
  const ProcessSettings& settings;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int output;
  int error = 0;  // that kept it from becoming the program
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// The C library would change the user of all our threads.
bool drop_privileges(uid_t user, gid_t group) {
  return syscall(SYS_setgroups, 0, nullptr) == 0 &&
         syscall(SYS_setresgid, group, group, group) == 0 &&
         syscall(SYS_setresuid, user, user, user) == 0 &&
         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the child: no allocation, no lock, nothing that outlives it in our memory.
int become_program(void* argument) {
  Child& child = *static_cast<Child*>(argument);
  setsid();
  reset_signals();
  const sched_param ordinary{};
  sched_setscheduler(0, SCHED_OTHER, &ordinary);
  const int null = open("/dev/null", O_RDONLY);
  const bool ready = null >= 0 && dup2(null, 0) == 0 && dup2(child.output, 1) == 1 &&
                     dup2(child.output, 2) == 2 && syscall(SYS_close_range, 3, ~0U, 0) == 0 &&
                     chdir("/") == 0 && drop_privileges(child.settings.user, child.settings.group);
  if (ready) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);  // after the change of user, which clears it
    execve(child.arguments[0], child.arguments.data(), child.environment.data());
  }
  child.error = errno;
  _exit(127);
}

class Stack {
 public:
  Stack()
      : memory_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK,
                     -1, 0)) {}
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() {
    if (is_there()) munmap(memory_, size);
  }
  bool is_there() const { return memory_ != MAP_FAILED; }
  void* top() const { return static_cast<char*>(memory_) + size; }

 private:
  static constexpr std::size_t size = 64 * 1'024;
  void* memory_;
};

}  // namespace

Result<Process> start_process(const ProcessSettings& settings) {
  if (auto checked = check_program(settings.command.front()); !checked)
    return tl::unexpected(checked.error());
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return failure("droverd", "no pipe: " + errno_text(errno));
  fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
  Child child{settings, pointers(settings.command), pointers(settings.environment), pipe_ends[1]};
  const Stack stack;
  if (!stack.is_there()) return failure("droverd", "no memory for a process");

  constexpr int as_vfork = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  Process process{.output = pipe_ends[0]};
  // A signal handler must not run in the child while it shares our memory.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  process.id =
      clone(become_program, stack.top(), as_vfork | CLONE_NEWPID, &child, &process.descriptor);
  if (process.id < 0)
    process.id = clone(become_program, stack.top(), as_vfork, &child, &process.descriptor);
  const int clone_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  close(pipe_ends[1]);
  if (process.id >= 0 && child.error == 0) {
    fcntl(process.descriptor, F_SETFL, O_NONBLOCK);
    return process;
  }
  close(pipe_ends[0]);
  if (process.id < 0) return failure("droverd", "no process: " + errno_text(clone_error));
  reap_process(process);
  close(process.descriptor);
  return failure(
      "", fmt::format("cannot run {}: {}", settings.command.front(), errno_text(child.error)));
}

void kill_process(const Process& process) {
  kill(-process.id, SIGKILL);
  kill(process.id, SIGKILL);
}

bool has_ended(const Process& process) {
  siginfo_t info{};
  const int options = WEXITED | WNOHANG | WNOWAIT;
  return waitid(P_PID, static_cast<id_t>(process.id), &info, options) != 0 || info.si_pid != 0;
}

int reap_process(const Process& process) {
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(process.id), &info, WEXITED) != 0) return -SIGKILL;
  return info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
}

Result<Account> find_account(const std::string& name) {
  const auto close_file = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close_file)> file(std::fopen("/etc/passwd", "re"),
                                                              close_file);
  if (!file) return failure("", "/etc/passwd: " + errno_text(errno));
  passwd entry{};
  passwd* found = nullptr;
  char text[4'096];
  while (fgetpwent_r(file.get(), &entry, text, sizeof text, &found) == 0) {
    if (name != entry.pw_name) continue;
    if (entry.pw_uid == 0) return failure("", fmt::format("the user {} is root", name));
    return Account{entry.pw_uid, entry.pw_gid};
  }
  return failure("", fmt::format("there is no user {} in /etc/passwd", name));
}

}  // namespace drover::health
