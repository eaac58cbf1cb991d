#include "wire/event_stream.h"

#include "base/encode.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

// The specification's own examples ("payload_no_headers", "all_headers" in part: one header of type string).
TEST(EventStream, AMessageWithoutHeaders) {
  EXPECT_EQ(hex(event_message(std::vector<std::pair<std::string_view, std::string_view>>{}, "{'foo':'bar'}")),
            "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936");
}

TEST(EventStream, AMessageWithAHeader) {
  EXPECT_EQ(hex(event_message({{"content-type", "application/json"}}, "{'foo':'bar'}")),
            "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a"
            "27626172277d8d9c08b1");
}

}  // namespace
}  // namespace orrery::wire
