// Delivery streams: made, described, listed, changed, deleted.
#include "services/firehose/operations.h"

#include "services/firehose/delivery/buffer.h"
#include "services/firehose/delivery/sources.h"
#include "services/tags.h"
#include "store/key.h"

namespace orrery::firehose {
namespace {

constexpr std::int64_t kDefaultPage = 10;

Result<> check_tags(const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    if (tag.Key.starts_with("aws:")) return fail(invalid("Tag keys that begin with aws: are reserved: " + tag.Key));
  }
  return {};
}

Result<> tag(Transaction& tx, const std::string& arn, const std::vector<Tag>& tags) {
  TRY(check_tags(tags));
  TagMap map;
  for (const Tag& one : tags) map[one.Key] = one.Value.value_or("");
  if (TRY(add_tags(tx, arn, map)).size() <= kMaxTags) return {};
  return fail(
      errors::LimitExceededException("A delivery stream cannot have more than " + std::to_string(kMaxTags) + " tags."));
}

Result<> configure_source(Firehose& firehose, const Call& call, Transaction& tx, const CreateDeliveryStreamInput& input,
                          StreamRow& stream) {
  const bool reads = input.DeliveryStreamType == DeliveryStreamType::KinesisStreamAsSource;
  if (!reads && input.DeliveryStreamType && *input.DeliveryStreamType != DeliveryStreamType::DirectPut) {
    return fail(not_there("DeliveryStreamType " + *input.DeliveryStreamType));
  }
  if (reads != input.KinesisStreamSourceConfiguration.has_value()) {
    return fail(invalid(reads
                            ? "KinesisStreamSourceConfiguration is required for KinesisStreamAsSource."
                            : "KinesisStreamSourceConfiguration is for KinesisStreamAsSource delivery streams only."));
  }
  if (!reads) {
    if (input.DirectPutSourceConfiguration) {
      stream.throughput_hint = input.DirectPutSourceConfiguration->ThroughputHintInMBs;
    }
    return {};
  }
  if (input.DeliveryStreamEncryptionConfigurationInput) {
    return fail(invalid("Server-side encryption is for DirectPut delivery streams only."));
  }
  KinesisStreamSourceDescription& source = stream.source.emplace();
  source.KinesisStreamARN = input.KinesisStreamSourceConfiguration->KinesisStreamARN;
  source.RoleARN = input.KinesisStreamSourceConfiguration->RoleARN;
  source.DeliveryStartTimestamp = call.now;
  TRY(check_role(firehose, call, tx, stream.name, *source.RoleARN));
  return check_source(firehose, tx, stream);
}

// Of each role that objects are written as.
Result<> check_roles(Firehose& firehose, const Call& call, Transaction& tx, const StreamRow& stream) {
  const ExtendedS3DestinationDescription& to = stream.destination;
  TRY(check_role(firehose, call, tx, stream.name, to.RoleARN));
  if (to.S3BackupMode != S3BackupMode::Enabled || to.S3BackupDescription->RoleARN == to.RoleARN) return {};
  return check_role(firehose, call, tx, stream.name, to.S3BackupDescription->RoleARN);
}

DeliveryStreamEncryptionConfiguration enabled(const std::optional<DeliveryStreamEncryptionConfigurationInput>& input) {
  DeliveryStreamEncryptionConfiguration out;
  out.KeyType = input ? input->KeyType : std::string(KeyType::AWS_OWNED_CMK);
  if (input) out.KeyARN = input->KeyARN;
  out.Status = std::string(DeliveryStreamEncryptionStatus::ENABLED);
  return out;
}

Result<> check_key(const std::optional<DeliveryStreamEncryptionConfigurationInput>& input) {
  if (!input) return {};
  const bool own = input->KeyType == KeyType::CUSTOMER_MANAGED_CMK;
  if (own == input->KeyARN.has_value()) return {};
  return fail(
      invalid(own ? "KeyARN is required for CUSTOMER_MANAGED_CMK." : "KeyARN cannot be specified for AWS_OWNED_CMK."));
}

}  // namespace

Result<CreateDeliveryStreamOutput> create_stream(Firehose& firehose, Call& call, Transaction& tx,
                                                 const CreateDeliveryStreamInput& input) {
  StreamRow stream;
  stream.name = {call.account, call.region, input.DeliveryStreamName};
  if (TRY(tx.get(stream_key(stream.name)))) {
    return fail(errors::ResourceInUseException("Firehose " + input.DeliveryStreamName + " under accountId " +
                                               call.account + " already exists"));
  }
  stream.id = call.random->uuid();
  stream.created = call.now;
  stream.destination = TRY(described(input));
  TRY(check_key(input.DeliveryStreamEncryptionConfigurationInput));
  TRY(check_roles(firehose, call, tx, stream));
  TRY(configure_source(firehose, call, tx, input, stream));
  if (input.DeliveryStreamEncryptionConfigurationInput) {
    stream.encryption = enabled(input.DeliveryStreamEncryptionConfigurationInput);
  }
  TRY(put_stream(tx, stream));
  if (input.Tags) TRY(tag(tx, stream.name.arn(), *input.Tags));
  if (stream.source) read_later(firehose, tx, stream.name);
  CreateDeliveryStreamOutput output;
  output.DeliveryStreamARN = stream.name.arn();
  return output;
}

// What was put is delivered all the same: "Firehose … makes a best effort to deliver".
Result<DeleteDeliveryStreamOutput> delete_stream(Firehose& firehose, Call& call, Transaction& tx,
                                                 const DeleteDeliveryStreamInput& input) {
  const StreamRow stream = TRY(existing_stream(tx, call, input.DeliveryStreamName));
  TRY(close_buffer(firehose, tx, stream, call.now));
  TRY(tx.erase(stream_key(stream.name)));
  TRY(erase_tags(tx, stream.name.arn()));
  return DeleteDeliveryStreamOutput{};
}

Result<DescribeDeliveryStreamOutput> describe_stream(Call& call, Reader& reader,
                                                     const DescribeDeliveryStreamInput& input) {
  const StreamRow stream = TRY(existing_stream(reader, call, input.DeliveryStreamName));
  DescribeDeliveryStreamOutput output;
  DeliveryStreamDescription& out = output.DeliveryStreamDescription;
  out.DeliveryStreamName = stream.name.name;
  out.DeliveryStreamARN = stream.name.arn();
  out.DeliveryStreamStatus = DeliveryStreamStatus::ACTIVE;
  out.DeliveryStreamType = stream.source ? DeliveryStreamType::KinesisStreamAsSource : DeliveryStreamType::DirectPut;
  out.VersionId = std::to_string(stream.version);
  out.CreateTimestamp = stream.created;
  out.LastUpdateTimestamp = stream.updated;
  if (stream.encryption) {
    out.DeliveryStreamEncryptionConfiguration = stream.encryption;
  } else {
    out.DeliveryStreamEncryptionConfiguration.emplace().Status = std::string(DeliveryStreamEncryptionStatus::DISABLED);
  }
  if (stream.source) out.Source.emplace().KinesisStreamSourceDescription = stream.source;
  if (stream.throughput_hint) {
    out.Source.emplace().DirectPutSourceDescription.emplace().ThroughputHintInMBs = stream.throughput_hint;
  }
  if (input.ExclusiveStartDestinationId && *input.ExclusiveStartDestinationId >= kDestinationId) return output;
  DestinationDescription& destination = out.Destinations.emplace_back();
  destination.DestinationId = kDestinationId;
  destination.S3DestinationDescription = plain(stream.destination);
  destination.ExtendedS3DestinationDescription = stream.destination;
  return output;
}

Result<ListDeliveryStreamsOutput> list_streams(Call& call, Reader& reader, const ListDeliveryStreamsInput& input) {
  KeyRange range = prefix_range(streams_prefix(call.account, call.region));
  if (input.ExclusiveStartDeliveryStreamName) {
    range.begin = stream_key({call.account, call.region, *input.ExclusiveStartDeliveryStreamName}) + '\0';
  }
  const auto most = static_cast<std::size_t>(input.Limit.value_or(kDefaultPage));
  ListDeliveryStreamsOutput output;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const StreamRow stream = TRY(decode_stream(cursor->value()));
    const bool reads = stream.source.has_value();
    if (input.DeliveryStreamType && *input.DeliveryStreamType != (reads ? DeliveryStreamType::KinesisStreamAsSource
                                                                        : DeliveryStreamType::DirectPut)) {
      continue;
    }
    output.HasMoreDeliveryStreams = output.DeliveryStreamNames.size() == most;
    if (output.HasMoreDeliveryStreams) break;
    output.DeliveryStreamNames.push_back(stream.name.name);
  }
  TRY(cursor->status());
  return output;
}

Result<UpdateDestinationOutput> update_destination(Firehose& firehose, Call& call, Transaction& tx,
                                                   const UpdateDestinationInput& input) {
  StreamRow stream = TRY(existing_stream(tx, call, input.DeliveryStreamName));
  if (input.DestinationId != kDestinationId) {
    return fail(invalid("Destination Id " + input.DestinationId + " not found"));
  }
  if (input.CurrentDeliveryStreamVersionId != std::to_string(stream.version)) {
    return fail(errors::ConcurrentModificationException(
        "Cannot update firehose: " + stream.name.name +
        " since the current version id: " + std::to_string(stream.version) +
        " and specified version id: " + input.CurrentDeliveryStreamVersionId + " do not match"));
  }
  TRY(apply_update(input, stream.destination));
  TRY(check_roles(firehose, call, tx, stream));
  ++stream.version;
  stream.updated = call.now;
  TRY(put_stream(tx, stream));
  return UpdateDestinationOutput{};
}

Result<StartDeliveryStreamEncryptionOutput> start_encryption(Call& call, Transaction& tx,
                                                             const StartDeliveryStreamEncryptionInput& input) {
  StreamRow stream = TRY(existing_stream(tx, call, input.DeliveryStreamName));
  if (stream.source) return fail(invalid("Server-side encryption is for DirectPut delivery streams only."));
  TRY(check_key(input.DeliveryStreamEncryptionConfigurationInput));
  stream.encryption = enabled(input.DeliveryStreamEncryptionConfigurationInput);
  TRY(put_stream(tx, stream));
  return StartDeliveryStreamEncryptionOutput{};
}

Result<StopDeliveryStreamEncryptionOutput> stop_encryption(Call& call, Transaction& tx,
                                                           const StopDeliveryStreamEncryptionInput& input) {
  StreamRow stream = TRY(existing_stream(tx, call, input.DeliveryStreamName));
  if (stream.source) return fail(invalid("Server-side encryption is for DirectPut delivery streams only."));
  stream.encryption.reset();
  TRY(put_stream(tx, stream));
  return StopDeliveryStreamEncryptionOutput{};
}

Result<TagDeliveryStreamOutput> tag_stream(Call& call, Transaction& tx, const TagDeliveryStreamInput& input) {
  const StreamRow stream = TRY(existing_stream(tx, call, input.DeliveryStreamName));
  TRY(tag(tx, stream.name.arn(), input.Tags));
  return TagDeliveryStreamOutput{};
}

Result<UntagDeliveryStreamOutput> untag_stream(Call& call, Transaction& tx, const UntagDeliveryStreamInput& input) {
  const StreamRow stream = TRY(existing_stream(tx, call, input.DeliveryStreamName));
  TRY(remove_tags(tx, stream.name.arn(), input.TagKeys));
  return UntagDeliveryStreamOutput{};
}

Result<ListTagsForDeliveryStreamOutput> list_tags(Call& call, Reader& reader,
                                                  const ListTagsForDeliveryStreamInput& input) {
  const StreamRow stream = TRY(existing_stream(reader, call, input.DeliveryStreamName));
  const auto most = static_cast<std::size_t>(input.Limit.value_or(kMaxTags));
  ListTagsForDeliveryStreamOutput output;
  for (const auto& [key, value] : TRY(get_tags(reader, stream.name.arn()))) {
    if (input.ExclusiveStartTagKey && key <= *input.ExclusiveStartTagKey) continue;
    output.HasMoreTags = output.Tags.size() == most;
    if (output.HasMoreTags) break;
    output.Tags.push_back({key, value});
  }
  return output;
}

}  // namespace orrery::firehose
