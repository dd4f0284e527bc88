// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/agent_line.h"

#include "lib/health/reply_reader.h"
#include "test/unit/catch.h"

namespace drover::health {
namespace {

AgentReport report(std::string_view line) {
  const Outcome outcome = judge_agent_line(line);
  INFO(outcome.reason);
  REQUIRE(outcome.agent);
  CHECK(outcome.is_good());
  return *outcome.agent;
}

std::string refusal(std::string_view line) {
  const Outcome outcome = judge_agent_line(line);
  CHECK(outcome.kind == Outcome::Kind::wrong);
  CHECK_FALSE(outcome.agent);
  return outcome.reason;
}

}  // namespace

TEST_CASE("an agent's words", "[health]") {
  CHECK(report("75%\n") == AgentReport{75, false});
  CHECK(report("up 0%") == AgentReport{0, false});
  CHECK(report("drain\r\n") == AgentReport{std::nullopt, true});
  CHECK(report(" ready,\t50% # all is well") == AgentReport{50, false});
  CHECK(report("up") == AgentReport{});
}

TEST_CASE("an agent cannot ask for more than its whole weight", "[health]") {
  CHECK(report("250%").percent == 100);
}

TEST_CASE("an agent that is down says why", "[health]") {
  CHECK(refusal("down") == "the agent says it is down");
  CHECK(refusal("fail # disk is full") == "the agent says it is down: \"disk is full\"");
  CHECK(refusal("up stopped maintenance") == "the agent says it is down: \"maintenance\"");
}

TEST_CASE("what is no agent's word is a failure", "[health]") {
  CHECK(refusal("") == "the agent says nothing");
  CHECK(refusal("# up") == "the agent says nothing");
  CHECK(refusal("50") == "the agent says \"50\", which means nothing");
  CHECK(refusal("-1%") == "the agent says \"-1%\", which means nothing");
  CHECK(refusal("99999999999%") == "the agent says \"99999999999%\", which means nothing");
  CHECK(refusal("HTTP/1.1 200 OK") == "the agent says \"HTTP/1.1\", which means nothing");
}

TEST_CASE("an agent's line may come in pieces, and has an end", "[health]") {
  const auto reader = make_agent_reader();
  CHECK_FALSE(reader->take("5"));
  CHECK_FALSE(reader->take("0"));
  const auto outcome = reader->take("%\ndown");
  REQUIRE(outcome);
  CHECK(outcome->agent == AgentReport{50, false});

  const auto endless = make_agent_reader();
  std::size_t taken = 0;
  while (!endless->take(std::string(100, ' '))) REQUIRE(++taken < 10);
  CHECK(taken == 2);
}

}  // namespace drover::health
