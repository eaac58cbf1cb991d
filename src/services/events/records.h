// What is stored of rules and targets, and where.
#pragma once

#include "services/call.h"
#include "shapes/events.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::events {

inline constexpr std::string_view kDefaultBus = "default";

struct RuleRecord {
  std::string account, region, name, arn;
  std::string schedule, pattern;  // as given; empty: none
  std::string state, description, role_arn;
  Instant anchor;  // when a rate counts from: creation, update or enabling

  bool enabled() const { return state != RuleState::DISABLED; }
};

// "arn:aws:events:REGION:ACCOUNT:rule/NAME": rules of the default bus do not name it.
std::string rule_arn(const Call& call, std::string_view name);
std::string bus_arn(const Call& call, std::string_view bus);
// The name in an EventBusName, which may be an ARN; "default" when absent.
std::string bus_name(const std::optional<std::string>& given);

std::string rules_prefix(std::string_view account, std::string_view region);
std::string rule_key(std::string_view account, std::string_view region, std::string_view name);
std::string targets_prefix(const RuleRecord& rule);
std::string target_key(const RuleRecord& rule, std::string_view target_id);

Result<RuleRecord> decode_rule(std::string_view bytes);
Result<std::optional<RuleRecord>> get_rule(Reader& reader, std::string_view account, std::string_view region,
                                           std::string_view name);
Result<> put_rule_record(Transaction& tx, const RuleRecord& rule);
// In order of their ids.
Result<std::vector<Target>> targets_of(Reader& reader, const RuleRecord& rule);

}  // namespace orrery::events
