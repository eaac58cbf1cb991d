#include "services/lambda/event_sources/mapping.h"

#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::lambda {

FailurePolicy Mapping::failures() const {
  return {configuration.BisectBatchOnFunctionError.value_or(false), configuration.MaximumRetryAttempts.value_or(-1),
          configuration.MaximumRecordAgeInSeconds.value_or(-1)};
}

bool Mapping::reports_item_failures() const {
  const auto& types = configuration.FunctionResponseTypes;
  return types && std::ranges::find(*types, "ReportBatchItemFailures") != types->end();
}

std::string Mapping::on_failure() const {
  const auto& config = configuration.DestinationConfig;
  return config && config->OnFailure ? config->OnFailure->Destination.value_or("") : std::string();
}

std::string mapping_key(std::string_view account, std::string_view region, std::string_view uuid) {
  return KeyWriter(KeyKind::EventSourceMapping).text(account).text(region).text(uuid).take();
}
std::string mappings_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::EventSourceMapping).text(account).text(region).take();
}
std::string all_mappings_prefix() { return KeyWriter(KeyKind::EventSourceMapping).take(); }
std::string lanes_prefix(const Mapping& mapping) {
  return KeyWriter(KeyKind::EventSourceCheckpoint).text(mapping.account).text(mapping.region).text(mapping.uuid).take();
}
std::string lanes_prefix(const Mapping& mapping, std::string_view shard) {
  return KeyWriter(KeyKind::EventSourceCheckpoint)
      .text(mapping.account)
      .text(mapping.region)
      .text(mapping.uuid)
      .text(shard)
      .take();
}
std::string lane_key(const Mapping& mapping, std::string_view shard, std::int64_t lane) {
  return KeyWriter(KeyKind::EventSourceCheckpoint)
      .text(mapping.account)
      .text(mapping.region)
      .text(mapping.uuid)
      .text(shard)
      .u64(static_cast<std::uint64_t>(lane))
      .take();
}

Result<Mapping> decode_mapping(std::string_view key, std::string_view value) {
  KeyReader reader(key);
  Mapping mapping;
  mapping.account = reader.text();
  mapping.region = reader.text();
  mapping.uuid = reader.text();
  const json::value document = TRY(decode_record(value));
  const json::value* configuration = find(document, "configuration");
  auto function = parse_function_arn(find_string(document, "function").value_or(""));
  if (!reader.ok() || configuration == nullptr || !function) {
    return fail(internal_error("corrupt record: event source mapping"));
  }
  TRY(wire::from_document(wire::shape_for<EventSourceMappingConfiguration>(), *configuration, &mapping.configuration,
                          false));
  mapping.function = *std::move(function);
  mapping.enabled = find_bool(document, "enabled").value_or(true);
  return mapping;
}

Result<std::optional<Mapping>> get_mapping(Reader& reader, const std::string& key) {
  const auto bytes = TRY(reader.get(key));
  if (!bytes) return std::optional<Mapping>();
  return std::optional<Mapping>(TRY(decode_mapping(key, *bytes)));
}

Result<> put_mapping(Transaction& tx, const Mapping& mapping) {
  return put_record(tx, mapping_key(mapping.account, mapping.region, mapping.uuid),
                    json::object{{"configuration", wire::to_document(wire::shape_for<EventSourceMappingConfiguration>(),
                                                                     &mapping.configuration)},
                                 {"function", mapping.function.qualified_arn()},
                                 {"enabled", mapping.enabled}});
}

Result<Filters> Filters::compile(const std::optional<FilterCriteria>& criteria) {
  Filters filters;
  if (!criteria || !criteria->Filters) return filters;
  for (const Filter& one : *criteria->Filters) {
    auto compiled = pattern::parse_pattern(one.Pattern.value_or(""));
    if (!compiled) {
      return fail(errors::InvalidParameterValueException("Invalid filter pattern definition."));
    }
    filters.patterns_.push_back(*std::move(compiled));
  }
  return filters;
}

bool Filters::pass(const json::value& record) const {
  return patterns_.empty() ||
         std::ranges::any_of(patterns_, [&](const pattern::Pattern& one) { return matches(one, record); });
}

}  // namespace orrery::lambda
