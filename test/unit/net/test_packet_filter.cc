// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <vector>

#include "lib/net/packet_filter.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes from_hex(const std::string& hex) {
  Bytes bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

// scapy: Ether()/IP(src="198.51.100.7", dst="192.0.2.10")/TCP(sport=40001, dport=80, flags="S")
const Bytes tcp = from_hex(
    "020000000001020000000002080045000028000100004006915ec6336407c000020a9c410050000000000000000050"
    "02"
    "2000a5a90000");
// Ether()/IPv6(src="2001:db8::7", dst="2001:db8::10")/UDP(sport=40001, dport=53)
const Bytes udp6 = from_hex(
    "02000000000102000000000286dd6000000000081140"
    "20010db8000000000000000000000007"
    "20010db8000000000000000000000010"
    "9c41003500080000");
// The same with IPv6ExtHdrHopByHop() and IPv6ExtHdrDestOpt() before UDP.
const Bytes udp6_behind_options = from_hex(
    "02000000000102000000000286dd6000000000180040"
    "20010db8000000000000000000000007"
    "20010db8000000000000000000000010"
    "3c00010400000000"
    "1100010400000000"
    "9c41003500080000");
// The same as a later fragment: no ports.
const Bytes udp6_later_fragment = from_hex(
    "02000000000102000000000286dd6000000000102c40"
    "20010db8000000000000000000000007"
    "20010db8000000000000000000000010"
    "1100000800000001"
    "9c41003500080000");
// who-has 192.0.2.10 tell 192.0.2.1
const Bytes arp = from_hex(
    "ffffffffffff02000000000208060001080006040001020000000002c0000201000000000000c000020a");

bool takes(const std::string& filter, const Bytes& frame) {
  const auto parsed = PacketFilter::parse(filter);
  REQUIRE(parsed);
  return parsed->matches(frame);
}

TEST_CASE("a packet filter takes what meets all of its conditions") {
  struct Case {
    const char* filter;
    bool tcp;
    bool udp6;
    bool arp;
  };
  for (const Case& each : {
           Case{"", true, true, true},
           Case{"tcp", true, false, false},
           Case{"udp", false, true, false},
           Case{"arp", false, false, true},
           Case{"ip", true, false, false},
           Case{"ip6", false, true, false},
           Case{"icmp", false, false, false},
           Case{"host 192.0.2.10", true, false, true},
           Case{"src 198.51.100.7", true, false, false},
           Case{"src host 198.51.100.0/24", true, false, false},
           Case{"dst 198.51.100.0/24", false, false, false},
           Case{"host 2001:db8::/32", false, true, false},
           Case{"dst 2001:db8::10", false, true, false},
           Case{"port 40001", true, true, false},
           Case{"src port 80", false, false, false},
           Case{"dst port 80", true, false, false},
           Case{"tcp and src 198.51.100.7 and dst port 80", true, false, false},
           Case{"tcp src 198.51.100.8 dst port 80", false, false, false},
           Case{"src 0.0.0.0/0", true, false, true},
       }) {
    INFO(each.filter);
    CHECK(takes(each.filter, tcp) == each.tcp);
    CHECK(takes(each.filter, udp6) == each.udp6);
    CHECK(takes(each.filter, arp) == each.arp);
  }
}

TEST_CASE("a filter finds the transport behind IPv6 extension headers") {
  CHECK(takes("udp and port 53", udp6_behind_options));
  CHECK(takes("udp and src host 2001:db8::7 and src port 40001", udp6_behind_options));
  CHECK_FALSE(takes("tcp", udp6_behind_options));
  CHECK(takes("udp", udp6_later_fragment));
  CHECK_FALSE(takes("udp and port 53", udp6_later_fragment));
}

TEST_CASE("a frame that is cut anywhere is looked at without harm") {
  for (const char* filter : {"tcp and host 192.0.2.10 and port 80", "udp and port 53", "arp"})
    for (const Bytes& frame : {tcp, udp6, udp6_behind_options, udp6_later_fragment, arp})
      for (std::size_t length = 0; length < frame.size(); ++length) {
        const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length));
        static_cast<void>(takes(filter, cut));
      }
}

TEST_CASE("a filter that is not understood is told from where") {
  for (const auto& [filter, word] :
       std::vector<std::pair<std::string, std::string>>{{"tcp or udp", "or"},
                                                        {"tcp udp", "udp"},
                                                        {"host", "host"},
                                                        {"host nowhere", "host"},
                                                        {"src", "src"},
                                                        {"port 0", "port"},
                                                        {"port 65536", "port"},
                                                        {"port 80 port 81", "port"},
                                                        {"198.51.100.7", "198.51.100.7"}}) {
    INFO(filter);
    const auto parsed = PacketFilter::parse(filter);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().what == "it is not understood from \"" + word + "\" on");
  }
}

}  // namespace
}  // namespace drover
