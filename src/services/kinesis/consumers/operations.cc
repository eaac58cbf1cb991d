// RegisterStreamConsumer, DeregisterStreamConsumer, DescribeStreamConsumer, ListStreamConsumers.
#include "services/kinesis/operations.h"

#include "services/kinesis/consumers/consumers.h"
#include "services/paging.h"

namespace orrery::kinesis {
namespace {

constexpr std::size_t kMostConsumers = 20;  // a stream
constexpr std::int64_t kDefaultPage = 100;

Consumer shown(const ConsumerRow& row) {
  Consumer out;
  out.ConsumerName = row.name;
  out.ConsumerARN = row.arn();
  out.ConsumerStatus = ConsumerStatus::ACTIVE;
  out.ConsumerCreationTimestamp = row.created;
  return out;
}

Error no_consumer(const StreamName& stream, const std::string& name) {
  return errors::ResourceNotFoundException("Consumer " + name + ", Stream " + stream.arn() + " not found.");
}

// By its ARN, or by its stream's and its name.
template <class Input>
Result<ConsumerRow> existing_consumer(Kinesis& kinesis, const Call& call, Reader& reader, const Input& input) {
  if (input.ConsumerARN) {
    const auto name = parse_consumer_arn(*input.ConsumerARN);
    if (!name) return fail(invalid_argument("ConsumerARN " + *input.ConsumerARN + " is not the ARN of a consumer."));
    auto found = TRY(find_consumer(reader, *name, call.region));
    const bool other = (input.ConsumerName && *input.ConsumerName != name->name) ||
                       (input.StreamARN && *input.StreamARN != name->stream.arn());
    if (!found || other) return fail(no_consumer(name->stream, name->name));
    return *std::move(found);
  }
  if (!input.StreamARN || !input.ConsumerName) {
    return fail(invalid_argument("Either ConsumerARN or both StreamARN and ConsumerName must be provided."));
  }
  const KnownStream stream =
      TRY(existing_stream(kinesis, reader, TRY(stream_meant(call, std::nullopt, input.StreamARN))));
  auto found = TRY(find_consumer(reader, stream->name, *input.ConsumerName));
  if (!found) return fail(no_consumer(stream->name, *input.ConsumerName));
  return *std::move(found);
}

}  // namespace

Result<RegisterStreamConsumerOutput> register_consumer(Kinesis& kinesis, Call& call, Transaction& tx,
                                                       const RegisterStreamConsumerInput& input) {
  const KnownStream stream = TRY(existing_stream(kinesis, tx, TRY(stream_meant(call, std::nullopt, input.StreamARN))));
  if (TRY(find_consumer(tx, stream->name, input.ConsumerName))) {
    return fail(errors::ResourceInUseException("Consumer " + input.ConsumerName + ", Stream " + stream->arn() +
                                               " already exists."));
  }
  if (TRY(consumers_of(tx, stream->name)).size() >= kMostConsumers) {
    return fail(errors::LimitExceededException("The number of consumers of " + label(stream->name) +
                                               " would exceed the limit of " + std::to_string(kMostConsumers) + "."));
  }
  const ConsumerRow consumer{stream->name, input.ConsumerName, call.now};
  TRY(put_consumer(tx, consumer));
  if (input.Tags) TRY(tag(tx, consumer.arn(), "consumer " + consumer.name, *input.Tags));
  RegisterStreamConsumerOutput output;
  output.Consumer = shown(consumer);
  output.Consumer.ConsumerStatus = ConsumerStatus::CREATING;
  return output;
}

Result<wire::Empty> deregister_consumer(Kinesis& kinesis, Call& call, Transaction& tx,
                                        const DeregisterStreamConsumerInput& input) {
  TRY(erase_consumer(kinesis, tx, TRY(existing_consumer(kinesis, call, tx, input))));
  return wire::Empty{};
}

Result<DescribeStreamConsumerOutput> describe_consumer(Kinesis& kinesis, Call& call, Reader& reader,
                                                       const DescribeStreamConsumerInput& input) {
  const ConsumerRow row = TRY(existing_consumer(kinesis, call, reader, input));
  DescribeStreamConsumerOutput output;
  ConsumerDescription& out = output.ConsumerDescription;
  out.ConsumerName = row.name;
  out.ConsumerARN = row.arn();
  out.ConsumerStatus = ConsumerStatus::ACTIVE;
  out.ConsumerCreationTimestamp = row.created;
  out.StreamARN = row.stream.arn();
  return output;
}

Result<ListStreamConsumersOutput> list_consumers(Kinesis& kinesis, Call& call, Reader& reader,
                                                 const ListStreamConsumersInput& input) {
  const KnownStream stream =
      TRY(existing_stream(kinesis, reader, TRY(stream_meant(call, std::nullopt, input.StreamARN))));
  if (input.StreamCreationTimestamp &&
      epoch_ms(*input.StreamCreationTimestamp) / 1000 != epoch_ms(stream->created) / 1000) {
    return fail(not_found(stream->name));
  }
  std::optional<std::string> after;
  if (input.NextToken) {
    after = page_position(*input.NextToken);
    if (!after) return fail(invalid_argument("NextToken is invalid."));
  }
  const auto most = static_cast<std::size_t>(input.MaxResults.value_or(kDefaultPage));
  ListStreamConsumersOutput output;
  auto& list = output.Consumers.emplace();
  for (const ConsumerRow& row : TRY(consumers_of(reader, stream->name))) {
    if (after && row.name <= *after) continue;
    if (list.size() == most) {
      output.NextToken = page_token(list.back().ConsumerName);
      break;
    }
    list.push_back(shown(row));
  }
  return output;
}

}  // namespace orrery::kinesis
