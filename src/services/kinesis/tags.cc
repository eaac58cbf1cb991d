// Tags of streams and consumers, in both forms of the API.
#include "services/kinesis/consumers/consumers.h"
#include "services/kinesis/operations.h"

namespace orrery::kinesis {
namespace {

constexpr std::int64_t kMostListed = 50;

// What a resource ARN names has to be there.
Result<std::string> tagged(Kinesis& kinesis, const Call& call, Reader& reader, const std::string& arn) {
  if (const auto consumer = parse_consumer_arn(arn)) {
    if (!TRY(find_consumer(reader, *consumer, call.region))) {
      return fail(errors::ResourceNotFoundException("Consumer " + arn + " not found."));
    }
    return "consumer " + consumer->name;
  }
  const auto name = parse_stream_arn(arn);
  if (!name) return fail(invalid_argument("ResourceARN " + arn + " is not the ARN of a stream or a consumer."));
  if (name->region != call.region) return fail(not_found(*name));
  TRY(existing_stream(kinesis, reader, *name));
  return label(*name);
}

}  // namespace

Result<> tag(Transaction& tx, const std::string& arn, const std::string& what, const TagMap& tags) {
  for (const auto& [key, value] : tags) {
    if (key.starts_with("aws:")) {
      std::string why = "Failed to add tags to " + what;
      why.append(" because keys that begin with aws: are reserved for system use: ").append(key);
      return fail(invalid_argument(std::move(why)));
    }
  }
  if (TRY(add_tags(tx, arn, tags)).size() <= kMaxTags) return {};
  return fail(invalid_argument("Failed to add tags to " + what + " because it cannot have more than " +
                               std::to_string(kMaxTags) + " tags associated with it."));
}

Result<wire::Empty> add_tags_to_stream(Kinesis& kinesis, Call& call, Transaction& tx,
                                       const AddTagsToStreamInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, tx, input));
  TRY(tag(tx, stream->arn(), label(stream->name), input.Tags));
  return wire::Empty{};
}

Result<wire::Empty> remove_tags_from_stream(Kinesis& kinesis, Call& call, Transaction& tx,
                                            const RemoveTagsFromStreamInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, tx, input));
  TRY(remove_tags(tx, stream->arn(), input.TagKeys));
  return wire::Empty{};
}

Result<ListTagsForStreamOutput> list_tags_for_stream(Kinesis& kinesis, Call& call, Reader& reader,
                                                     const ListTagsForStreamInput& input) {
  const KnownStream stream = TRY(named_stream(kinesis, call, reader, input));
  const auto most = static_cast<std::size_t>(input.Limit.value_or(kMostListed));
  ListTagsForStreamOutput output;
  for (const auto& [key, value] : TRY(get_tags(reader, stream->arn()))) {
    if (input.ExclusiveStartTagKey && key <= *input.ExclusiveStartTagKey) continue;
    output.HasMoreTags = output.Tags.size() == most;
    if (output.HasMoreTags) break;
    output.Tags.push_back({key, value});
  }
  return output;
}

Result<wire::Empty> tag_resource(Kinesis& kinesis, Call& call, Transaction& tx, const TagResourceInput& input) {
  const std::string what = TRY(tagged(kinesis, call, tx, input.ResourceARN));
  TRY(tag(tx, input.ResourceARN, what, input.Tags));
  return wire::Empty{};
}

Result<wire::Empty> untag_resource(Kinesis& kinesis, Call& call, Transaction& tx, const UntagResourceInput& input) {
  TRY(tagged(kinesis, call, tx, input.ResourceARN));
  TRY(remove_tags(tx, input.ResourceARN, input.TagKeys));
  return wire::Empty{};
}

Result<ListTagsForResourceOutput> list_tags_for_resource(Kinesis& kinesis, Call& call, Reader& reader,
                                                         const ListTagsForResourceInput& input) {
  TRY(tagged(kinesis, call, reader, input.ResourceARN));
  ListTagsForResourceOutput output;
  auto& tags = output.Tags.emplace();
  for (const auto& [key, value] : TRY(get_tags(reader, input.ResourceARN))) tags.push_back({key, value});
  return output;
}

}  // namespace orrery::kinesis
