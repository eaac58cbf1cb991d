#include "services/lambda/operations.h"
#include "services/tags.h"

namespace orrery::lambda {
namespace {

Result<> check_resource(Reader& reader, const std::string& arn) {
  const auto name = parse_function_arn(arn);
  if (!name) return fail(errors::InvalidParameterValueException("The resource " + arn + " is not a function."));
  TRY(existing_function(reader, *name));
  return {};
}

}  // namespace

Result<wire::Empty> tag_resource(Call&, Transaction& tx, const TagResourceRequest& input) {
  TRY(check_resource(tx, input.Resource));
  if (TRY(add_tags(tx, input.Resource, input.Tags)).size() > kMaxTags) {
    return fail(errors::InvalidParameterValueException("The number of tags exceeds the limit of 50 for a resource."));
  }
  return wire::Empty{};
}

Result<wire::Empty> untag_resource(Call&, Transaction& tx, const UntagResourceRequest& input) {
  TRY(check_resource(tx, input.Resource));
  TRY(remove_tags(tx, input.Resource, input.TagKeys));
  return wire::Empty{};
}

Result<ListTagsResponse> list_tags(Call&, Reader& reader, const ListTagsRequest& input) {
  TRY(check_resource(reader, input.Resource));
  ListTagsResponse output;
  output.Tags = TRY(get_tags(reader, input.Resource));
  return output;
}

}  // namespace orrery::lambda
