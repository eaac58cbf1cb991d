#include "services/dynamodb/testing.h"

namespace orrery::dynamodb {
namespace {

constexpr const char* kStream = "arn:aws:kinesis:eu-west-1:000000000000:stream/changes";

using KinesisTest = DynamoDbTest;

TEST_F(KinesisTest, ADestinationIsRecordedAndFails) {
  create("tab");
  KinesisStreamingDestinationInput input;
  input.TableName = "tab";
  input.StreamArn = kStream;
  input.EnableKinesisStreamingConfiguration = EnableKinesisStreamingConfiguration{"MICROSECOND"};
  for (int twice = 0; twice < 2; ++twice) {
    const auto enabled = run(&enable_kinesis_streaming_destination, input);
    ASSERT_TRUE(enabled) << enabled.error().message;
    EXPECT_EQ(enabled->DestinationStatus, "ENABLING");
  }
  DescribeKinesisStreamingDestinationInput which;
  which.TableName = "tab";
  const auto described = run(&describe_kinesis_streaming_destination, which);
  ASSERT_EQ(described->KinesisDataStreamDestinations->size(), 1U);
  const auto& one = described->KinesisDataStreamDestinations->front();
  EXPECT_EQ(one.StreamArn, kStream);
  EXPECT_EQ(one.DestinationStatus, "ENABLE_FAILED");
  EXPECT_EQ(one.ApproximateCreationDateTimePrecision, "MICROSECOND");
  EXPECT_EQ(describe("tab").TableStatus, "ACTIVE");
}

TEST_F(KinesisTest, NoneIsEverActive) {
  create("tab");
  KinesisStreamingDestinationInput input;
  input.TableName = "tab";
  input.StreamArn = kStream;
  EXPECT_EQ(run(&disable_kinesis_streaming_destination, input).error().message,
            "Table is not in a valid state to enable Kinesis Streaming Destination: KinesisStreamingDestination must "
            "be ACTIVE to perform DISABLE operation.");
  UpdateKinesisStreamingDestinationInput change;
  change.TableName = "tab";
  change.StreamArn = kStream;
  EXPECT_EQ(run(&update_kinesis_streaming_destination, change).error().code, "ValidationException");
  change.UpdateKinesisStreamingConfiguration = UpdateKinesisStreamingConfiguration{"MICROSECOND"};
  EXPECT_TRUE(run(&update_kinesis_streaming_destination, change).error().message.find("No streaming destination") !=
              std::string::npos);
}

}  // namespace
}  // namespace orrery::dynamodb
