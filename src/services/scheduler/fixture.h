// What the tests of this folder share: a store, a frozen clock, a dispatcher that writes down what it is asked for, and
// the service on them. For tests only.
#pragma once

#include "base/encode.h"
#include "services/identity/records.h"
#include "services/scheduler/operations.h"
#include "services/testing.h"

#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::scheduler {

inline const Instant kStart = instant_from_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z, a Thursday
inline constexpr char kFunction[] = "arn:aws:lambda:us-east-1:123456789012:function:export";
inline constexpr char kRole[] = "arn:aws:iam::123456789012:role/runner";
inline constexpr Millis kPatience{20'000};

class FakeDispatcher final : public NoDispatcher {
 public:
  Result<json::value> dispatch(Transaction& tx, const Caller& caller, std::string_view service,
                               std::string_view operation, const json::value& input) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::string(service) + ":" + std::string(operation) + " " + caller.principal.arn);
    inputs_.push_back(*unbase64(find_string(input, "InvokeArgs").value_or("")));
    TRY(tx.put("written", std::to_string(asked_.size())));
    if (error) return fail(*error);
    return json::value(json::object{});
  }
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  // What functions were given.
  std::vector<std::string> inputs() const {
    const std::lock_guard lock(mutex_);
    return inputs_;
  }
  std::optional<Error> error;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> asked_, inputs_;
};

class FakeAuthorizer final : public Authorizer {
 public:
  Result<> check(Reader&, const Call& call, const Access& access) override {
    last = call.principal->arn + " " + access.action + " " + access.resource + " " + call.source_arn;
    return allows ? Result<>() : Result<>(fail(api_error("AccessDenied", "not trusted", 403)));
  }
  bool allows = true;
  std::string last;
};

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() {
    clock.freeze(kStart);
    scheduler.authorizer = &authorizer;
    services.push_back(scheduler_service(scheduler));
    scheduler.services = services;
    register_background(scheduler);
    background->start();
    identity::RoleRecord role;
    role.name = "runner";
    role.id = "AROAEXAMPLE";
    role.arn = kRole;
    EXPECT_TRUE(store->transact([&](Transaction& tx) { return identity::put_role(tx, "123456789012", role); }));
  }
  ~SchedulerTest() override { background->stop(); }

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
  CreateScheduleInput input(const std::string& name, const std::string& expression) {
    CreateScheduleInput input;
    input.Name = name;
    input.ScheduleExpression = expression;
    input.FlexibleTimeWindow.Mode = FlexibleTimeWindowMode::OFF;
    input.Target.Arn = kFunction;
    input.Target.RoleArn = kRole;
    input.Target.Input = R"(["<aws.scheduler.scheduled-time>",<aws.scheduler.attempt-number>])";
    return input;
  }
  Result<CreateScheduleOutput> create(const CreateScheduleInput& input) {
    return act([&](Call& call, Transaction& tx) { return create_schedule(scheduler, call, tx, input); });
  }
  Result<UpdateScheduleOutput> update(const CreateScheduleInput& like) {
    UpdateScheduleInput input;
    input.Name = like.Name;
    input.GroupName = like.GroupName;
    input.ScheduleExpression = like.ScheduleExpression;
    input.ScheduleExpressionTimezone = like.ScheduleExpressionTimezone;
    input.State = like.State;
    input.Description = like.Description;
    input.FlexibleTimeWindow = like.FlexibleTimeWindow;
    input.Target = like.Target;
    input.ActionAfterCompletion = like.ActionAfterCompletion;
    return act([&](Call& call, Transaction& tx) { return update_schedule(scheduler, call, tx, input); });
  }
  bool exists(const std::string& name, const std::string& group = "default") {
    return get_schedule(*store->snapshot(), "123456789012", "us-east-1", group, name)->has_value();
  }
  std::vector<Ran> advance(Millis span) {
    auto ran = background->advance(span, kPatience);
    EXPECT_TRUE(ran);
    return ran ? *std::move(ran) : std::vector<Ran>();
  }
  void settle() {
    for (int i = 0; i < 20'000 && !background->settled(); ++i) std::this_thread::sleep_for(Millis(1));
    ASSERT_TRUE(background->settled());
  }

  std::unique_ptr<Store> store = make_memory_store();
  Clock clock;
  Random random{7};
  FakeDispatcher dispatcher;
  FakeAuthorizer authorizer;
  std::vector<Service> services;
  std::unique_ptr<Background> background = make_background(*store, clock);
  Scheduler scheduler{*background, dispatcher, clock};
};

}  // namespace orrery::scheduler
