// Services reach each other through a dispatcher that is made after them, because it needs their tables.
#pragma once

#include "services/dispatcher.h"

#include <memory>

namespace orrery::server {

class LateDispatcher final : public Dispatcher {
 public:
  Result<json::value> dispatch(Transaction& tx, const Caller& caller, std::string_view service,
                               std::string_view operation, const json::value& input) override {
    return behind->dispatch(tx, caller, service, operation, input);
  }
  Result<std::string> fetch(Transaction& tx, const Caller& caller, std::string_view service, std::string_view operation,
                            const json::value& input, std::size_t limit_bytes) override {
    return behind->fetch(tx, caller, service, operation, input, limit_bytes);
  }
  Result<json::value> upload(Transaction& tx, const Caller& caller, std::string_view service,
                             std::string_view operation, const json::value& input, std::string_view payload) override {
    return behind->upload(tx, caller, service, operation, input, payload);
  }
  std::unique_ptr<Dispatcher> behind;  // set before the first request
};

}  // namespace orrery::server
