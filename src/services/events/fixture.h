// What the tests of this folder share: a store, a clock, background work, and a dispatcher that writes down what it is
// asked for. For tests only.
#pragma once

#include "base/encode.h"
#include "services/events/operations.h"
#include "services/record.h"
#include "services/testing.h"

#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::events {

inline constexpr char kFunction[] = "arn:aws:lambda:us-east-1:123456789012:function:export";
inline const Instant kStart = instant_from_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z, a Thursday

// Writes down what it is asked for, and answers as told; PutEvents it runs, without authorization.
class FakeDispatcher final : public NoDispatcher {
 public:
  Result<json::value> dispatch(Transaction& tx, const Caller& caller, std::string_view service,
                               std::string_view operation, const json::value& input) override {
    {
      const std::lock_guard lock(mutex_);
      std::string what =
          std::string(service) + ":" + std::string(operation) + " " + caller.principal.arn + " " + caller.source_arn;
      for (const char* name : {"FunctionName", "RoleArn", "logGroupName"}) {
        if (const auto text = find_string(input, name)) what += " " + std::string(*text);
      }
      asked_.push_back(std::move(what));
      if (service == "lambda") payloads_.push_back(*unbase64(find_string(input, "InvokeArgs").value_or("")));
      if (operation == "PutLogEvents") payloads_.push_back(orrery::to_text(*find(input, "logEvents")));
      if (error) return fail(*error);
    }
    if (operation == "AssumeRole") {
      return json::value(json::object{
          {"AssumedRoleUser", json::object{{"Arn", "arn:aws:sts::123456789012:assumed-role/r/EventBridge"}}}});
    }
    if (operation == "PutEvents") return put(tx, caller, input);
    return json::value(json::object{});
  }
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<std::string> payloads() const {
    const std::lock_guard lock(mutex_);
    return payloads_;
  }
  // A member of each event that was passed on.
  std::vector<std::string> members(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& payload : payloads()) out.emplace_back(find_string(*parse_json(payload), name).value_or("none"));
    return out;
  }
  std::vector<std::string> times() const { return members("time"); }

  std::optional<Error> error;
  Events* events = nullptr;

 private:
  Result<json::value> put(Transaction& tx, const Caller& caller, const json::value& input) const {
    Call call;
    call.account = caller.account;
    call.region = caller.region;
    call.source_arn = caller.source_arn;
    call.now = events->clock.now();
    call.random = &events->random;
    PutEventsRequest request;
    TRY(wire::from_document(wire::shape_for<PutEventsRequest>(), input, &request, true));
    const auto output = TRY(put_events(*events, call, tx, request));
    return wire::to_document(wire::shape_for<PutEventsResponse>(), &output);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> asked_, payloads_;
};

class EventsTest : public testing::Test {
 protected:
  EventsTest() {
    dispatcher.events = &events;
    clock.freeze(kStart);
    register_background(events);
    background->start();
  }
  ~EventsTest() override { background->stop(); }

  template <class F>
  auto act(F&& body) {
    return store->transact([&](Transaction& tx) {
      Call call;
      call.account = "123456789012";
      call.region = "us-east-1";
      call.now = clock.now();
      call.random = &random;
      return body(call, tx);
    });
  }
  Result<PutRuleResponse> rule(const std::string& name, const std::string& schedule, const std::string& pattern = "",
                               const std::string& bus = "") {
    PutRuleRequest input;
    input.Name = name;
    if (!schedule.empty()) input.ScheduleExpression = schedule;
    if (!pattern.empty()) input.EventPattern = pattern;
    if (!bus.empty()) input.EventBusName = bus;
    return act([&](Call& call, Transaction& tx) { return put_rule(events, call, tx, input); });
  }
  Result<PutTargetsResponse> target(const std::string& rule, const std::string& id, const std::string& arn,
                                    const std::string& bus = "", const std::string& role = "") {
    PutTargetsRequest input;
    input.Rule = rule;
    if (!bus.empty()) input.EventBusName = bus;
    input.Targets.resize(1);
    input.Targets[0].Id = id;
    input.Targets[0].Arn = arn;
    if (!role.empty()) input.Targets[0].RoleArn = role;
    return act([&](Call& call, Transaction& tx) { return put_targets(events, call, tx, input); });
  }
  Result<CreateEventBusResponse> bus(const std::string& name) {
    CreateEventBusRequest input;
    input.Name = name;
    return act([&](Call& call, Transaction& tx) { return create_event_bus(call, tx, input); });
  }
  static PutEventsRequestEntry entry(const std::string& source, const std::string& detail = "{}",
                                     const std::string& bus = "") {
    PutEventsRequestEntry entry;
    entry.Source = source;
    entry.DetailType = "order";
    entry.Detail = detail;
    if (!bus.empty()) entry.EventBusName = bus;
    return entry;
  }
  Result<PutEventsResponse> put(std::vector<PutEventsRequestEntry> entries) {
    PutEventsRequest input;
    input.Entries = std::move(entries);
    return act([&](Call& call, Transaction& tx) { return put_events(events, call, tx, input); });
  }
  void settle() {
    for (int i = 0; i < 20'000 && !background->settled(); ++i) std::this_thread::sleep_for(Millis(1));
    ASSERT_TRUE(background->settled());
  }

  std::unique_ptr<Store> store = make_memory_store();
  Clock clock;
  Random random{7};
  FakeDispatcher dispatcher;
  std::unique_ptr<Background> background = make_background(*store, clock);
  Events events{*background, dispatcher, *store, random, clock};
};

}  // namespace orrery::events
