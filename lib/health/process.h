// SPDX-License-Identifier: BSD-3-Clause
// Runs a program without privileges and ends it with all that it started. Nothing blocks but the
// moment until the program has taken the new process over (vfork(2)): a fork would copy page tables
// and make the workers' next writes fault.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/result.h"

namespace drover::health {

struct ProcessSettings {
  std::vector<std::string> command;      // an absolute path, then its arguments
  std::vector<std::string> environment;  // "NAME=value"
  uid_t user = 65'534;                   // never root
  gid_t group = 65'534;
};

// Both descriptors are the caller's, non-blocking and closed on exec.
struct Process {
  pid_t id = -1;
  int descriptor = -1;  // readable when it has ended (pidfd)
  int output = -1;      // what it writes to stdout and stderr
};

// Only a program that belongs to root and that nobody else may write is run. It gets a session, and
// if the kernel lets us, a PID namespace of its own, /dev/null as stdin and no other descriptor. An
// error's `where` is "droverd" when the fault is not the program's.
Result<Process> start_process(const ProcessSettings& settings);

// Kills it with its process group; with a PID namespace, everything that it has started.
void kill_process(const Process& process);

// It has ended and can be reaped.
bool has_ended(const Process& process);

// Its exit status or, negative, the signal that ended it. Once, after it has ended.
int reap_process(const Process& process);

// Of a local account (/etc/passwd); no name service is asked.
struct Account {
  uid_t user;
  gid_t group;
};
Result<Account> find_account(const std::string& name);

}  // namespace drover::health
