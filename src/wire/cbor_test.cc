#include "wire/cbor.h"

#include "base/encode.h"
#include "shapes/cloudwatch.h"
#include "wire/test_support.h"

#include <cmath>

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

std::string bytes(std::string_view text) { return *unhex(text); }

double real_in(std::string_view text) {
  const std::string data = bytes(text);
  CborReader reader(data);
  return cbor_real(*reader.head()).value_or(-12345);
}

// RFC 8949 appendix A.
TEST(Cbor, ReadsTheNumbersOfTheStandard) {
  EXPECT_EQ(real_in("00"), 0);
  EXPECT_EQ(real_in("1864"), 100);
  EXPECT_EQ(real_in("1b000000e8d4a51000"), 1e12);
  EXPECT_EQ(real_in("3863"), -100);
  EXPECT_EQ(real_in("f93c00"), 1.0);
  EXPECT_EQ(real_in("f97bff"), 65504.0);
  EXPECT_EQ(real_in("f90001"), 5.960464477539063e-8);
  EXPECT_EQ(real_in("f9c400"), -4.0);
  EXPECT_EQ(real_in("fa47c35000"), 100000.0);
  EXPECT_EQ(real_in("fb3ff199999999999a"), 1.1);
  EXPECT_TRUE(std::isinf(real_in("f97c00")));
  EXPECT_TRUE(std::isnan(real_in("f97e00")));
}

TEST(Cbor, WritesHeadsInAsFewBytesAsHoldThem) {
  std::string out;
  for (const std::int64_t value : {0LL, 23LL, 24LL, 255LL, 256LL, 65536LL, 4294967296LL, -1LL, -500LL}) {
    write_cbor_integer(value, out);
  }
  EXPECT_EQ(hex(out), "0017181818ff1901001a000100001b0000000100000000203901f3");
}

ServiceModel model() {
  ServiceModel model = cloudwatch::model();
  model.protocol = Protocol::RpcV2Cbor;
  return model;
}

Result<cloudwatch::PutMetricDataInput> put(std::string_view text) {
  return testing::parse<cloudwatch::PutMetricDataInput>(model(), "PutMetricData", {.body = bytes(text)});
}

TEST(Cbor, ReadsIndefiniteItemsAndSkipsWhatIsUnknown) {
  // {_ "Namespace": (_ "a", "b"), "Else": [1, {2: 1("x")}], "MetricData": [_ {"MetricName": "m", "Value": 1.5_1,
  // "Timestamp": 1(1363896240.5)}]}
  const auto input =
      put("bf694e616d6573706163657f61616162ff64456c73658201a102c161786a4d6574726963446174619f"
          "a36a4d65747269634e616d65616d6556616c7565f93e006954696d657374616d70c1fb41d452d9e20000"
          "00ffff");
  ASSERT_TRUE(input) << testing::problem(input.error());
  EXPECT_EQ(input->Namespace, "ab");
  ASSERT_EQ(input->MetricData->size(), 1u);
  EXPECT_EQ((*input->MetricData)[0].Value, 1.5);
  EXPECT_EQ(epoch_ms(*(*input->MetricData)[0].Timestamp), 1363896200000);
}

TEST(Cbor, RefusesWhatIsMalformed) {
  const std::string deep(400, '8');
  for (const std::string_view text :
       {"ff", "a1", "80", "a0a0", "1c", "a1694e616d657370616365", "a1694e616d6573706163651bffffffffffffffff",
        "a1694e616d657370616365c16161", "a1694e616d65737061636561ff", "a1694e616d6573706163657f4161ff", "a16158ff",
        "bbffffffffffffffff"}) {
    const auto input = put(text);
    ASSERT_FALSE(input) << text;
    EXPECT_EQ(input.error().code, "SerializationException") << text;
  }
  std::string nested = "a16158";
  for (int i = 0; i < 200; ++i) nested += "81";
  const auto input = put(nested + "00");
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().code, "SerializationException");
}

TEST(Cbor, WhatIsWrittenIsReadAgain) {
  cloudwatch::PutMetricDataInput given;
  given.Namespace = "n";
  auto& datum = given.MetricData.emplace().emplace_back();
  datum.MetricName = "m";
  datum.Values = std::vector<double>{1, 0.1, -1e300};
  datum.Timestamp = instant_from_ms(1'700'000'000'123);
  std::string body;
  const auto operation = *find_operation(cloudwatch::model(), "PutMetricData");
  OperationModel echo = operation;
  echo.output = operation.input;
  const ReplyParts reply = serialize_output(model(), echo, &given, "r");
  EXPECT_EQ(testing::header(reply, "smithy-protocol"), "rpc-v2-cbor");
  const auto again = testing::parse<cloudwatch::PutMetricDataInput>(model(), "PutMetricData", {.body = reply.body});
  ASSERT_TRUE(again) << testing::problem(again.error());
  EXPECT_EQ((*again->MetricData)[0].Values, datum.Values);
  EXPECT_EQ((*again->MetricData)[0].Timestamp, datum.Timestamp);
}

TEST(Cbor, ErrorsHaveTheirQueryCodeInAHeader) {
  const ReplyParts reply =
      serialize_error(model(), nullptr, cloudwatch::errors::InvalidParameterValueException("no"), "r");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(testing::header(reply, "x-amzn-query-error"), "InvalidParameterValue;Sender");
  EXPECT_EQ(reply.body, bytes("a2665f5f74797065781e") + "InvalidParameterValueException" + bytes("67") + "message" +
                            bytes("62") + "no");
}

}  // namespace
}  // namespace orrery::wire
