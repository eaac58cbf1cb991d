#include "base/arn.h"
#include "services/events/operations.h"
#include "services/tags.h"

namespace orrery::events {
namespace {

// Only rules are tagged: there are no buses of one's own.
Result<> check_rule_arn(Reader& reader, const Call& call, const std::string& text) {
  const auto arn = Arn::parse(text);
  constexpr std::string_view kPrefix = "rule/";
  if (!arn || arn->service != "events") {
    return fail(api_error("ValidationException",
                          "Parameter " + text + " is not valid. Reason: Provided Arn is not in correct format."));
  }
  if (arn->resource.starts_with(kPrefix) && arn->account == call.account && arn->region == call.region) {
    TRY(existing_rule(reader, call, arn->resource.substr(kPrefix.size()), std::nullopt));
    return {};
  }
  return fail(errors::ResourceNotFoundException("Resource " + text + " does not exist."));
}

}  // namespace

Result<TagResourceResponse> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input) {
  TRY(check_rule_arn(tx, call, input.ResourceARN));
  TagMap tags;
  for (const Tag& tag : input.Tags) tags[tag.Key] = tag.Value;
  if (TRY(add_tags(tx, input.ResourceARN, tags)).size() > kMaxTags) {
    return fail(errors::LimitExceededException("The requested resource exceeds the maximum number allowed."));
  }
  return TagResourceResponse{};
}

Result<UntagResourceResponse> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input) {
  TRY(check_rule_arn(tx, call, input.ResourceARN));
  TRY(remove_tags(tx, input.ResourceARN, input.TagKeys));
  return UntagResourceResponse{};
}

Result<ListTagsForResourceResponse> list_tags_for_resource(Call& call, Reader& reader,
                                                           const ListTagsForResourceRequest& input) {
  TRY(check_rule_arn(reader, call, input.ResourceARN));
  ListTagsForResourceResponse output;
  output.Tags.emplace();
  for (const auto& [key, value] : TRY(get_tags(reader, input.ResourceARN))) output.Tags->push_back({key, value});
  return output;
}

}  // namespace orrery::events
