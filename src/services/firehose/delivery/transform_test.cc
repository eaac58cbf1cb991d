#include "services/firehose/delivery/transform.h"

#include "base/encode.h"

#include <gtest/gtest.h>

namespace orrery::firehose {
namespace {

StreamRow stream() {
  StreamRow row;
  row.name = {"000000000000", "us-east-1", "d"};
  row.id = "id";
  return row;
}

std::vector<Waiting> records() { return {{1, instant_from_ms(1000), "a"}, {2, instant_from_ms(2000), "b"}}; }

std::string answer_with(const std::string& id, const std::string& result, const std::string& data) {
  return json::serialize(json::object{
      {"records", json::array{json::object{{"recordId", id}, {"result", result}, {"data", base64(data)}}}}});
}

ExtendedS3DestinationDescription with(const std::string& type, std::vector<ProcessorParameter> parameters) {
  ExtendedS3DestinationDescription out;
  ProcessingConfiguration& processing = out.ProcessingConfiguration.emplace();
  processing.Enabled = true;
  Processor& processor = processing.Processors.emplace().emplace_back();
  processor.Type = type;
  processor.Parameters = std::move(parameters);
  return out;
}

TEST(TransformTest, TheFunctionGetsTheRecords) {
  const auto event = parse_json(transformation_event(stream(), "i", records()));
  ASSERT_TRUE(event);
  EXPECT_EQ(text_of(*event, "deliveryStreamArn"), "arn:aws:firehose:us-east-1:000000000000:deliverystream/d");
  const json::value& first = find(*event, "records")->as_array().at(0);
  EXPECT_EQ(text_of(first, "data"), "YQ==");
  EXPECT_EQ(find_int(first, "approximateArrivalTimestamp"), 1000);
  EXPECT_EQ(text_of(first, "recordId"), record_id(stream(), 1));
}

TEST(TransformTest, ItsAnswerIsRead) {
  const auto good = read_transformation(answer_with(record_id(stream(), 2), "Ok", "B"), stream(), records(), "\n");
  EXPECT_EQ(good.good, "B\n");
  EXPECT_EQ(good.good_records, 1U);
  EXPECT_EQ(good.failed, std::vector<std::size_t>{0});
  EXPECT_EQ(good.error_code, "Lambda.MissingRecordId");
  const auto dropped = read_transformation(answer_with(record_id(stream(), 1), "Dropped", ""), stream(), records(), "");
  EXPECT_EQ(dropped.dropped, 1U);
  EXPECT_EQ(dropped.failed, std::vector<std::size_t>{1});
  for (const char* rubbish : {"", "null", "[]", "{\"records\": 7}"}) {
    EXPECT_EQ(read_transformation(rubbish, stream(), records(), "").failed.size(), 2U) << rubbish;
  }
}

TEST(TransformTest, SettingsAreRead) {
  const std::string arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
  const auto destination = with("Lambda", {{"LambdaArn", arn}, {"NumberOfRetries", "1"}, {"BufferSizeInMBs", "0.5"}});
  EXPECT_TRUE(check_processing(destination.ProcessingConfiguration));
  const Processing processing = processing_of(destination);
  EXPECT_EQ(processing.function_arn, arn);
  EXPECT_EQ(processing.retries, 1);
  EXPECT_EQ(processing.most_bytes, 512U * 1024);
  EXPECT_EQ(processing_of(with("AppendDelimiterToRecord", {{"Delimiter", "\\n"}})).delimiter, "\n");
  EXPECT_FALSE(check_processing(with("Lambda", {{"LambdaArn", "f"}}).ProcessingConfiguration));
  EXPECT_FALSE(
      check_processing(with("Lambda", {{"LambdaArn", arn}, {"BufferSizeInMBs", "9"}}).ProcessingConfiguration));
  EXPECT_EQ(check_processing(with("MetadataExtraction", {}).ProcessingConfiguration).error().code, "NotImplemented");
}

TEST(TransformTest, WhatFailedIsALine) {
  const std::string line = failure_line(records()[0], {2, "Lambda.FunctionError", "m", "arn", instant_from_ms(5)});
  EXPECT_EQ(line,
            "{\"attemptsMade\":2,\"arrivalTimestamp\":1000,\"errorCode\":\"Lambda.FunctionError\",\"errorMessage\":"
            "\"m\",\"attemptEndingTimestamp\":5,\"rawData\":\"YQ==\",\"lambdaArn\":\"arn\"}\n");
}

}  // namespace
}  // namespace orrery::firehose
