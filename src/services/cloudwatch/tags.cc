// Tags of alarms and dashboards (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html).
#include "services/tags.h"

#include "base/arn.h"
#include "services/cloudwatch/alarms/records.h"
#include "services/cloudwatch/operations.h"

namespace orrery::cloudwatch {
namespace {

Result<> check_resource(Reader& reader, const Call& call, const std::string& arn) {
  const auto parts = Arn::parse(arn);
  const std::string_view resource = parts ? std::string_view(parts->resource) : std::string_view();
  if (!parts || parts->service != "cloudwatch") {
    return fail(invalid_value("The value " + arn + " for parameter ResourceARN is invalid."));
  }
  constexpr std::string_view kAlarm = "alarm:", kDashboard = "dashboard/";
  if (parts->account == call.account && parts->region == call.region && resource.starts_with(kAlarm) &&
      TRY(find_alarm(reader, call.account, call.region, resource.substr(kAlarm.size())))) {
    return {};
  }
  if (parts->account == call.account && parts->region.empty() && resource.starts_with(kDashboard) &&
      TRY(dashboard_exists(reader, call, resource.substr(kDashboard.size())))) {
    return {};
  }
  return fail(errors::ResourceNotFoundException("The resource " + arn + " does not exist."));
}

}  // namespace

Result<std::size_t> tag_new(Transaction& tx, const std::string& arn, const std::optional<std::vector<Tag>>& tags) {
  TRY(erase_tags(tx, arn));
  if (!tags || tags->empty()) return std::size_t{0};
  TagMap map;
  for (const Tag& tag : *tags) map[tag.Key] = tag.Value;
  return TRY(add_tags(tx, arn, map)).size();
}

Result<TagResourceOutput> tag_resource(Call& call, Transaction& tx, const TagResourceInput& input) {
  TRY(check_resource(tx, call, input.ResourceARN));
  TagMap tags;
  for (const Tag& tag : input.Tags) tags[tag.Key] = tag.Value;
  const TagMap all = TRY(add_tags(tx, input.ResourceARN, tags));
  if (all.size() > kMaxTags) return fail(invalid_value("The maximum number of tags for a resource is 50."));
  return TagResourceOutput{};
}

Result<UntagResourceOutput> untag_resource(Call& call, Transaction& tx, const UntagResourceInput& input) {
  TRY(check_resource(tx, call, input.ResourceARN));
  TRY(remove_tags(tx, input.ResourceARN, input.TagKeys));
  return UntagResourceOutput{};
}

Result<ListTagsForResourceOutput> list_tags_for_resource(Call& call, Reader& reader,
                                                         const ListTagsForResourceInput& input) {
  TRY(check_resource(reader, call, input.ResourceARN));
  ListTagsForResourceOutput output;
  auto& tags = output.Tags.emplace();
  for (const auto& [key, value] : TRY(get_tags(reader, input.ResourceARN))) {
    Tag& tag = tags.emplace_back();
    tag.Key = key;
    tag.Value = value;
  }
  return output;
}

}  // namespace orrery::cloudwatch
