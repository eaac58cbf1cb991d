// What tests of several services share. For tests only.
#pragma once

#include "services/dispatcher.h"

#include <string>
#include <string_view>

namespace orrery {

// A house without other services; a test that needs some answers of them overrides what it asks for.
class NoDispatcher : public Dispatcher {
 public:
  Result<json::value> dispatch(Transaction&, const Caller&, std::string_view, std::string_view,
                               const json::value&) override {
    return fail(internal_error("no other service in this test"));
  }
  Result<std::string> fetch(Transaction&, const Caller&, std::string_view, std::string_view, const json::value&,
                            std::size_t) override {
    return fail(internal_error("no other service in this test"));
  }
  Result<json::value> upload(Transaction&, const Caller&, std::string_view, std::string_view, const json::value&,
                             std::string_view) override {
    return fail(internal_error("no other service in this test"));
  }
};

}  // namespace orrery
