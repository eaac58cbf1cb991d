// What is stored of buses, rules and targets, and where.
#pragma once

#include "services/call.h"
#include "shapes/events.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::events {

inline constexpr std::string_view kDefaultBus = "default";

// Which bus is meant; not whether there is one.
struct BusName {
  std::string account, region;
  std::string name = std::string(kDefaultBus);

  bool is_default() const { return name == kDefaultBus; }
  std::string arn() const;
  // "arn:aws:events:REGION:ACCOUNT:rule/NAME", or "…:rule/BUS/NAME": rules of the default bus do not name it.
  std::string rule_arn(std::string_view rule) const;
};
// An EventBusName: absent (the default bus), a name of the caller's account and region, or an ARN.
BusName bus_of(const Call& call, const std::optional<std::string>& given);
// nullopt: not the ARN of a bus.
std::optional<BusName> parse_bus_arn(std::string_view arn);
// The bus and the name in a rule's ARN; nullopt: it is not one.
struct RuleName {
  BusName bus;
  std::string name;
};
std::optional<RuleName> parse_rule_arn(std::string_view arn);

// The default bus has one only once something was set.
struct BusRecord {
  std::string description, policy;  // the policy as JSON text; empty: none
  std::string log_level, log_detail;
  std::optional<Instant> created, modified;
};

std::string buses_prefix(std::string_view account, std::string_view region);
std::string bus_key(const BusName& bus);
Result<BusRecord> decode_bus(std::string_view bytes);
Result<std::optional<BusRecord>> get_bus(Reader& reader, const BusName& bus);
Result<> put_bus(Transaction& tx, const BusName& bus, const BusRecord& record);

struct RuleRecord {
  BusName bus;  // account and region are the rule's own
  std::string name, arn;
  std::string schedule, pattern;  // as given; empty: none
  std::string state, description, role_arn;
  std::string created_by;  // the account
  std::string managed_by;  // empty: its users
  std::string archive;     // of an archive's managed rule: the archive's name
  Instant anchor;          // when a rate counts from: creation, update or enabling

  bool enabled() const { return state != RuleState::DISABLED; }
};

std::string rules_prefix(const BusName& bus);
std::string rule_key(const BusName& bus, std::string_view name);
std::string bus_targets_prefix(const BusName& bus);
std::string targets_prefix(const RuleRecord& rule);
std::string target_key(const RuleRecord& rule, std::string_view target_id);

Result<RuleRecord> decode_rule(std::string_view bytes);
Result<std::optional<RuleRecord>> get_rule(Reader& reader, const BusName& bus, std::string_view name);
// Also tells whoever has compiled the bus's rules that they have changed: to be called after every change of a rule's
// targets, too.
Result<> put_rule_record(Transaction& tx, Random& random, const RuleRecord& rule);
Result<> erase_rule_record(Transaction& tx, Random& random, const RuleRecord& rule);
// In order of their ids.
Result<std::vector<Target>> targets_of(Reader& reader, const RuleRecord& rule);

// Bytes that are never the same again once the rules of the bus, or the bus itself, have changed; empty before the
// first change.
std::string rules_mark_key(const BusName& bus);
Result<> mark_rules_changed(Transaction& tx, Random& random, const BusName& bus);

}  // namespace orrery::events
