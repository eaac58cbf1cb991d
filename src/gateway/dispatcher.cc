#include "gateway/dispatcher.h"

#include "gateway/router.h"
#include "wire/protocol.h"

#include <algorithm>

namespace orrery::gateway {

Result<json::value> InProcessDispatcher::dispatch(Transaction& tx, const Caller& caller, std::string_view service_id,
                                                  std::string_view operation_name, const json::value& input) {
  const auto service = std::ranges::find_if(services_, [&](const Service& s) { return s.model->id == service_id; });
  if (service == services_.end()) {
    return fail(api_error("NotImplemented", "Orrery has no service " + std::string(service_id) + ".", 501));
  }
  const Operation* operation = find_operation(*service, operation_name);
  const bool runs_inside = operation != nullptr &&
                           (operation->kind == OperationKind::Reading || operation->kind == OperationKind::Transacting);
  if (!runs_inside) return fail(not_implemented(*service->model, operation_name));

  const ErasedValue value = operation->make_input();
  TRY(wire::from_document(operation->input_shape(), input, value.get(), true));
  TRY(wire::validate(*service->model, operation->input_shape(), value.get()));

  Call call;
  call.principal = &caller.principal;
  call.account = caller.account;
  call.region = caller.region;
  call.source_arn = caller.source_arn;
  call.now = clock_.now();
  call.request_id = random_.uuid();
  call.random = &random_;
  call.authorizer = &authorizer_;
  TRY(authorizer_.check_all(tx, call, *operation, value.get()));

  const ErasedValue output = operation->kind == OperationKind::Reading
                                 ? TRY(operation->read(service->self, call, tx, value.get()))
                                 : TRY(operation->transact(service->self, call, tx, value.get()));
  return wire::to_document(operation->output_shape(), output.get());
}

}  // namespace orrery::gateway
