#include "functions/telemetry_subscription.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::functions {
namespace {

using ::testing::ElementsAre;

std::string request(const std::string& destination, const std::string& more = "") {
  return R"({"schemaVersion":"2022-12-13","types":["function","platform"],"destination":)" + destination + more + "}";
}

TEST(TelemetrySubscription, TakesWhatIsDocumented) {
  const auto taken = parse_subscription(request(R"({"protocol":"HTTP","URI":"http://sandbox.localdomain:4243/in"})",
                                                R"(,"buffering":{"maxItems":2000,"maxBytes":300000,"timeoutMs":25})"),
                                        TelemetryApi::Telemetry);
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_THAT(taken->types(), ElementsAre("platform", "function"));
  EXPECT_EQ(taken->port, 4243);
  EXPECT_EQ(taken->path, "/in");
  EXPECT_EQ(taken->max_items, 2000u);
  EXPECT_EQ(taken->max_bytes, 300'000u);
  EXPECT_EQ(taken->timeout_ms, 25);
  const auto tcp =
      parse_subscription(R"({"types":["extension"],"destination":{"protocol":"TCP","port":9000}})", TelemetryApi::Logs);
  ASSERT_TRUE(tcp) << tcp.error().message;
  EXPECT_EQ(tcp->port, 9000);
}

TEST(TelemetrySubscription, RefusesTheRest) {
  const std::string good = R"({"protocol":"HTTP","URI":"http://sandbox:1"})";
  EXPECT_TRUE(parse_subscription(request(good), TelemetryApi::Telemetry));
  for (const std::string& wrong : {
           std::string("nonsense"),
           std::string("{}"),
           request("{}"),
           request(R"({"protocol":"HTTP"})"),
           request(R"({"protocol":"HTTP","URI":"http://sandbox:0"})"),
           request(R"({"protocol":"HTTP","URI":"http://sandbox:66000"})"),
           request(R"({"protocol":"HTTP","URI":"http://localhost:4566"})"),
           request(R"({"protocol":"HTTP","URI":"http://sandbox:1/a b"})"),
           request(R"({"protocol":"HTTP","URI":"http://sandbox:1","method":"DELETE"})"),
           request(R"({"protocol":"UDP","URI":"http://sandbox:1"})"),
           request(good, R"(,"buffering":{"maxItems":1})"),
           request(good, R"(,"buffering":{"timeoutMs":"x"})"),
           std::string(R"({"schemaVersion":"1","types":["platform"],"destination":)") + good + "}",
           std::string(R"({"schemaVersion":"2022-12-13","types":["all"],"destination":)") + good + "}",
       }) {
    const auto refused = parse_subscription(wrong, TelemetryApi::Telemetry);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, "ValidationError");
  }
}

}  // namespace
}  // namespace orrery::functions
