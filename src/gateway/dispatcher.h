// The in-process way from one service to another: same rows, same authorization, no HTTP.
#pragma once

#include "base/clock.h"
#include "gateway/authorize.h"
#include "services/dispatcher.h"
#include "services/observer.h"

namespace orrery::gateway {

class InProcessDispatcher final : public Dispatcher {
 public:
  InProcessDispatcher(std::span<const Service> services, PolicyAuthorizer& authorizer, Clock& clock, Random& random,
                      std::span<Observer* const> observers = {})
      : services_(services), authorizer_(authorizer), clock_(clock), random_(random), observers_(observers) {}

  Result<json::value> dispatch(Transaction& tx, const Caller& caller, std::string_view service,
                               std::string_view operation, const json::value& input) override;
  Result<std::string> fetch(Transaction& tx, const Caller& caller, std::string_view service, std::string_view operation,
                            const json::value& input, std::size_t limit_bytes) override;
  Result<json::value> upload(Transaction& tx, const Caller& caller, std::string_view service,
                             std::string_view operation, const json::value& input, std::string_view payload) override;

 private:
  struct Ran {
    const Operation* operation;
    ErasedValue output;
  };
  // `payload`: of an operation that receives one, and of no other.
  Result<Ran> run(Transaction& tx, const Caller& caller, Call& call, std::string_view service_id,
                  std::string_view operation_name, const json::value& input,
                  std::optional<std::string_view> payload = {});
  Result<ErasedValue> perform(Transaction& tx, Call& call, const Service& service,
                              std::optional<std::string_view> payload);

  std::span<const Service> services_;
  PolicyAuthorizer& authorizer_;
  Clock& clock_;
  Random& random_;
  std::span<Observer* const> observers_;
};

}  // namespace orrery::gateway
