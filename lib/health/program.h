// SPDX-License-Identifier: BSD-3-Clause
// A check that runs a program (process.h): good with exit status 0, if its output is as expected.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/health/check_route.h"
#include "lib/health/prober.h"
#include "lib/health/reply_reader.h"

namespace boost::asio {
class io_context;
}

namespace drover::health {

struct Program {
  // An argument that is %h, %p or %v is the server's address, the service's port, the VIP; the
  // program also finds them as DROVER_SERVER, DROVER_PORT and DROVER_VIP.
  std::vector<std::string> command;
  std::string user;
  std::function<std::unique_ptr<ReplyReader>()> reader;  // judges the output; null: none does
  std::string output;  // what it must be but for white space at its end; empty: anything
  std::vector<std::string> environment{};  // "NAME=value", besides those
};

std::unique_ptr<Prober> make_program(boost::asio::io_context& loop, const Subject& subject,
                                     Program program);

}  // namespace drover::health
