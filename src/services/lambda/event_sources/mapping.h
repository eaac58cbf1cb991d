// Event source mappings as they are stored.
//
//   EventSourceMapping     text(account) text(region) text(uuid) -> record, Mapping
//   EventSourceCheckpoint  text(account) text(region) text(uuid) text(shard) u64(lane) -> Lane
#pragma once

#include "pattern/pattern.h"
#include "services/lambda/event_sources/lane.h"
#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

namespace orrery::lambda {

// What EventSourceMappingConfiguration::State says
// (docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html).
namespace MappingState {
inline constexpr std::string_view Creating = "Creating", Enabling = "Enabling", Enabled = "Enabled",
                                  Disabling = "Disabling", Disabled = "Disabled", Updating = "Updating",
                                  Deleting = "Deleting";
}

// InvalidParameterValueException with this message.
inline Failure invalid_mapping(std::string message) {
  return fail(errors::InvalidParameterValueException(std::move(message)));
}

struct Mapping {
  std::string account, region, uuid;
  EventSourceMappingConfiguration configuration;
  FunctionName function;  // with its qualifier
  bool enabled = true;    // what is wanted; the state follows

  std::string source() const { return configuration.EventSourceArn.value_or(""); }
  std::string state() const { return configuration.State.value_or(""); }
  std::int64_t lanes() const { return configuration.ParallelizationFactor.value_or(1); }
  FailurePolicy failures() const;
  bool reports_item_failures() const;
  std::string on_failure() const;  // ARN; empty: none
};

std::string mapping_key(std::string_view account, std::string_view region, std::string_view uuid);
std::string mappings_prefix(std::string_view account, std::string_view region);
std::string all_mappings_prefix();
std::string lane_key(const Mapping& mapping, std::string_view shard, std::int64_t lane);
std::string lanes_prefix(const Mapping& mapping);
std::string lanes_prefix(const Mapping& mapping, std::string_view shard);

Result<Mapping> decode_mapping(std::string_view key, std::string_view value);
Result<std::optional<Mapping>> get_mapping(Reader& reader, const std::string& key);
Result<> put_mapping(Transaction& tx, const Mapping& mapping);

// FilterCriteria: a record passes that one of the patterns matches; none lets all pass.
class Filters {
 public:
  // Error: InvalidParameterValueException.
  static Result<Filters> compile(const std::optional<FilterCriteria>& criteria);
  bool pass(const json::value& record) const;

 private:
  std::vector<pattern::Pattern> patterns_;
};

}  // namespace orrery::lambda
