#include "base/arn.h"
#include "services/logs/operations.h"
#include "services/tags.h"

namespace orrery::logs {
namespace {

// Tags belong to groups; the ARN comes without ":*" (TagResource).
Result<std::string> tagged_group(Reader& reader, const Call& call, const std::string& text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "logs" || !arn->resource.starts_with("log-group:")) {
    return fail(errors::InvalidParameterException("The specified resource ARN is not valid: " + text));
  }
  if (arn->account != call.account || arn->region != call.region) {
    return fail(errors::ResourceNotFoundException("The specified resource does not exist."));
  }
  const std::string name = group_in_identifier(text);
  if (!TRY(get_group(reader, call.account, call.region, name))) {
    return fail(errors::ResourceNotFoundException("The specified resource does not exist."));
  }
  return group_arn(call, name);
}

}  // namespace

Result<wire::Empty> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input) {
  const std::string arn = TRY(tagged_group(tx, call, input.resourceArn));
  if (TRY(add_tags(tx, arn, input.tags)).size() > kMaxTags) {
    return fail(errors::TooManyTagsException("A resource can have at most 50 tags.").with("resourceName", arn));
  }
  return wire::Empty{};
}

Result<wire::Empty> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input) {
  TRY(remove_tags(tx, TRY(tagged_group(tx, call, input.resourceArn)), input.tagKeys));
  return wire::Empty{};
}

Result<ListTagsForResourceResponse> list_tags_for_resource(Call& call, Reader& reader,
                                                           const ListTagsForResourceRequest& input) {
  ListTagsForResourceResponse output;
  output.tags = TRY(get_tags(reader, TRY(tagged_group(reader, call, input.resourceArn))));
  return output;
}

Result<wire::Empty> tag_log_group(Call& call, Transaction& tx, const TagLogGroupRequest& input) {
  const std::string arn = group_arn(call, TRY(existing_group(tx, call, input.logGroupName)).name);
  if (TRY(add_tags(tx, arn, input.tags)).size() > kMaxTags) {
    return fail(errors::InvalidParameterException("A resource can have at most 50 tags."));
  }
  return wire::Empty{};
}

Result<wire::Empty> untag_log_group(Call& call, Transaction& tx, const UntagLogGroupRequest& input) {
  TRY(remove_tags(tx, group_arn(call, TRY(existing_group(tx, call, input.logGroupName)).name), input.tags));
  return wire::Empty{};
}

Result<ListTagsLogGroupResponse> list_tags_log_group(Call& call, Reader& reader, const ListTagsLogGroupRequest& input) {
  ListTagsLogGroupResponse output;
  output.tags = TRY(get_tags(reader, group_arn(call, TRY(existing_group(reader, call, input.logGroupName)).name)));
  return output;
}

}  // namespace orrery::logs
