#include "services/events/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::events {
namespace {

constexpr std::string_view kBusPrefix = "event-bus/";
constexpr std::string_view kRulePrefix = "rule/";

std::optional<Instant> time_of(const json::value& document, std::string_view name) {
  const auto ms = find_int(document, name);
  return ms ? std::optional(instant_from_ms(*ms)) : std::nullopt;
}

KeyWriter of_bus(KeyKind kind, const BusName& bus) {
  KeyWriter key(kind);
  key.text(bus.account).text(bus.region).text(bus.name);
  return key;
}

}  // namespace

std::string BusName::arn() const { return make_arn("events", region, account, std::string(kBusPrefix) + name); }

std::string BusName::rule_arn(std::string_view rule) const {
  std::string resource(kRulePrefix);
  if (!is_default()) resource += name + "/";
  return make_arn("events", region, account, resource + std::string(rule));
}

std::optional<BusName> parse_bus_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "events" || !arn->resource.starts_with(kBusPrefix)) return std::nullopt;
  return BusName{arn->account, arn->region, arn->resource.substr(kBusPrefix.size())};
}

BusName bus_of(const Call& call, const std::optional<std::string>& given) {
  if (!given || given->empty()) return {call.account, call.region};
  if (auto bus = parse_bus_arn(*given)) return *std::move(bus);
  return {call.account, call.region, *given};
}

std::optional<RuleName> parse_rule_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "events" || !arn->resource.starts_with(kRulePrefix)) return std::nullopt;
  RuleName rule{{arn->account, arn->region}, arn->resource.substr(kRulePrefix.size())};
  // The name of a partner's bus has slashes of its own; a rule's has none.
  if (const auto slash = rule.name.rfind('/'); slash != std::string::npos) {
    rule.bus.name = rule.name.substr(0, slash);
    rule.name.erase(0, slash + 1);
  }
  return rule;
}

std::string buses_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::EventBus).text(account).text(region).take();
}
std::string bus_key(const BusName& bus) { return of_bus(KeyKind::EventBus, bus).take(); }

Result<BusRecord> decode_bus(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  BusRecord bus;
  bus.description = text_of(document, "description");
  bus.policy = text_of(document, "policy");
  bus.log_level = text_of(document, "log_level");
  bus.log_detail = text_of(document, "log_detail");
  bus.created = time_of(document, "created_ms");
  bus.modified = time_of(document, "modified_ms");
  return bus;
}

Result<std::optional<BusRecord>> get_bus(Reader& reader, const BusName& bus) {
  const auto bytes = TRY(reader.get(bus_key(bus)));
  if (!bytes) return std::optional<BusRecord>();
  return std::optional<BusRecord>(TRY(decode_bus(*bytes)));
}

Result<> put_bus(Transaction& tx, const BusName& bus, const BusRecord& record) {
  json::object document{{"description", record.description},
                        {"policy", record.policy},
                        {"log_level", record.log_level},
                        {"log_detail", record.log_detail}};
  if (record.created) document["created_ms"] = epoch_ms(*record.created);
  if (record.modified) document["modified_ms"] = epoch_ms(*record.modified);
  return put_record(tx, bus_key(bus), std::move(document));
}

std::string rules_prefix(const BusName& bus) { return of_bus(KeyKind::Rule, bus).take(); }
std::string rule_key(const BusName& bus, std::string_view name) { return of_bus(KeyKind::Rule, bus).text(name).take(); }
std::string bus_targets_prefix(const BusName& bus) { return of_bus(KeyKind::RuleTarget, bus).take(); }
std::string targets_prefix(const RuleRecord& rule) {
  return of_bus(KeyKind::RuleTarget, rule.bus).text(rule.name).take();
}
std::string target_key(const RuleRecord& rule, std::string_view target_id) {
  return of_bus(KeyKind::RuleTarget, rule.bus).text(rule.name).text(target_id).take();
}

// Rules from before there were buses of one's own name none, and no creator.
Result<RuleRecord> decode_rule(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  RuleRecord rule;
  rule.bus.account = text_of(document, "account");
  rule.bus.region = text_of(document, "region");
  rule.bus.name = find_string(document, "bus").value_or(kDefaultBus);
  rule.name = text_of(document, "name");
  rule.arn = text_of(document, "arn");
  rule.schedule = text_of(document, "schedule");
  rule.pattern = text_of(document, "pattern");
  rule.state = text_of(document, "state");
  rule.description = text_of(document, "description");
  rule.role_arn = text_of(document, "role_arn");
  rule.created_by = find_string(document, "created_by").value_or(rule.bus.account);
  rule.managed_by = text_of(document, "managed_by");
  rule.archive = text_of(document, "archive");
  rule.anchor = time_of(document, "anchor_ms").value_or(Instant());
  return rule;
}

Result<std::optional<RuleRecord>> get_rule(Reader& reader, const BusName& bus, std::string_view name) {
  const auto bytes = TRY(reader.get(rule_key(bus, name)));
  if (!bytes) return std::optional<RuleRecord>();
  return std::optional<RuleRecord>(TRY(decode_rule(*bytes)));
}

Result<> put_rule_record(Transaction& tx, Random& random, const RuleRecord& rule) {
  json::object document{{"account", rule.bus.account},
                        {"region", rule.bus.region},
                        {"bus", rule.bus.name},
                        {"name", rule.name},
                        {"arn", rule.arn},
                        {"schedule", rule.schedule},
                        {"pattern", rule.pattern},
                        {"state", rule.state},
                        {"description", rule.description},
                        {"role_arn", rule.role_arn},
                        {"created_by", rule.created_by},
                        {"anchor_ms", epoch_ms(rule.anchor)}};
  if (!rule.managed_by.empty()) document["managed_by"] = rule.managed_by;
  if (!rule.archive.empty()) document["archive"] = rule.archive;
  TRY(put_record(tx, rule_key(rule.bus, rule.name), std::move(document)));
  return mark_rules_changed(tx, random, rule.bus);
}

Result<> erase_rule_record(Transaction& tx, Random& random, const RuleRecord& rule) {
  TRY(tx.erase(rule_key(rule.bus, rule.name)));
  return mark_rules_changed(tx, random, rule.bus);
}

Result<std::vector<Target>> targets_of(Reader& reader, const RuleRecord& rule) {
  std::vector<Target> targets;
  const auto cursor = reader.scan(prefix_range(targets_prefix(rule)));
  while (cursor->next()) targets.push_back(TRY(decode_shape<Target>(cursor->value())));
  TRY(cursor->status());
  return targets;
}

std::string rules_mark_key(const BusName& bus) { return of_bus(KeyKind::BusRules, bus).take(); }

Result<> mark_rules_changed(Transaction& tx, Random& random, const BusName& bus) {
  const std::uint64_t mark = random.next();
  return tx.put(rules_mark_key(bus), std::string_view(reinterpret_cast<const char*>(&mark), sizeof(mark)));
}

}  // namespace orrery::events
