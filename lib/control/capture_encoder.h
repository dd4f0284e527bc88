// SPDX-License-Identifier: BSD-3-Clause
// GET /v1/capture: a pcapng file. Each port is an interface of it; what came in by the port is
// inbound and has the verdict as its comment, what was sent because of that is outbound and has the
// same packet id.
#pragma once

#include <string>
#include <vector>

#include "lib/control/packet_stream.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"
#include "lib/control/worker_time.h"

namespace drover::control {

class CaptureEncoder final : public PacketEncoder {
 public:
  // All of them outlive it. `most_bytes`: of each frame.
  CaptureEncoder(const Plant& plant, const SnapshotBuilder& services, const MacOf& mac_of,
                 std::uint32_t most_bytes)
      : plant_(plant),
        services_(services),
        mac_of_(mac_of),
        most_bytes_(most_bytes),
        received_(plant.ports.size()) {}

  std::string content_type() const override { return "application/x-pcapng"; }
  std::string begin() override;
  std::string packet(const datapath::FrameRecord& record, std::span<const std::uint8_t> bytes,
                     std::uint32_t worker, std::uint64_t unseen) override;
  std::string sign_of_life(std::uint64_t unseen) override { return statistics(unseen); }
  std::string end(std::uint64_t unseen) override { return statistics(unseen); }

 private:
  std::string statistics(std::uint64_t unseen) const;
  std::string comment_on(const datapath::FrameRecord& record) const;

  const Plant& plant_;
  const SnapshotBuilder& services_;
  const MacOf& mac_of_;
  std::uint32_t most_bytes_;
  WorkerTime time_;
  std::vector<std::uint64_t> received_;  // frames in the file, by port
  std::uint64_t unseen_ = 0;             // before the last of them
};

}  // namespace drover::control
