// Consumers with a throughput of their own (enhanced fan-out).
#pragma once

#include "services/kinesis/kinesis.h"
#include "services/kinesis/streams/stream.h"

namespace orrery::kinesis {

struct ConsumerRow {
  StreamName stream;
  std::string name;
  Instant created;

  // "arn:…:stream/NAME/consumer/CONSUMER:1767225600"
  std::string arn() const;
};

struct ConsumerName {
  StreamName stream;
  std::string name;
  std::int64_t created_s = 0;

  std::string arn() const;
};
// nullopt: not the ARN of a consumer, as it is written.
std::optional<ConsumerName> parse_consumer_arn(std::string_view text);

Result<std::vector<ConsumerRow>> consumers_of(Reader& reader, const StreamName& stream);
Result<std::optional<ConsumerRow>> find_consumer(Reader& reader, const StreamName& stream, std::string_view name);
// Of that ARN, not one of the same name that was made at another time. `region`: that is asked.
Result<std::optional<ConsumerRow>> find_consumer(Reader& reader, const ConsumerName& name, std::string_view region);
Result<> put_consumer(Transaction& tx, const ConsumerRow& consumer);
// With its policy and its tags; its subscriptions end.
Result<> erase_consumer(Kinesis& kinesis, Transaction& tx, const ConsumerRow& consumer);

}  // namespace orrery::kinesis
