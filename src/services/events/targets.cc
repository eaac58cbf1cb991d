#include "base/arn.h"
#include "services/events/input.h"
#include "services/events/operations.h"
#include "services/record.h"
#include "store/key.h"

#include <set>

namespace orrery::events {
namespace {

constexpr std::size_t kMostTargets = 5;  // a rule, the default quota

Failure not_valid(std::string message) { return fail(api_error("ValidationException", std::move(message))); }

bool is_function(const Arn& arn) { return arn.service == "lambda" && arn.resource.starts_with("function:"); }

// Parameters that belong to other kinds of targets.
const char* foreign_parameter(const Target& target) {
  if (target.RoleArn) return "RoleArn";
  if (target.KinesisParameters) return "KinesisParameters";
  if (target.RunCommandParameters) return "RunCommandParameters";
  if (target.EcsParameters) return "EcsParameters";
  if (target.BatchParameters) return "BatchParameters";
  if (target.SqsParameters) return "SqsParameters";
  if (target.HttpParameters) return "HttpParameters";
  if (target.RedshiftDataParameters) return "RedshiftDataParameters";
  if (target.SageMakerPipelineParameters) return "SageMakerPipelineParameters";
  if (target.AppSyncParameters) return "AppSyncParameters";
  return nullptr;
}

// What makes the whole request fail.
Result<> check_target(const Target& target) {
  const auto arn = Arn::parse(target.Arn);
  if (!arn) {
    return not_valid("Parameter " + target.Arn + " is not valid. Reason: Provided Arn is not in correct format.");
  }
  if (is_function(*arn)) {
    if (const char* name = foreign_parameter(target)) {
      return not_valid(std::string(name) + " is not supported for target " + target.Arn + ".");
    }
  }
  return check_input(target);
}

// What makes this entry alone fail.
std::optional<std::string> why_unsupported(const Target& target) {
  const auto arn = Arn::parse(target.Arn);
  if (!is_function(*arn)) {
    return "Orrery delivers events to Lambda functions only; a target of the service " + arn->service +
           " would never get one.";
  }
  if (target.DeadLetterConfig && target.DeadLetterConfig->Arn) {
    return "Orrery has no dead-letter queues for targets: leave DeadLetterConfig out.";
  }
  return std::nullopt;
}

}  // namespace

Result<PutTargetsResponse> put_targets(Call& call, Transaction& tx, const PutTargetsRequest& input) {
  const RuleRecord rule = TRY(existing_rule(tx, call, input.Rule, input.EventBusName));
  for (const Target& target : input.Targets) TRY(check_target(target));

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
    return fail(errors::LimitExceededException("The requested resource exceeds the maximum number allowed."));
  }
  // Two that add different targets at the same time must not pass the limit together: both rewrite the rule.
  TRY(put_rule_record(tx, rule));
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
  output.FailedEntryCount = static_cast<std::int64_t>(output.FailedEntries->size());
  return output;
}

}  // namespace orrery::events
