#include "services/firehose/firehose.h"

#include "base/encode.h"
#include "services/firehose/delivery/buffer.h"
#include "services/firehose/delivery/deliver.h"
#include "services/firehose/delivery/sources.h"
#include "services/firehose/operations.h"

namespace orrery::firehose {
namespace {

// Actions and resources are those of
// docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisfirehose.html.
constexpr auto everything = [](const Call&, const auto&) -> std::string { return "*"; };
constexpr auto stream = [](const Call& call, const auto& input) {
  return StreamName{call.account, call.region, input.DeliveryStreamName}.arn();
};
Access passed(const std::string& role) {
  return {"iam:PassRole", role, {{"iam:PassedToService", "firehose.amazonaws.com"}}};
}
constexpr auto new_stream = [](const Call& call, const CreateDeliveryStreamInput& input) {
  const std::string arn = stream(call, input);
  std::vector<Access> accesses{{std::string(), arn, {}}};
  if (input.S3DestinationConfiguration) accesses.push_back(passed(input.S3DestinationConfiguration->RoleARN));
  if (input.ExtendedS3DestinationConfiguration) {
    accesses.push_back(passed(input.ExtendedS3DestinationConfiguration->RoleARN));
    const auto& backup = input.ExtendedS3DestinationConfiguration->S3BackupConfiguration;
    if (backup) accesses.push_back(passed(backup->RoleARN));
  }
  if (input.KinesisStreamSourceConfiguration) {
    accesses.push_back(passed(input.KinesisStreamSourceConfiguration->RoleARN));
  }
  // "Firehose performs an additional authorization on the firehose:TagDeliveryStream action"
  if (input.Tags && !input.Tags->empty()) accesses.push_back({"firehose:TagDeliveryStream", arn, {}});
  return accesses;
};
constexpr auto updated_stream = [](const Call& call, const UpdateDestinationInput& input) {
  std::vector<Access> accesses{{std::string(), stream(call, input), {}}};
  if (input.S3DestinationUpdate && input.S3DestinationUpdate->RoleARN) {
    accesses.push_back(passed(*input.S3DestinationUpdate->RoleARN));
  }
  if (input.ExtendedS3DestinationUpdate) {
    const ExtendedS3DestinationUpdate& update = *input.ExtendedS3DestinationUpdate;
    if (update.RoleARN) accesses.push_back(passed(*update.RoleARN));
    if (update.S3BackupUpdate && update.S3BackupUpdate->RoleARN) {
      accesses.push_back(passed(*update.S3BackupUpdate->RoleARN));
    }
  }
  return accesses;
};

constexpr Operation kOperations[] = {
    transacting<create_stream, new_stream>("CreateDeliveryStream", "firehose:CreateDeliveryStream"),
    transacting<delete_stream, stream>("DeleteDeliveryStream", "firehose:DeleteDeliveryStream"),
    reading<describe_stream, stream>("DescribeDeliveryStream", "firehose:DescribeDeliveryStream"),
    reading<list_streams, everything>("ListDeliveryStreams", "firehose:ListDeliveryStreams"),
    reading<list_tags, stream>("ListTagsForDeliveryStream", "firehose:ListTagsForDeliveryStream"),
    transacting<put_record, stream>("PutRecord", "firehose:PutRecord"),
    transacting<put_record_batch, stream>("PutRecordBatch", "firehose:PutRecordBatch"),
    transacting<start_encryption, stream>("StartDeliveryStreamEncryption", "firehose:StartDeliveryStreamEncryption"),
    transacting<stop_encryption, stream>("StopDeliveryStreamEncryption", "firehose:StopDeliveryStreamEncryption"),
    transacting<tag_stream, stream>("TagDeliveryStream", "firehose:TagDeliveryStream"),
    transacting<untag_stream, stream>("UntagDeliveryStream", "firehose:UntagDeliveryStream"),
    transacting<update_destination, updated_stream>("UpdateDestination", "firehose:UpdateDestination"),
};

}  // namespace

Service firehose_service(Firehose& firehose) {
  Service service;
  service.model = &model();
  service.operations = kOperations;
  service.self = &firehose;
  return service;
}

void register_background(Firehose& firehose) {
  firehose.background.on_timer(std::string(kCutTimer), [&firehose](Transaction& tx, const Timer& timer) {
    return on_cut_due(firehose, tx, timer);
  });
  firehose.background.on_timer(std::string(kSourceTimer), [&firehose](Transaction& tx, const Timer& timer) -> Result<> {
    tx.on_commit([&firehose, key = unhex(timer.payload).value_or("")] {
      if (firehose.sources) firehose.sources->call(key);
    });
    return {};
  });
  // One batch of a stream after the other.
  firehose.background.on_messages(
      std::string(kDeliver), [](std::string_view) { return 1; },
      [&firehose](const Message& message, std::function<void(Delivered)> done) {
        deliver(firehose, message, std::move(done));
      });
}

void start_sources(Firehose& firehose, Wakes& wakes) {
  firehose.sources = std::make_shared<Sources>(firehose, wakes);
  firehose.sources->start();
}

void stop(Firehose& firehose) {
  if (firehose.sources) firehose.sources->stop();
  firehose.worker.stop();
}

}  // namespace orrery::firehose
