// SPDX-License-Identifier: BSD-3-Clause
// What the workers tell of packets, to one client of the API, in a form that an encoder gives it.
// The workers never wait for the client: what it does not take in time is left out and counted.
// Control thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/control/api_reply.h"
#include "lib/control/event_source.h"
#include "lib/control/observations.h"

namespace drover::control {

class PacketEncoder {
 public:
  virtual ~PacketEncoder() = default;
  virtual std::string content_type() const = 0;
  virtual std::string begin() = 0;
  // `unseen`: as many before it found no room on their way.
  virtual std::string packet(const datapath::FrameRecord& record,
                             std::span<const std::uint8_t> bytes, std::uint32_t worker,
                             std::uint64_t unseen) = 0;
  // Else neither side would notice that the other has gone. `unseen`: since the last packet.
  virtual std::string sign_of_life(std::uint64_t unseen) = 0;
  virtual std::string end(std::uint64_t unseen) = 0;
};

class PacketStream final : public ObservationReader,
                           public std::enable_shared_from_this<PacketStream> {
 public:
  PacketStream(boost::asio::io_context& loop, Observations& observations,
               std::unique_ptr<PacketEncoder> encoder);

  // Answers when the workers have their orders, or says why they cannot get them. Ends by itself
  // behind `wanted.count` packets, all workers' together.
  void begin(const Observations::Wanted& wanted, ApiReply reply);
  // The client gets what is on its way, and the end.
  void end();

  void take(const datapath::FrameRecord& record, std::span<const std::uint8_t> bytes,
            std::uint32_t worker, std::uint64_t unseen) override;
  void taken() override;

 private:
  bool accepts(const datapath::FrameRecord& record, std::uint32_t worker);
  void pump();
  void written(bool goes_on);
  void stop();
  void show_life();

  Observations& observations_;
  std::unique_ptr<PacketEncoder> encoder_;
  Alarm life_;
  std::optional<ApiStream> stream_;
  std::string waiting_;  // for the client
  std::uint32_t number_ = 0;
  std::uint64_t left_ = 0;           // packets
  std::uint64_t awaited_ = 0;        // records of what was sent because of them
  std::uint64_t unseen_ = 0;         // records, since the last that was taken
  bool lost_ = false;                // for want of room here, since the last renewal
  std::vector<std::uint64_t> last_;  // by worker: the number of the last packet taken
  bool writing_ = false;
  bool ending_ = false;
};

}  // namespace drover::control
