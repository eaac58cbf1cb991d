#include "services/events/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::events {
namespace {

std::string text_of(const json::value& document, std::string_view name) {
  return std::string(find_string(document, name).value_or(""));
}

}  // namespace

std::string rule_arn(const Call& call, std::string_view name) {
  return make_arn("events", call.region, call.account, "rule/" + std::string(name));
}

std::string bus_arn(const Call& call, std::string_view bus) {
  return make_arn("events", call.region, call.account, "event-bus/" + std::string(bus));
}

std::string bus_name(const std::optional<std::string>& given) {
  if (!given || given->empty()) return std::string(kDefaultBus);
  const auto arn = Arn::parse(*given);
  constexpr std::string_view kPrefix = "event-bus/";
  if (arn && arn->resource.starts_with(kPrefix)) return arn->resource.substr(kPrefix.size());
  return *given;
}

std::string rules_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Rule).text(account).text(region).text(kDefaultBus).take();
}
std::string rule_key(std::string_view account, std::string_view region, std::string_view name) {
  return KeyWriter(KeyKind::Rule).text(account).text(region).text(kDefaultBus).text(name).take();
}
std::string targets_prefix(const RuleRecord& rule) {
  return KeyWriter(KeyKind::RuleTarget).text(rule.account).text(rule.region).text(kDefaultBus).text(rule.name).take();
}
std::string target_key(const RuleRecord& rule, std::string_view target_id) {
  return KeyWriter(KeyKind::RuleTarget)
      .text(rule.account)
      .text(rule.region)
      .text(kDefaultBus)
      .text(rule.name)
      .text(target_id)
      .take();
}

Result<RuleRecord> decode_rule(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  RuleRecord rule;
  rule.account = text_of(document, "account");
  rule.region = text_of(document, "region");
  rule.name = text_of(document, "name");
  rule.arn = text_of(document, "arn");
  rule.schedule = text_of(document, "schedule");
  rule.pattern = text_of(document, "pattern");
  rule.state = text_of(document, "state");
  rule.description = text_of(document, "description");
  rule.role_arn = text_of(document, "role_arn");
  rule.anchor = instant_from_ms(find_int(document, "anchor_ms").value_or(0));
  return rule;
}

Result<std::optional<RuleRecord>> get_rule(Reader& reader, std::string_view account, std::string_view region,
                                           std::string_view name) {
  const auto bytes = TRY(reader.get(rule_key(account, region, name)));
  if (!bytes) return std::optional<RuleRecord>();
  return std::optional<RuleRecord>(TRY(decode_rule(*bytes)));
}

Result<> put_rule_record(Transaction& tx, const RuleRecord& rule) {
  return put_record(tx, rule_key(rule.account, rule.region, rule.name),
                    json::object{{"account", rule.account},
                                 {"region", rule.region},
                                 {"name", rule.name},
                                 {"arn", rule.arn},
                                 {"schedule", rule.schedule},
                                 {"pattern", rule.pattern},
                                 {"state", rule.state},
                                 {"description", rule.description},
                                 {"role_arn", rule.role_arn},
                                 {"anchor_ms", epoch_ms(rule.anchor)}});
}

Result<std::vector<Target>> targets_of(Reader& reader, const RuleRecord& rule) {
  std::vector<Target> targets;
  const auto cursor = reader.scan(prefix_range(targets_prefix(rule)));
  while (cursor->next()) targets.push_back(TRY(decode_shape<Target>(cursor->value())));
  TRY(cursor->status());
  return targets;
}

}  // namespace orrery::events
