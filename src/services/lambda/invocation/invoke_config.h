// How failed events of a function, version or alias are treated, and who hears of results: FunctionEventInvokeConfig.
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

namespace orrery::lambda {

struct EventPolicy {
  int retries = 2;
  Millis most_age = std::chrono::hours(6);
  std::string on_success, on_failure;  // ARNs; empty: none
};
// Of the qualifier that the event was sent to; what is not configured has the documented defaults.
Result<EventPolicy> event_policy(Reader& reader, const FunctionName& name);

Result<FunctionEventInvokeConfig> put_event_invoke_config(Lambda& lambda, Call& call, Transaction& tx,
                                                          const PutFunctionEventInvokeConfigRequest& input);
Result<FunctionEventInvokeConfig> update_event_invoke_config(Lambda& lambda, Call& call, Transaction& tx,
                                                             const UpdateFunctionEventInvokeConfigRequest& input);
Result<FunctionEventInvokeConfig> get_event_invoke_config(Call& call, Reader& reader,
                                                          const GetFunctionEventInvokeConfigRequest& input);
Result<wire::Empty> delete_event_invoke_config(Call& call, Transaction& tx,
                                               const DeleteFunctionEventInvokeConfigRequest& input);
Result<ListFunctionEventInvokeConfigsResponse> list_event_invoke_configs(
    Call& call, Reader& reader, const ListFunctionEventInvokeConfigsRequest& input);

// When the function goes (all of its qualifiers), or one version or alias of it.
Result<> erase_event_invoke_configs(Transaction& tx, const FunctionName& name);

}  // namespace orrery::lambda
