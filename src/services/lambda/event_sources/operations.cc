#include "services/lambda/event_sources/operations.h"

#include "base/arn.h"
#include "services/lambda/event_sources/engine.h"
#include "services/lambda/invocation/run.h"
#include "services/paging.h"
#include "services/tags.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kListMost = 100;

Error no_mapping() { return errors::ResourceNotFoundException("The resource you requested does not exist."); }

Result<Mapping> existing(const Call& call, Reader& reader, const std::string& uuid) {
  auto mapping = TRY(get_mapping(reader, mapping_key(call.account, call.region, uuid)));
  if (!mapping) return fail(no_mapping());
  return *std::move(mapping);
}

// A mapping acts as the function's role, which the caller has no other say in: it is its account's own affair.
Result<FunctionName> own_function(const Call& call, const std::string& text) {
  FunctionName name = TRY(named_function(call, text));
  if (name.account != call.account) return fail(function_not_found(name));
  return name;
}

// What both requests may say, and the documented defaults where Create says nothing.
template <class Input>
void apply(const Input& input, EventSourceMappingConfiguration& to) {
  const auto take = [](const auto& from, auto& into) {
    if (from) into = from;
  };
  take(input.BatchSize, to.BatchSize);
  take(input.MaximumBatchingWindowInSeconds, to.MaximumBatchingWindowInSeconds);
  take(input.ParallelizationFactor, to.ParallelizationFactor);
  take(input.FilterCriteria, to.FilterCriteria);
  take(input.KMSKeyArn, to.KMSKeyArn);
  take(input.MetricsConfig, to.MetricsConfig);
  take(input.LoggingConfig, to.LoggingConfig);
  take(input.ScalingConfig, to.ScalingConfig);
  take(input.DestinationConfig, to.DestinationConfig);
  take(input.MaximumRecordAgeInSeconds, to.MaximumRecordAgeInSeconds);
  take(input.BisectBatchOnFunctionError, to.BisectBatchOnFunctionError);
  take(input.MaximumRetryAttempts, to.MaximumRetryAttempts);
  take(input.TumblingWindowInSeconds, to.TumblingWindowInSeconds);
  take(input.FunctionResponseTypes, to.FunctionResponseTypes);
  take(input.ProvisionedPollerConfig, to.ProvisionedPollerConfig);
  // "{}" takes filters away.
  if (to.FilterCriteria && (!to.FilterCriteria->Filters || to.FilterCriteria->Filters->empty())) {
    to.FilterCriteria.reset();
  }
}

EventSourceMappingConfiguration defaults(SourceKind kind) {
  EventSourceMappingConfiguration out;
  if (kind == SourceKind::Queue) {
    out.BatchSize = 10;
    out.MaximumBatchingWindowInSeconds = 0;
    out.FunctionResponseTypes.emplace();
    return out;
  }
  out.BatchSize = 100;
  out.MaximumBatchingWindowInSeconds = 0;
  out.ParallelizationFactor = 1;
  out.MaximumRecordAgeInSeconds = -1;
  out.BisectBatchOnFunctionError = false;
  out.MaximumRetryAttempts = -1;
  out.TumblingWindowInSeconds = 0;
  out.FunctionResponseTypes.emplace();
  out.DestinationConfig.emplace().OnFailure.emplace();
  out.LastProcessingResult = "No records processed";
  return out;
}

Result<> refuse_second(Reader& reader, const Mapping& wanted) {
  const auto cursor = reader.scan(prefix_range(mappings_prefix(wanted.account, wanted.region)));
  while (cursor->next()) {
    const Mapping other = TRY(decode_mapping(cursor->key(), cursor->value()));
    if (other.uuid == wanted.uuid || other.source() != wanted.source() ||
        other.function.qualified_arn() != wanted.function.qualified_arn()) {
      continue;
    }
    return fail(errors::ResourceConflictException("The event source arn (\" " + wanted.source() +
                                                  " \") and function (\" " + wanted.function.name +
                                                  " \") provided mapping already exists. Please update or delete the "
                                                  "existing mapping with UUID " +
                                                  other.uuid));
  }
  return cursor->status();
}

// LATEST is where the stream ends now: behind the records of this very instant, or else where the next instant begins.
Result<Position> end_of(StreamSource& source, const std::string& shard, Instant now) {
  Position position{Position::Kind::AtTime, now, {}};
  std::string iterator = TRY(source.iterator(shard, position));
  for (;;) {
    const SourcePage page = TRY(source.read(iterator, 1000));
    if (!page.records.empty()) position = Position::after(page.records.back().sequence);
    if (page.records.empty() || !page.next) return position;
    iterator = *page.next;
  }
}

// Shards that are not there yet begin with their first record, whatever the starting position.
Result<> begin(const Call& call, Transaction& tx, StreamSource& source, const Mapping& mapping,
               const std::vector<ShardInfo>& shards) {
  const std::string start = mapping.configuration.StartingPosition.value_or("");
  if (start == "TRIM_HORIZON") return {};
  for (const ShardInfo& shard : shards) {
    Lane lane;
    lane.of = mapping.lanes();
    lane.position = {Position::Kind::AtTime, mapping.configuration.StartingPositionTimestamp.value_or(call.now), {}};
    if (start == "LATEST") lane.position = TRY(end_of(source, shard.id, call.now));
    for (std::int64_t i = 0; i < lane.of; ++i) TRY(tx.put(lane_key(mapping, shard.id, i), encode_lane(lane)));
  }
  return {};
}

// By another function than before, as its role.
Result<> check_new_reader(Lambda& lambda, const Call& call, Transaction& tx, const Mapping& mapping,
                          const FunctionConfiguration& function) {
  TRY(refuse_second(tx, mapping));
  const std::string arn = mapping.source();
  if (source_kind(arn) == SourceKind::Queue) return check_queue_access(lambda, call, tx, mapping, function);
  const Caller caller = as_role(lambda, mapping.function, function.Role.value_or(""));
  const auto source = open_stream(source_kind(arn), lambda.dispatcher, tx, caller, arn);
  TRY(check_access(call, tx, *source, caller, arn));
  return {};
}

void call_engine(Lambda& lambda, Transaction& tx, const Mapping& mapping) {
  tx.on_commit([&lambda, key = mapping_key(mapping.account, mapping.region, mapping.uuid)] {
    if (lambda.event_sources) lambda.event_sources->call(key);
  });
}

}  // namespace

Result<> wake_mappings(Lambda& lambda, Transaction& tx, const FunctionName& name) {
  const auto cursor = tx.scan(prefix_range(mappings_prefix(name.account, name.region)));
  while (cursor->next()) {
    const Mapping mapping = TRY(decode_mapping(cursor->key(), cursor->value()));
    if (mapping.function.arn() == name.arn()) call_engine(lambda, tx, mapping);
  }
  return cursor->status();
}

std::string mapping_arn(std::string_view region, std::string_view account, std::string_view uuid) {
  return make_arn("lambda", region, account, "event-source-mapping:" + std::string(uuid));
}

Result<EventSourceMappingConfiguration> create_event_source_mapping(Lambda& lambda, Call& call, Transaction& tx,
                                                                    const CreateEventSourceMappingRequest& input) {
  TRY(check_source(input, call.now));
  Mapping mapping;
  mapping.account = call.account;
  mapping.region = call.region;
  mapping.uuid = call.random->uuid();
  mapping.function = TRY(own_function(call, input.FunctionName));
  mapping.enabled = input.Enabled.value_or(true);
  const Resolved resolved = TRY(resolve(tx, mapping.function));
  const std::string role = resolved.record.configuration.Role.value_or("");
  EventSourceMappingConfiguration& made = mapping.configuration =
      defaults(source_kind(input.EventSourceArn.value_or("")));
  apply(input, made);
  made.UUID = mapping.uuid;
  made.EventSourceArn = input.EventSourceArn;
  made.StartingPosition = input.StartingPosition;
  made.StartingPositionTimestamp = input.StartingPositionTimestamp;
  made.FunctionArn = mapping.function.qualified_arn();
  made.EventSourceMappingArn = mapping_arn(call.region, call.account, mapping.uuid);
  made.LastModified = call.now;
  made.State = std::string(MappingState::Creating);
  made.StateTransitionReason = "User action";
  TRY(refuse_second(tx, mapping));
  TRY(check_mapping(lambda, call, tx, mapping, role));

  const std::string arn = mapping.source();
  if (source_kind(arn) == SourceKind::Queue) {
    TRY(check_queue_access(lambda, call, tx, mapping, resolved.record.configuration));
  } else {
    const Caller caller = as_role(lambda, mapping.function, role);
    const auto source = open_stream(source_kind(arn), lambda.dispatcher, tx, caller, arn);
    const auto shards = TRY(check_access(call, tx, *source, caller, arn));
    TRY(begin(call, tx, *source, mapping, shards));
  }
  if (input.Tags) TRY(add_tags(tx, *made.EventSourceMappingArn, *input.Tags));
  TRY(put_mapping(tx, mapping));
  call_engine(lambda, tx, mapping);
  return made;
}

Result<EventSourceMappingConfiguration> update_event_source_mapping(Lambda& lambda, Call& call, Transaction& tx,
                                                                    const UpdateEventSourceMappingRequest& input) {
  Mapping mapping = TRY(existing(call, tx, input.UUID));
  if (mapping.state() == MappingState::Deleting) return fail(no_mapping());
  const bool was_enabled = mapping.enabled;
  const std::string was_read_by = mapping.function.qualified_arn();
  if (input.FunctionName) mapping.function = TRY(own_function(call, *input.FunctionName));
  mapping.enabled = input.Enabled.value_or(was_enabled);
  EventSourceMappingConfiguration& changed = mapping.configuration;
  apply(input, changed);
  changed.FunctionArn = mapping.function.qualified_arn();
  changed.LastModified = call.now;
  changed.State = std::string(mapping.enabled == was_enabled ? MappingState::Updating
                              : mapping.enabled              ? MappingState::Enabling
                                                             : MappingState::Disabling);
  const Resolved resolved = TRY(resolve(tx, mapping.function));
  TRY(check_mapping(lambda, call, tx, mapping, resolved.record.configuration.Role.value_or("")));
  if (mapping.function.qualified_arn() != was_read_by) {
    TRY(check_new_reader(lambda, call, tx, mapping, resolved.record.configuration));
  }
  TRY(put_mapping(tx, mapping));
  call_engine(lambda, tx, mapping);
  return changed;
}

Result<EventSourceMappingConfiguration> get_event_source_mapping(Call& call, Reader& reader,
                                                                 const GetEventSourceMappingRequest& input) {
  return TRY(existing(call, reader, input.UUID)).configuration;
}

// The engine erases it when what is under way has ended.
Result<EventSourceMappingConfiguration> delete_event_source_mapping(Lambda& lambda, Call& call, Transaction& tx,
                                                                    const DeleteEventSourceMappingRequest& input) {
  Mapping mapping = TRY(existing(call, tx, input.UUID));
  mapping.enabled = false;
  mapping.configuration.State = std::string(MappingState::Deleting);
  TRY(erase_tags(tx, mapping_arn(call.region, call.account, mapping.uuid)));
  TRY(put_mapping(tx, mapping));
  call_engine(lambda, tx, mapping);
  return mapping.configuration;
}

Result<ListEventSourceMappingsResponse> list_event_source_mappings(Call& call, Reader& reader,
                                                                   const ListEventSourceMappingsRequest& input) {
  ListEventSourceMappingsResponse output;
  auto& list = output.EventSourceMappings.emplace();
  const auto most = static_cast<std::size_t>(std::min(input.MaxItems.value_or(kListMost), kListMost));
  std::string function;
  if (input.FunctionName) function = parse_function_name(call, *input.FunctionName).qualified_arn();
  const std::string prefix = mappings_prefix(call.account, call.region);
  KeyRange range = prefix_range(prefix);
  if (input.Marker) {
    const auto position = page_position(*input.Marker);
    if (!position || !position->starts_with(prefix)) {
      return fail(errors::InvalidParameterValueException("Invalid value for marker parameter: " + *input.Marker));
    }
    range.begin = *position;
  }
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const Mapping mapping = TRY(decode_mapping(cursor->key(), cursor->value()));
    if (!function.empty() && mapping.function.qualified_arn() != function) continue;
    if (input.EventSourceArn && mapping.source() != *input.EventSourceArn) continue;
    if (list.size() == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    list.push_back(mapping.configuration);
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::lambda
