#include "gateway/dispatcher.h"

#include "gateway/absent.h"
#include "gateway/router.h"
#include "wire/protocol.h"

#include <algorithm>

namespace orrery::gateway {
namespace {

bool runs_inside(const Operation& operation, bool with_payload) {
  if (with_payload) return operation.kind == OperationKind::Receiving;
  // One that waits may have a form that does not.
  return operation.read != nullptr || (operation.transact != nullptr && operation.kind != OperationKind::Receiving);
}

}  // namespace

Result<InProcessDispatcher::Ran> InProcessDispatcher::run(Transaction& tx, const Caller& caller, Call& call,
                                                          std::string_view service_id, std::string_view operation_name,
                                                          const json::value& input,
                                                          std::optional<std::string_view> payload) {
  const auto service = std::ranges::find_if(services_, [&](const Service& s) { return s.model->id == service_id; });
  if (service == services_.end()) {
    return fail(api_error("NotImplemented", "Orrery has no service " + std::string(service_id) + ".", 501));
  }
  const Operation* operation = find_operation(*service, operation_name);
  if (operation == nullptr || !runs_inside(*operation, payload.has_value())) {
    return fail(not_implemented(service->model->id, operation_name));
  }

  const ErasedValue value = operation->make_input();
  TRY(wire::from_document(operation->input_shape(), input, value.get(), true));
  TRY(wire::validate(*service->model, operation->input_shape(), value.get()));

  std::vector<Judged> judged;
  call.principal = &caller.principal;
  call.account = caller.account;
  call.region = caller.region;
  call.source_arn = caller.source_arn;
  call.called_via = caller.called_via;
  call.trace_id = caller.trace_id;
  call.now = clock_.now();
  call.request_id = random_.uuid();
  call.random = &random_;
  call.authorizer = &authorizer_;
  call.operation = operation;
  call.input = value.get();
  call.judged = &judged;
  auto output = perform(tx, call, *service, payload);
  if (!observers_.empty()) {
    Answered answered;
    answered.service = &*service;
    answered.operation = operation;
    answered.operation_name = operation->name;
    answered.call = &call;
    answered.input = value.get();
    answered.output = output ? output->get() : nullptr;
    answered.error = output ? nullptr : &output.error();
    answered.judged = judged;
    answered.dispatched = true;
    for (Observer* observer : observers_) observer->answered(answered);
  }
  call.judged = nullptr;
  call.input = nullptr;
  if (!output) return fail(std::move(output).error());
  return Ran{operation, *std::move(output)};
}

Result<ErasedValue> InProcessDispatcher::perform(Transaction& tx, Call& call, const Service& service,
                                                 std::optional<std::string_view> payload) {
  const Operation& operation = *call.operation;
  TRY(authorizer_.check_all(tx, call, operation, call.input));
  std::unique_ptr<PayloadSink> sink;
  if (payload) {
    sink = TRY(operation.receive(service.self, call, call.input));
    TRY(sink->write(*payload));
    TRY(sink->finish({}));
    call.payload = sink.get();
  }
  auto output = operation.kind == OperationKind::Reading ? operation.read(service.self, call, tx, call.input)
                                                         : operation.transact(service.self, call, tx, call.input);
  call.payload = nullptr;
  return output;
}

Result<json::value> InProcessDispatcher::dispatch(Transaction& tx, const Caller& caller, std::string_view service,
                                                  std::string_view operation, const json::value& input) {
  Call call;
  const Ran ran = TRY(run(tx, caller, call, service, operation, input));
  return wire::to_document(ran.operation->output_shape(), ran.output.get());
}

Result<std::string> InProcessDispatcher::fetch(Transaction& tx, const Caller& caller, std::string_view service,
                                               std::string_view operation, const json::value& input,
                                               std::size_t limit_bytes) {
  Call call;
  TRY(run(tx, caller, call, service, operation, input));
  std::string bytes;
  if (call.reply.body == nullptr) return bytes;
  for (;;) {
    const std::string_view piece = TRY(call.reply.body->next());
    if (piece.empty()) return bytes;
    if (bytes.size() + piece.size() > limit_bytes) {
      return fail(api_error("EntityTooLarge", "The object is larger than " + std::to_string(limit_bytes) + " bytes."));
    }
    bytes += piece;
  }
}

Result<json::value> InProcessDispatcher::upload(Transaction& tx, const Caller& caller, std::string_view service,
                                                std::string_view operation, const json::value& input,
                                                std::string_view payload) {
  Call call;
  const Ran ran = TRY(run(tx, caller, call, service, operation, input, payload));
  return wire::to_document(ran.operation->output_shape(), ran.output.get());
}

}  // namespace orrery::gateway
