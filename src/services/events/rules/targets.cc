#include "base/arn.h"
#include "services/events/connections/records.h"
#include "services/events/delivery/input.h"
#include "services/events/delivery/kinds.h"
#include "services/events/delivery/streams.h"
#include "services/events/operations.h"
#include "services/events/pages.h"
#include "services/paging.h"
#include "services/record.h"
#include "services/universal/universal.h"
#include "store/key.h"

#include <set>

namespace orrery::events {
namespace {

constexpr std::size_t kMostTargets = 5;  // a rule, the default quota

// Parameters that belong to kinds of targets that are not here.
const char* foreign_parameter(const Target& target, TargetKind kind) {
  if (target.RunCommandParameters) return "RunCommandParameters";
  if (target.EcsParameters) return "EcsParameters";
  if (target.BatchParameters) return "BatchParameters";
  if (target.SqsParameters && kind != TargetKind::Queue) return "SqsParameters";
  if (target.RedshiftDataParameters) return "RedshiftDataParameters";
  if (target.SageMakerPipelineParameters) return "SageMakerPipelineParameters";
  if (target.AppSyncParameters) return "AppSyncParameters";
  return nullptr;
}

Result<> check_bus_target(const RuleRecord& rule, const Target& target) {
  if (target.Arn == rule.bus.arn()) {
    return fail(not_valid("Target " + target.Id + " is the event bus of the rule itself."));
  }
  if (target.Input || target.InputPath || target.InputTransformer) {
    return fail(not_valid("Input, InputPath and InputTransformer are not supported for target " + target.Arn +
                          ": an event bus gets the event itself."));
  }
  return {};
}

Result<> check_destination_target(const RuleRecord& rule, const Target& target, const Arn& arn) {
  if (!parse_resource_arn(target.Arn, "api-destination")) {
    return fail(not_valid("Parameter " + target.Arn + " is not valid. Reason: Provided Arn is not in correct format."));
  }
  if (arn.account != rule.bus.account || arn.region != rule.bus.region) {
    return fail(not_valid("Target " + target.Arn + " is not an API destination of the rule's account and region."));
  }
  if (!target.RoleArn) return fail(not_valid("RoleArn is required for target " + target.Arn + "."));
  return {};
}

// An input that is the same each time is read now; one that is made of events is when they come.
Result<> check_universal_target(const Events& events, const Target& target, const Arn& arn) {
  const std::string path = universal::path_of(arn).value_or("");
  TRY(universal::check(events.services, target.Arn, path));
  if (!target.RoleArn) return fail(not_valid("RoleArn is required for target " + target.Arn + "."));
  if (target.Input) {
    const auto invocation = TRY(universal::invocation_of(events.services, target.Arn, path, *target.Input));
    TRY(universal::check_input(events.services, invocation));
  }
  if (target.Input || target.InputPath || target.InputTransformer) return {};
  return fail(not_valid("Input, InputPath or InputTransformer is required for target " + target.Arn +
                        ": an event is not a request of the operation."));
}

Result<> check_queue_target(const Target& target, const Arn& arn) {
  const bool fifo = arn.resource.ends_with(".fifo");
  const bool group = target.SqsParameters && target.SqsParameters->MessageGroupId;
  if (fifo == group) return {};
  if (group) return fail(not_valid("Parameter(s) SqsParameters not valid for target: " + target.Id + "."));
  return fail(not_valid("Parameter(s) SqsParameters must be specified for target: " + target.Id + "."));
}

// "The Amazon SQS queue must be a standard queue, in the rule's region."
Result<> check_dead_letters(const RuleRecord& rule, const Target& target) {
  if (!target.DeadLetterConfig || !target.DeadLetterConfig->Arn) return {};
  const auto arn = Arn::parse(*target.DeadLetterConfig->Arn);
  if (arn && arn->service == "sqs" && arn->region == rule.bus.region && !arn->resource.ends_with(".fifo")) return {};
  return fail(not_valid("Parameter " + *target.DeadLetterConfig->Arn +
                        " is not valid. Reason: Provided Arn is not that of a standard queue of the rule's region."));
}

// What makes the whole request fail.
Result<> check_target(const Events& events, const RuleRecord& rule, const Target& target) {
  const auto arn = Arn::parse(target.Arn);
  if (!arn) {
    return fail(not_valid("Parameter " + target.Arn + " is not valid. Reason: Provided Arn is not in correct format."));
  }
  TRY(check_dead_letters(rule, target));
  if (const auto kind = kind_of(*arn)) {
    if (const char* name = foreign_parameter(target, *kind)) {
      return fail(not_valid(std::string(name) + " is not supported for target " + target.Arn + "."));
    }
    if (target.HttpParameters && *kind != TargetKind::ApiDestination) {
      return fail(not_valid("HttpParameters is not supported for target " + target.Arn + "."));
    }
    // Functions and log groups have policies of their own.
    if (target.RoleArn && (*kind == TargetKind::Function || *kind == TargetKind::LogGroup)) {
      return fail(not_valid("RoleArn is not supported for target " + target.Arn + "."));
    }
    if (target.RoleArn && !Arn::parse(*target.RoleArn)) {
      return fail(not_valid("Provided role 'arn' is not valid: " + *target.RoleArn));
    }
    if (*kind == TargetKind::Queue) TRY(check_queue_target(target, *arn));
    const bool stream = *kind == TargetKind::DataStream || *kind == TargetKind::DeliveryStream;
    if (stream) TRY(check_stream_target(target, *kind));
    if (!stream && target.KinesisParameters) {
      return fail(not_valid("KinesisParameters is not supported for target " + target.Arn + "."));
    }
    if (*kind == TargetKind::Bus) TRY(check_bus_target(rule, target));
    if (*kind == TargetKind::ApiDestination) TRY(check_destination_target(rule, target, *arn));
    if (*kind == TargetKind::Universal) TRY(check_universal_target(events, target, *arn));
  }
  return check_input(target);
}

// What makes this entry alone fail.
std::optional<std::string> why_unsupported(const Target& target) {
  const auto arn = Arn::parse(target.Arn);
  if (!kind_of(*arn)) {
    return "Orrery delivers events to Lambda functions, SNS topics, SQS queues, streams of Kinesis and Firehose, event "
           "buses, log groups of CloudWatch Logs, API destinations and operations of its services "
           "(arn:aws:scheduler:::aws-sdk:SERVICE:operation); a target of the service " +
           arn->service + " would never get one.";
  }
  return std::nullopt;
}

}  // namespace

Result<PutTargetsResponse> put_targets(Events& events, Call& call, Transaction& tx, const PutTargetsRequest& input) {
  const RuleRecord rule = TRY(existing_rule(tx, call, input.Rule, input.EventBusName));
  TRY(check_not_managed(rule, Force::Impossible));
  for (const Target& target : input.Targets) TRY(check_target(events, rule, target));

  std::set<std::string> ids;
  for (const Target& target : TRY(targets_of(tx, rule))) ids.insert(target.Id);
  PutTargetsResponse output;
  output.FailedEntries.emplace();
  for (const Target& target : input.Targets) {
    if (const auto why = why_unsupported(target)) {
      output.FailedEntries->push_back({target.Id, "NotImplemented", *why});
      continue;
    }
    ids.insert(target.Id);
    TRY(put_shape(tx, target_key(rule, target.Id), target));
  }
  if (ids.size() > kMostTargets) {
    return fail(over_quota());
  }
  // Two that add different targets at the same time must not pass the limit together: both rewrite the rule.
  TRY(put_rule_record(tx, *call.random, rule));
  output.FailedEntryCount = static_cast<std::int64_t>(output.FailedEntries->size());
  return output;
}

Result<ListTargetsByRuleResponse> list_targets_by_rule(Call& call, Reader& reader,
                                                       const ListTargetsByRuleRequest& input) {
  const RuleRecord rule = TRY(existing_rule(reader, call, input.Rule, input.EventBusName));
  ListTargetsByRuleResponse output;
  output.Targets.emplace();
  output.NextToken = TRY(scan_page(reader, targets_prefix(rule), {input.NextToken, input.Limit.value_or(100)},
                                   [&](Cursor& cursor) -> Result<bool> {
                                     output.Targets->push_back(TRY(decode_shape<Target>(cursor.value())));
                                     return true;
                                   }));
  return output;
}

Result<RemoveTargetsResponse> remove_targets(Call& call, Transaction& tx, const RemoveTargetsRequest& input) {
  const RuleRecord rule = TRY(existing_rule(tx, call, input.Rule, input.EventBusName));
  TRY(check_not_managed(rule, force_of(input.Force)));
  RemoveTargetsResponse output;
  output.FailedEntries.emplace();
  for (const std::string& id : input.Ids) {
    const std::string key = target_key(rule, id);
    if (!TRY(tx.get(key))) {
      output.FailedEntries->push_back({id, "ResourceNotFoundException",
                                       "Rule '" + rule.name + "' does not have a target with the Id '" + id + "'."});
      continue;
    }
    TRY(tx.erase(key));
  }
  TRY(mark_rules_changed(tx, *call.random, rule.bus));
  output.FailedEntryCount = static_cast<std::int64_t>(output.FailedEntries->size());
  return output;
}

// The rules of one bus whose targets include the ARN, in order of their names.
Result<ListRuleNamesByTargetResponse> list_rule_names_by_target(Call& call, Reader& reader,
                                                                const ListRuleNamesByTargetRequest& input) {
  const BusName bus = bus_of(call, input.EventBusName);
  TRY(check_bus(reader, call, bus));
  ListRuleNamesByTargetResponse output;
  output.RuleNames.emplace();
  const auto cursor = reader.scan(TRY(page_range(bus_targets_prefix(bus), input.NextToken)));
  while (cursor->next()) {
    KeyReader key(cursor->key());
    for (int i = 0; i < 3; ++i) key.text();  // account, region, bus
    std::string rule = key.text();
    // A rule with two such targets is named once.
    if (!output.RuleNames->empty() && output.RuleNames->back() == rule) continue;
    if (TRY(decode_shape<Target>(cursor->value())).Arn != input.TargetArn) continue;
    if (static_cast<std::int64_t>(output.RuleNames->size()) == input.Limit.value_or(100)) {
      output.NextToken = page_token(cursor->key());
      return output;
    }
    output.RuleNames->push_back(std::move(rule));
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::events
