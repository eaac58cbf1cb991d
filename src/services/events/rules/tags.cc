#include "services/tags.h"

#include "base/arn.h"
#include "schedule/catch_up.h"
#include "services/events/operations.h"

namespace orrery::events {
namespace {

enum class For : std::uint8_t { Reading, Writing };

// Rules and event buses have tags.
Result<> check_tagged(Reader& reader, const Call& call, const std::string& text, For why) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "events") {
    return fail(not_valid("Parameter " + text + " is not valid. Reason: Provided Arn is not in correct format."));
  }
  const bool here = arn->account == call.account && arn->region == call.region;
  if (const auto rule = parse_rule_arn(text); rule && here) {
    const RuleRecord record = TRY(existing_rule(reader, call, rule->name, rule->bus.name));
    if (record.managed_by.empty() || why == For::Reading) return {};
    return fail(
        errors::ManagedRuleException("Tag related operations on the managed rule " + record.name + " is not allowed"));
  }
  if (const auto bus = parse_bus_arn(text); bus && here) return check_bus(reader, call, *bus);
  return fail(errors::ResourceNotFoundException("Resource " + text + " does not exist."));
}

Result<> add(Transaction& tx, const std::string& arn, const std::vector<Tag>& given) {
  TagMap tags;
  for (const Tag& tag : given) tags[tag.Key] = tag.Value;
  if (tags.empty()) return {};
  TRY(schedule::check_catch_up_tag(tags));
  if (TRY(add_tags(tx, arn, tags)).size() > kMaxTags) return fail(over_quota());
  return {};
}

}  // namespace

Result<> put_first_tags(Transaction& tx, const std::string& arn, const std::optional<std::vector<Tag>>& tags) {
  return tags ? add(tx, arn, *tags) : Result<>();
}

Result<TagResourceResponse> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input) {
  TRY(check_tagged(tx, call, input.ResourceARN, For::Writing));
  TRY(add(tx, input.ResourceARN, input.Tags));
  return TagResourceResponse{};
}

Result<UntagResourceResponse> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input) {
  TRY(check_tagged(tx, call, input.ResourceARN, For::Writing));
  TRY(remove_tags(tx, input.ResourceARN, input.TagKeys));
  return UntagResourceResponse{};
}

Result<ListTagsForResourceResponse> list_tags_for_resource(Call& call, Reader& reader,
                                                           const ListTagsForResourceRequest& input) {
  TRY(check_tagged(reader, call, input.ResourceARN, For::Reading));
  ListTagsForResourceResponse output;
  output.Tags.emplace();
  for (const auto& [key, value] : TRY(get_tags(reader, input.ResourceARN))) output.Tags->push_back({key, value});
  return output;
}

}  // namespace orrery::events
