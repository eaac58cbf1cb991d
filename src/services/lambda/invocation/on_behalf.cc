#include "services/lambda/invocation/on_behalf.h"

#include "services/lambda/invocation/operations.h"
#include "services/lambda/names.h"

namespace orrery::lambda {

void invoke_on_behalf(Lambda& lambda, const Caller& caller, const std::string& function_arn, const std::string& payload,
                      std::function<void(Result<std::string>)> done) {
  Call call;
  call.principal = &caller.principal;
  call.account = caller.account;
  call.region = caller.region;
  call.trace_id = caller.trace_id;
  call.now = lambda.clock.now();
  call.random = &lambda.random;
  call.request_id = lambda.random.uuid();
  const auto name = named_function(call, function_arn, std::nullopt);
  if (!name) return done(fail(name.error()));
  if (const auto good = check_payload(payload, "RequestResponse", kSyncMostBytes); !good) {
    return done(fail(good.error()));
  }
  auto prepared = prepare_call(lambda, call, *name, payload, "");
  if (!prepared) return done(fail(std::move(prepared).error()));
  lambda.environments->invoke(
      prepared->run.spec, std::move(prepared->invocation),
      [done = std::move(done), held = lambda.background.hold()](const functions::Outcome& outcome) {
        if (auto refused = refusal(outcome)) return done(fail(*std::move(refused)));
        if (outcome.kind != functions::Outcome::Kind::Ok) {
          return done(fail(api_error("FunctionError", outcome.payload)));
        }
        done(outcome.payload);
      });
}

}  // namespace orrery::lambda
