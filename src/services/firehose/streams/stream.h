// A delivery stream as it is stored.
#pragma once

#include "base/time.h"
#include "services/call.h"
#include "shapes/firehose.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace orrery::firehose {

inline constexpr std::string_view kDestinationId = "destinationId-000000000001";

struct StreamName {
  std::string account, region, name;
  std::string arn() const;
};

struct StreamRow {
  StreamName name;
  std::string id;  // of no other stream, this one's predecessors of the same name included
  Instant created;
  std::optional<Instant> updated;
  std::int64_t version = 1;
  ExtendedS3DestinationDescription destination;
  // Of a stream that reads another one.
  std::optional<KinesisStreamSourceDescription> source;
  std::optional<std::int64_t> throughput_hint;
  std::optional<DeliveryStreamEncryptionConfiguration> encryption;

  bool encrypted() const { return encryption && encryption->Status == DeliveryStreamEncryptionStatus::ENABLED; }
  std::int64_t most_bytes() const;  // of its buffer
  Millis interval() const;
};

std::string streams_prefix(std::string_view account, std::string_view region);
std::string stream_key(const StreamName& name);
std::string encode_stream(const StreamRow& stream);
Result<StreamRow> decode_stream(std::string_view bytes);
Result<std::optional<StreamRow>> find_stream(Reader& reader, const StreamName& name);
// Error: ResourceNotFoundException.
Result<StreamRow> existing_stream(Reader& reader, const Call& call, const std::string& name);
Result<> put_stream(Transaction& tx, const StreamRow& stream);

// What waits for its delivery: all of it, the counter of its places, a record, how far a shard of its source was read.
std::string buffer_prefix(const StreamRow& stream);
std::string counter_key(const StreamRow& stream);
std::string record_key(const StreamRow& stream, std::uint64_t place);
std::string checkpoint_key(const StreamRow& stream, std::string_view shard);

}  // namespace orrery::firehose
