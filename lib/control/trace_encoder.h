// SPDX-License-Identifier: BSD-3-Clause
// GET /v1/trace: a line of JSON a packet, with what each stage made of it.
#pragma once

#include <string>

#include "lib/control/api_model.h"
#include "lib/control/packet_stream.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"
#include "lib/control/worker_time.h"

namespace drover::control {

class TraceEncoder final : public PacketEncoder {
 public:
  // All of them outlive it.
  TraceEncoder(const Plant& plant, const SnapshotBuilder& services, const MacOf& mac_of)
      : plant_(plant), services_(services), mac_of_(mac_of) {}

  std::string content_type() const override { return "application/x-ndjson"; }
  std::string begin() override { return {}; }
  std::string packet(const datapath::FrameRecord& record, std::span<const std::uint8_t> bytes,
                     std::uint32_t worker, std::uint64_t unseen) override;
  std::string sign_of_life(std::uint64_t /*unseen*/) override { return "\n"; }
  std::string end(std::uint64_t /*unseen*/) override { return {}; }

 private:
  std::vector<api::TracedStage> stages(const datapath::TraceRecord& record) const;
  std::string name_of(std::uint32_t destination) const;

  const Plant& plant_;
  const SnapshotBuilder& services_;
  const MacOf& mac_of_;
  WorkerTime time_;
};

}  // namespace drover::control
