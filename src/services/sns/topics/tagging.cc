#include "services/sns/topics/tagging.h"

#include "services/sns/operations.h"
#include "services/tags.h"

namespace orrery::sns {
namespace {

// Tagging has a code of its own for what is not there.
Result<> check_tagged(Reader& reader, const Call& call, const std::string& arn) {
  const TopicName name = TRY(topic_named(call, arn));
  if (TRY(find_topic(reader, name))) return {};
  return fail(errors::ResourceNotFoundException("Resource does not exist"));
}

}  // namespace

Result<> put_tags(Transaction& tx, const std::string& arn, const std::vector<Tag>& given) {
  TagMap tags;
  for (const Tag& tag : given) {
    if (!tags.emplace(tag.Key, tag.Value).second) {
      return fail(invalid_parameter("Duplicated keys are not allowed."));
    }
    if (tag.Key.starts_with("aws:")) return fail(invalid_parameter("Tag keys must not begin with aws:"));
  }
  if (TRY(add_tags(tx, arn, tags)).size() <= kMaxTags) return {};
  return fail(errors::TagLimitExceededException("Could not complete request: tag quota of per resource exceeded"));
}

Result<TagResourceResponse> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input) {
  TRY(check_tagged(tx, call, input.ResourceArn));
  TRY(put_tags(tx, input.ResourceArn, input.Tags));
  return TagResourceResponse{};
}

Result<UntagResourceResponse> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input) {
  TRY(check_tagged(tx, call, input.ResourceArn));
  TRY(remove_tags(tx, input.ResourceArn, input.TagKeys));
  return UntagResourceResponse{};
}

Result<ListTagsForResourceResponse> list_tags_for_resource(Call& call, Reader& reader,
                                                           const ListTagsForResourceRequest& input) {
  TRY(check_tagged(reader, call, input.ResourceArn));
  ListTagsForResourceResponse output;
  output.Tags.emplace();
  for (const auto& [key, value] : TRY(get_tags(reader, input.ResourceArn))) output.Tags->push_back({key, value});
  return output;
}

}  // namespace orrery::sns
