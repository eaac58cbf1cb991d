#include "base/arn.h"
#include "services/logs/cleanup.h"
#include "services/logs/metric_filters/metric_filters.h"
#include "services/logs/operations.h"
#include "services/paging.h"
#include "services/tags.h"

namespace orrery::logs {
namespace {

constexpr std::int64_t kGroupsAPage = 50;

Result<std::int64_t> stored_bytes(Reader& reader, const GroupRecord& group) {
  std::int64_t bytes = 0;
  const auto cursor = reader.scan(prefix_range(streams_prefix(group.number)));
  while (cursor->next()) bytes += TRY(decode_stream(cursor->value())).bytes;
  TRY(cursor->status());
  return bytes;
}

Result<LogGroup> describe(Reader& reader, const Call& call, const GroupRecord& group) {
  LogGroup described;
  described.logGroupName = group.name;
  described.creationTime = epoch_ms(group.created);
  if (group.retention_days > 0) described.retentionInDays = group.retention_days;
  described.metricFilterCount = TRY(count_metric_filters(reader, group.number));
  described.arn = group_arn(call, group.name) + ":*";
  described.logGroupArn = group_arn(call, group.name);
  described.storedBytes = TRY(stored_bytes(reader, group));
  described.logGroupClass = group.log_class;
  described.deletionProtectionEnabled = group.deletion_protection;
  return described;
}

// What logGroupIdentifiers names, in its order; it excludes the other filters and does not page.
Result<DescribeLogGroupsResponse> describe_identified(Call& call, Reader& reader,
                                                      const std::vector<std::string>& identifiers) {
  DescribeLogGroupsResponse output;
  output.logGroups.emplace();
  for (const std::string& identifier : identifiers) {
    const auto group = TRY(get_group(reader, call.account, call.region, group_in_identifier(identifier)));
    if (group) output.logGroups->push_back(TRY(describe(reader, call, *group)));
  }
  return output;
}

bool same_class(const std::optional<std::string>& wanted, const GroupRecord& group) {
  return !wanted || *wanted == group.log_class;
}

}  // namespace

Result<GroupRecord> existing_group(Reader& reader, const Call& call, const std::string& name) {
  auto group = TRY(get_group(reader, call.account, call.region, name));
  if (!group) return fail(errors::ResourceNotFoundException("The specified log group does not exist."));
  return *std::move(group);
}

std::string group_in_identifier(const std::string& identifier) {
  const auto arn = Arn::parse(identifier);
  constexpr std::string_view kPrefix = "log-group:";
  if (!arn || !arn->resource.starts_with(kPrefix)) return identifier;
  std::string name = arn->resource.substr(kPrefix.size());
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  return name;
}

Result<std::string> group_named(const std::optional<std::string>& name, const std::optional<std::string>& identifier) {
  if (name && identifier) {
    return fail(errors::InvalidParameterException("LogGroup name and LogGroup identifier cannot both be specified."));
  }
  if (name) return *name;
  if (identifier) return group_in_identifier(*identifier);
  return fail(errors::InvalidParameterException("Either logGroupName or logGroupIdentifier must be specified."));
}

Error invalid_token() { return errors::InvalidParameterException("The specified nextToken is invalid."); }

Result<wire::Empty> create_log_group(Call& call, Transaction& tx, const CreateLogGroupRequest& input) {
  // "Log group names can't start with the string aws/" (CreateLogGroup).
  if (input.logGroupName.starts_with("aws/")) {
    return fail(errors::InvalidParameterException("Log groups starting with AWS/ are reserved for AWS."));
  }
  if (input.kmsKeyId) {
    return fail(
        errors::InvalidParameterException("The specified KMS key does not exist or is not allowed to be used."));
  }
  if (TRY(get_group(tx, call.account, call.region, input.logGroupName))) {
    return fail(errors::ResourceAlreadyExistsException("The specified log group already exists"));
  }
  GroupRecord group;
  group.account = call.account;
  group.region = call.region;
  group.name = input.logGroupName;
  group.number = TRY(next_group_number(tx));
  group.created = call.now;
  group.log_class = input.logGroupClass.value_or(std::string(LogGroupClass::STANDARD));
  group.deletion_protection = input.deletionProtectionEnabled.value_or(false);
  TRY(put_group(tx, group));
  if (input.tags && !input.tags->empty()) {
    if (input.tags->size() > kMaxTags) {
      return fail(errors::InvalidParameterException("A resource can have at most 50 tags."));
    }
    TRY(add_tags(tx, group_arn(call, group.name), *input.tags));
  }
  return wire::Empty{};
}

Result<DescribeLogGroupsResponse> describe_log_groups(Call& call, Reader& reader,
                                                      const DescribeLogGroupsRequest& input) {
  if (input.logGroupNamePrefix && input.logGroupNamePattern) {
    return fail(errors::InvalidParameterException(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
  }
  if (input.logGroupIdentifiers) {
    if (input.logGroupNamePrefix || input.logGroupNamePattern || input.logGroupClass) {
      return fail(errors::InvalidParameterException("LogGroup identifiers cannot be combined with other filters."));
    }
    return describe_identified(call, reader, *input.logGroupIdentifiers);
  }
  KeyRange range = prefix_range(groups_prefix(call.account, call.region));
  if (input.logGroupNamePrefix) {
    // A prefix of the encoded name: the terminator of the last part is left off.
    std::string prefix = group_key(call.account, call.region, *input.logGroupNamePrefix);
    prefix.resize(prefix.size() - 2);
    range = prefix_range(prefix);
  }
  DescribeLogGroupsResponse output;
  output.logGroups.emplace();
  output.nextToken = TRY(scan_page(
      reader, range, {input.nextToken, input.limit.value_or(kGroupsAPage)}, [&](Cursor& cursor) -> Result<bool> {
        const GroupRecord group = TRY(decode_group(cursor.value()));
        if (input.logGroupNamePattern && group.name.find(*input.logGroupNamePattern) == std::string::npos) return false;
        if (!same_class(input.logGroupClass, group)) return false;
        LogGroup described = TRY(describe(reader, call, group));
        output.logGroups->push_back(std::move(described));
        return true;
      }));
  return output;
}

Result<wire::Empty> delete_log_group(Logs& logs, Call& call, Transaction& tx, const DeleteLogGroupRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  if (group.deletion_protection) {
    return fail(errors::ValidationException(
        "The log group has deletion protection enabled. Disable it before deleting the log group."));
  }
  TRY(tx.erase(group_key(group.account, group.region, group.name)));
  TRY(erase_tags(tx, group_arn(call, group.name)));
  TRY(forget_retention(logs, tx, group));
  TRY(erase_later(logs, tx, group, nullptr, call.now));
  return wire::Empty{};
}

Result<std::optional<std::string>> scan_page(Reader& reader, const KeyRange& whole, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take) {
  KeyRange range = whole;
  const bool forward = page.direction == Direction::Forward;
  if (page.token) {
    const auto position = page_position(*page.token);
    const bool inside = position && *position >= whole.begin && (whole.end.empty() || *position < whole.end);
    if (!inside) return fail(invalid_token());
    // The token is the first key of the next page, in either direction.
    if (forward) {
      range.begin = *position;
    } else {
      range.end = *position + '\0';
    }
  }
  const auto cursor = reader.scan(range, page.direction);
  std::int64_t taken = 0;
  while (cursor->next()) {
    if (taken == page.limit) return std::optional(page_token(cursor->key()));
    taken += TRY(take(*cursor)) ? 1 : 0;
  }
  TRY(cursor->status());
  return std::optional<std::string>();
}

}  // namespace orrery::logs
