#include "services/lambda/layers/layers.h"

#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

struct LayersTest : testing::Test {
  LayersTest() : store(make_memory_store()), function{"123456789012", "us-east-1", "f", {}} {}

  std::string add(const std::string& layer, std::uint64_t version, std::int64_t unzipped) {
    const LayerName name{function.account, function.region, layer, version};
    LayerRecord made;
    made.shown.LayerArn = name.arn();
    made.shown.Content.emplace();
    made.shown.Content->CodeSize = 12;
    made.content = {"blob", "code", unzipped};
    EXPECT_TRUE(store->transact([&](Transaction& tx) { return put_layer_record(tx, name, made); }));
    return name.version_arn();
  }

  std::string refusal(const std::vector<std::string>& arns) {
    const auto done = set_layers(*store->snapshot(), function, arns, record);
    return done ? "" : done.error().message;
  }

  std::unique_ptr<Store> store;
  FunctionName function;
  FunctionRecord record;
};

TEST_F(LayersTest, Names) {
  const auto whole = parse_layer_arn("arn:aws:lambda:us-east-1:123456789012:layer:one:7");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->version, 7U);
  EXPECT_EQ(whole->arn(), "arn:aws:lambda:us-east-1:123456789012:layer:one");
  EXPECT_EQ(parse_layer_arn(whole->arn())->version, 0U);
  EXPECT_FALSE(parse_layer_arn("arn:aws:lambda:us-east-1:123456789012:layer:one:x"));
  EXPECT_FALSE(parse_layer_arn("arn:aws:lambda:us-east-1:123456789012:function:one:7"));
  EXPECT_FALSE(parse_layer_arn("one"));
}

TEST_F(LayersTest, OrderIsKept) {
  const std::string one = add("one", 1, 10);
  const std::string two = add("two", 3, 20);
  EXPECT_EQ(refusal({two, one}), "");
  ASSERT_EQ(record.layers.size(), 2U);
  EXPECT_EQ(record.layers[0].unzipped_bytes, 20);
  EXPECT_EQ(record.configuration.Layers->at(1).Arn, one);
  EXPECT_EQ(refusal({}), "");
  EXPECT_FALSE(record.configuration.Layers);
}

TEST_F(LayersTest, SizesAreAddedUp) {
  const std::string half = add("half", 1, 131'072'000);
  const std::string more = add("more", 1, 131'072'001);
  record.unzipped_bytes = 131'072'000;
  EXPECT_EQ(refusal({half}), "");
  EXPECT_EQ(
      refusal({more}),
      "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is "
      "262144001 bytes.");
  EXPECT_EQ(refusal({half, more}), "Layers consume more than the available size of 262144000 bytes");
}

TEST_F(LayersTest, WhatIsNotThereCannotBeUsed) {
  const std::string arn = "arn:aws:lambda:us-east-1:123456789012:layer:none:1";
  EXPECT_EQ(refusal({arn}), "Layer version " + arn + " does not exist.");
  EXPECT_NE(refusal({"arn:aws:lambda:eu-west-1:123456789012:layer:none:1"}).find("same region"), std::string::npos);
}

}  // namespace
}  // namespace orrery::lambda
