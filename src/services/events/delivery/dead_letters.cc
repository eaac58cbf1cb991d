#include "services/events/delivery/dead_letters.h"

#include "base/log.h"
#include "services/events/metrics.h"
#include "services/queue_letter.h"

namespace orrery::events {

std::string_view dead_letter_code(std::string_view code) {
  const auto has = [&](std::string_view part) { return code.find(part) != std::string_view::npos; };
  if (has("AccessDenied")) return "NO_PERMISSIONS";
  if (has("NotFound") || has("NonExistent") || has("NoSuch")) return "NO_RESOURCE";
  if (has("Throttl") || has("TooManyRequests")) return "THROTTLING";
  if (has("LimitExceeded") || has("OverLimit")) return "RESOURCE_LIMIT_EXCEEDED";
  if (has("InvalidRequestContent")) return "INVALID_JSON";
  if (has("Validation") || has("InvalidParameter") || has("MissingParameter") || has("InvalidMessage")) {
    return "INVALID_PARAMETER";
  }
  if (has("Internal") || has("ServiceException")) return "INTERNAL_ERROR";
  return code.empty() ? "UNKNOWN" : "ERROR_FROM_TARGET";
}

Result<> bury(Events& events, Transaction& tx, const Parcel& parcel, const LastWord& last) {
  if (!parcel.target.DeadLetterConfig || !parcel.target.DeadLetterConfig->Arn) return {};
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = "events.amazonaws.com";
  caller.account = parcel.bus.account;
  caller.source_arn = parcel.rule.arn;
  caller.trace_id = parcel.trace_id;
  QueueLetter letter{*parcel.target.DeadLetterConfig->Arn, parcel.event, {}, {}};
  letter.attributes = {{"RULE_ARN", parcel.rule.arn},
                       {"TARGET_ARN", parcel.target.Arn},
                       {"ERROR_CODE", std::string(dead_letter_code(last.code))},
                       {"ERROR_MESSAGE", last.message},
                       {"EXHAUSTED_RETRY_CONDITION", last.exhausted},
                       {"RETRY_ATTEMPTS", std::to_string(last.retries)}};
  const Result<> sent = tx.nested([&] { return send_letter(events.dispatcher, tx, caller, letter); });
  if (!sent && sent.error().kind == Error::Kind::Conflict) return fail(sent.error());
  if (!sent) {
    log::error("a dead letter of a rule is lost", {{"rule", parcel.rule.arn},
                                                   {"queue", letter.queue_arn},
                                                   {"reason", sent.error().code + ": " + sent.error().message}});
  }
  count_letter_with(tx, events, parcel, sent ? Buried::Yes : Buried::No);
  return {};
}

}  // namespace orrery::events
