// SPDX-License-Identifier: BSD-3-Clause
// Records what this machine's kernel does with the events of recordings, for ipvs_runner to play to
// drover: the packets and changes stay, where each packet went and the tables are the kernel's.
//
//   ipvs_recorder FROM TO [PROCESSES]     (root; the kernel needs IPVS: modprobe ip_vs)
//
// FROM: a folder of recordings, as test/ipvs/kernel/plan.py writes them. TO gets one of the same
// name for each.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "test/ipvs/kernel/kernel_director.h"

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Its list of connections is read at each end: a namespace has those of all before.
constexpr std::size_t recordings_a_network = 10;
// Nothing may end by itself meanwhile: a connection that an ICMP error has made lives three
// seconds, a closed one ten. (To the data path events come 10 ms apart.)
std::chrono::milliseconds longest(const drover::test::Recording& recording) {
  return std::chrono::milliseconds(recording.schedule_icmp ? 2700 : 9000);
}
constexpr std::uint32_t attempts = 5;

Json read(const fs::path& file) {
  std::ifstream stream(file);
  return Json::parse(stream);
}

// Puts what the kernel did into the recording's events.
void play(drover::test::KernelDirector& director, const drover::test::Recording& recording,
          Json& json) {
  std::vector<Json*> packets;
  for (std::size_t i = 0; i < recording.events.size(); ++i) {
    const auto& what = recording.events[i].what;
    Json& event = json.at("events").at(i);
    if (const auto* packet = std::get_if<drover::test::RecordedPacket>(&what)) {
      director.packet(*packet);
      packets.push_back(&event);
    } else if (const auto* change = std::get_if<drover::test::RecordedChange>(&what)) {
      director.change(*change);
    } else if (std::holds_alternative<drover::test::RecordedTable>(what)) {
      Json rows = Json::object();
      for (const auto& [id, row] : director.table())
        rows[std::to_string(id)] = {
            {"weight", row.weight}, {"active", row.active}, {"inactive", row.inactive}};
      event = {{"table", rows}};
    } else {
      throw std::runtime_error("the kernel's clock cannot be moved");
    }
  }
  const auto went = director.outcomes();
  for (std::size_t i = 0; i < packets.size(); ++i)
    (*packets[i])["to"] = went.at(i) ? Json(*went[i]) : Json(nullptr);
  json["connections_at_end"] = director.connections();
}

// `vip`: the number of the next one that is free, and of the next one after that.
void record(drover::test::DirectorNetwork& network, drover::test::IpvsControl& control,
            const fs::path& from, const fs::path& to, std::uint32_t& vip) {
  Json json = read(from);
  const auto settings = json.value("sysctl", std::map<std::string, int>());
  const drover::test::Recording recording = drover::test::read_recording(from);
  for (std::uint32_t attempt = 0; attempt < attempts; ++attempt) {
    const auto began = std::chrono::steady_clock::now();
    drover::test::KernelDirector director(network, control, vip++, recording, settings);
    play(director, recording, json);
    if (std::chrono::steady_clock::now() - began > longest(recording)) continue;
    std::ofstream(to) << json;
    return;
  }
  throw std::runtime_error("this machine is so slow that connections end by themselves");
}

// In a process of its own, whose network ends with it.
void record_all(std::span<const fs::path> files, const fs::path& to) {
  drover::test::DirectorNetwork network;
  drover::test::IpvsControl control;
  std::uint32_t vip = 0;
  for (const fs::path& file : files) {
    try {
      record(network, control, file, to / file.filename(), vip);
    } catch (const std::exception& error) {
      throw std::runtime_error(file.string() + ": " + error.what());
    }
  }
}

// The order of frames is that of one processor's queue.
void stay_on_one_processor(std::size_t number) {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(number % static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_ONLN)), &processors);
  sched_setaffinity(0, sizeof processors, &processors);
}

pid_t start(std::span<const fs::path> files, const fs::path& to, std::size_t number) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process can be started");
  if (child > 0) return child;
  try {
    stay_on_one_processor(number);
    record_all(files, to);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    _exit(1);
  }
  _exit(0);
}

void wait_for_one() {
  int status = 0;
  if (wait(&status) < 0 || status != 0) throw std::runtime_error("not all was recorded");
}

void record_folder(const fs::path& from, const fs::path& to, std::size_t processes) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(from))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  fs::create_directories(to);
  std::size_t running = 0;
  for (std::size_t at = 0, number = 0; at < files.size(); at += recordings_a_network, ++number) {
    if (running == processes) {
      wait_for_one();
      --running;
    }
    const auto some =
        std::span(files).subspan(at).first(std::min(recordings_a_network, files.size() - at));
    start(some, to, number);
    ++running;
  }
  for (; running > 0; --running) wait_for_one();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3 && count != 4) {
    std::cerr << "usage: ipvs_recorder FROM TO [PROCESSES]\n";
    return 2;
  }
  try {
    record_folder(arguments[1], arguments[2], count == 4 ? std::stoul(arguments[3]) : 4);
  } catch (const std::exception& error) {
    std::cerr << "ipvs_recorder: " << error.what() << "\n";
    return 1;
  }
}
