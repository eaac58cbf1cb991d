// Tags of functions, code signing configurations and event source mappings.
#include "base/arn.h"
#include "services/lambda/operations.h"
#include "services/tags.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

Error invalid(std::string message) { return errors::InvalidParameterValueException(std::move(message)); }

Result<> check_kept(Reader& reader, KeyKind kind, const Arn& arn, std::string_view id) {
  if (TRY(reader.get(KeyWriter(kind).text(arn.account).text(arn.region).text(id).take()))) return {};
  return fail(errors::ResourceNotFoundException("Resource not found: " + arn.text()));
}

Result<> check_resource(Reader& reader, const std::string& text) {
  if (const auto name = parse_function_arn(text)) {
    if (!name->qualifier.empty()) {
      return fail(invalid("Tags on function aliases and versions are not supported. Please specify a function ARN."));
    }
    TRY(existing_function(reader, *name));
    return {};
  }
  constexpr std::pair<std::string_view, KeyKind> kOthers[] = {
      {"code-signing-config:", KeyKind::CodeSigningConfig},
      {"event-source-mapping:", KeyKind::EventSourceMapping},
  };
  const auto arn = Arn::parse(text);
  for (const auto& [prefix, kind] : kOthers) {
    if (arn && arn->resource.starts_with(prefix)) {
      return check_kept(reader, kind, *arn, std::string_view(arn->resource).substr(prefix.size()));
    }
  }
  return fail(invalid("The resource " + text + " cannot have tags."));
}

// docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html#restrictions
Result<> check_tags(const TagMap& tags) {
  for (const auto& [key, value] : tags) {
    if (key.empty() || key.size() > 128) return fail(invalid("The tag key must be 1 to 128 characters long: " + key));
    if (value.size() > 256) return fail(invalid("The tag value exceeds the maximum length of 256 characters."));
    if (key.starts_with("aws:")) return fail(invalid("The tag key " + key + " must not begin with aws:."));
  }
  return {};
}

}  // namespace

Result<> tag(Transaction& tx, const std::string& arn, const std::optional<TagMap>& tags) {
  if (!tags) return {};
  TRY(check_tags(*tags));
  if (TRY(add_tags(tx, arn, *tags)).size() <= kMaxTags) return {};
  return fail(invalid("The number of tags exceeds the limit of 50 for a resource."));
}

Result<wire::Empty> tag_resource(Lambda& lambda, Call& call, Transaction& tx, const TagResourceRequest& input) {
  TRY(check_resource(tx, input.Resource));
  TRY(tag(tx, input.Resource, input.Tags));
  if (const auto name = parse_function_arn(input.Resource)) TRY(follow_network_tag(lambda, call, tx, *name));
  return wire::Empty{};
}

Result<wire::Empty> untag_resource(Lambda& lambda, Call& call, Transaction& tx, const UntagResourceRequest& input) {
  TRY(check_resource(tx, input.Resource));
  TRY(remove_tags(tx, input.Resource, input.TagKeys));
  if (const auto name = parse_function_arn(input.Resource)) TRY(follow_network_tag(lambda, call, tx, *name));
  return wire::Empty{};
}

Result<ListTagsResponse> list_tags(Call&, Reader& reader, const ListTagsRequest& input) {
  TRY(check_resource(reader, input.Resource));
  ListTagsResponse output;
  output.Tags = TRY(get_tags(reader, input.Resource));
  return output;
}

}  // namespace orrery::lambda
