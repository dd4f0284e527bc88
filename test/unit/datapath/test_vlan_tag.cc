// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/vlan_tag.h"

#include <rte_mbuf.h>

#include "test/harness/client_frame.h"
#include "test/harness/in_process_plant.h"
#include "test/harness/ring_port.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

using test::Bytes;

Bytes frame(std::initializer_list<std::uint8_t> behind_addresses) {
  Bytes bytes{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
  bytes.insert(bytes.end(), behind_addresses);
  return bytes;
}
const Bytes plain = frame({8, 0, 0x45, 7});
const Bytes in_vlan_10 = frame({0x81, 0, 0x00, 10, 8, 0, 0x45, 7});

// What `change` makes of a frame.
template <class Change>
Bytes changed(const Bytes& bytes, Change&& change) {
  test::start_eal();
  rte_mbuf* mbuf = test::make_frame(bytes);
  change(*mbuf);
  Bytes result = test::bytes_of(mbuf);
  rte_pktmbuf_free(mbuf);
  CHECK(test::frames_in_use() == 0);
  return result;
}

}  // namespace

TEST_CASE("a frame gets a VLAN", "[datapath]") {
  const auto set_10 = [](rte_mbuf& mbuf) { CHECK(set_vlan(mbuf, 10)); };
  CHECK(changed(plain, set_10) == in_vlan_10);
  CHECK(changed(in_vlan_10, set_10) == in_vlan_10);
  // Priority and what is behind the tag stay.
  CHECK(changed(frame({0x88, 0xa8, 0xb1, 0x23, 0x81, 0, 0, 7, 8, 0, 0x45}), set_10) ==
        frame({0x88, 0xa8, 0xb0, 10, 0x81, 0, 0, 7, 8, 0, 0x45}));
  CHECK(changed(in_vlan_10, [](rte_mbuf& mbuf) { CHECK(push_vlan(mbuf, 100)); }) ==
        frame({0x81, 0, 0, 100, 0x81, 0, 0x00, 10, 8, 0, 0x45, 7}));
}

TEST_CASE("a frame loses its outermost tag", "[datapath]") {
  CHECK(changed(in_vlan_10, remove_tag) == plain);
  CHECK(changed(plain, remove_tag) == plain);
  CHECK(changed(frame({0x88, 0xa8, 0, 9, 0x81, 0, 0x00, 10, 8, 0, 0x45, 7}), remove_tag) ==
        in_vlan_10);
}

TEST_CASE("tags that the card has taken out are put back", "[datapath]") {
  const auto stripped = [](std::uint64_t flags, std::uint16_t inner, std::uint16_t outer) {
    return [=](rte_mbuf& mbuf) {
      mbuf.ol_flags = flags;
      mbuf.vlan_tci = inner;
      mbuf.vlan_tci_outer = outer;
      CHECK(restore_stripped_tags(mbuf));
      CHECK(restore_stripped_tags(mbuf));  // once is enough
    };
  };
  CHECK(changed(plain, stripped(0, 10, 0)) == plain);
  CHECK(changed(plain, stripped(RTE_MBUF_F_RX_VLAN, 10, 0)) == plain);  // told, but still there
  CHECK(changed(plain, stripped(RTE_MBUF_F_RX_VLAN_STRIPPED, 10, 0)) == in_vlan_10);
  CHECK(changed(plain,
                stripped(RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_RX_QINQ_STRIPPED, 10, 100)) ==
        frame({0x88, 0xa8, 0, 100, 0x81, 0, 0x00, 10, 8, 0, 0x45, 7}));
}

TEST_CASE("without room in front of a frame no tag is put in", "[datapath]") {
  const Bytes same = changed(plain, [](rte_mbuf& mbuf) {
    rte_pktmbuf_prepend(&mbuf, rte_pktmbuf_headroom(&mbuf));
    rte_mbuf& full = mbuf;
    CHECK_FALSE(set_vlan(full, 10));
    CHECK_FALSE(push_vlan(full, 10));
    full.ol_flags = RTE_MBUF_F_RX_VLAN_STRIPPED;
    CHECK_FALSE(restore_stripped_tags(full));
    rte_pktmbuf_adj(&mbuf, static_cast<std::uint16_t>(rte_pktmbuf_data_len(&mbuf) - plain.size()));
  });
  CHECK(same == plain);
}

}  // namespace drover::datapath
