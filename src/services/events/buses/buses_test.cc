#include "services/events/fixture.h"

namespace orrery::events {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class BusesTest : public EventsTest {
 protected:
  std::vector<std::string> names(const std::string& prefix = "", std::int64_t limit = 100) {
    std::vector<std::string> out;
    ListEventBusesRequest input;
    if (!prefix.empty()) input.NamePrefix = prefix;
    input.Limit = limit;
    do {
      const auto page = act([&](Call& call, Transaction& tx) { return list_event_buses(call, tx, input); });
      EXPECT_TRUE(page);
      if (!page) break;
      for (const EventBus& one : *page->EventBuses) out.push_back(*one.Name);
      input.NextToken = page->NextToken;
    } while (input.NextToken);
    return out;
  }
  Result<wire::Empty> remove(const std::string& name) {
    return act([&](Call& call, Transaction& tx) { return delete_event_bus(call, tx, {name}); });
  }
  std::string policy(const std::string& resource) {
    return act([&](Call&, Transaction& tx) { return policy_of_resource(nullptr, tx, resource); })->value_or("none");
  }
};

TEST_F(BusesTest, LifeOfABus) {
  EXPECT_THAT(names(), ElementsAre("default"));
  const auto made = bus("orders");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->EventBusArn, "arn:aws:events:us-east-1:123456789012:event-bus/orders");
  EXPECT_EQ(bus("orders").error().message, "Event bus orders already exists.");
  EXPECT_EQ(bus("default").error().code, "ResourceAlreadyExistsException");
  EXPECT_EQ(bus("a/b").error().message, "Event bus name must not contain '/'.");
  ASSERT_TRUE(bus("a"));
  ASSERT_TRUE(bus("e"));
  EXPECT_THAT(names(), ElementsAre("a", "default", "e", "orders"));
  EXPECT_THAT(names("", 1), ElementsAre("a", "default", "e", "orders"));
  EXPECT_THAT(names("d"), ElementsAre("default"));
  EXPECT_THAT(names("o"), ElementsAre("orders"));

  ASSERT_TRUE(rule("r", "", R"({"source":["a"]})", "orders"));
  EXPECT_EQ(remove("orders").error().message, "Event bus can't be deleted since it has rules.");
  EXPECT_EQ(remove("default").error().message, "Cannot delete event bus default.");
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) {
    return delete_rule(events, call, tx, {"r", "orders", std::nullopt});
  }));
  ASSERT_TRUE(remove("orders"));
  ASSERT_TRUE(remove("orders"));
  EXPECT_THAT(names(), ElementsAre("a", "default", "e"));
  const auto gone = rule("r", "", R"({"source":["a"]})", "orders");
  EXPECT_EQ(gone.error().message, "Event bus orders does not exist.");
}

TEST_F(BusesTest, EventsStayOnTheirBus) {
  const auto arn = *bus("orders")->EventBusArn;
  ASSERT_TRUE(rule("r", "", R"({"source":["shop"]})", arn));
  ASSERT_TRUE(target("r", "t", kFunction, "orders"));
  ASSERT_TRUE(rule("r", "", R"({"source":["shop"]})"));
  const auto put_three = put({entry("shop"), entry("shop", R"({"n":1})", "orders"), entry("shop", "{}", "nowhere")});
  ASSERT_TRUE(put_three);
  EXPECT_EQ(put_three->FailedEntryCount, 1);
  EXPECT_EQ(put_three->Entries->at(2).ErrorCode, "ResourceNotFoundException");
  settle();
  ASSERT_EQ(dispatcher.payloads().size(), 1U);
  EXPECT_THAT(dispatcher.payloads()[0], HasSubstr(R"({"n":1})"));
  EXPECT_THAT(dispatcher.asked()[0], HasSubstr("rule/orders/r"));
}

TEST_F(BusesTest, CompiledRulesFollowEveryChange) {
  const auto sent = [&] {
    EXPECT_TRUE(put({entry("shop")}));
    settle();
    return dispatcher.payloads().size();
  };
  EXPECT_EQ(sent(), 0U);
  ASSERT_TRUE(rule("r", "", R"({"source":["shop"]})"));
  EXPECT_EQ(sent(), 0U);
  ASSERT_TRUE(target("r", "t", kFunction));
  EXPECT_EQ(sent(), 1U);
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return disable_rule(events, call, tx, {"r", std::nullopt}); }));
  EXPECT_EQ(sent(), 1U);
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return enable_rule(events, call, tx, {"r", std::nullopt}); }));
  EXPECT_EQ(sent(), 2U);
  ASSERT_TRUE(rule("r", "", R"({"source":["bank"]})"));
  EXPECT_EQ(sent(), 2U);
  ASSERT_TRUE(rule("r", "", R"({"source":["shop"]})"));
  EXPECT_EQ(sent(), 3U);
  RemoveTargetsRequest removal;
  removal.Rule = "r";
  removal.Ids = {"t"};
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return remove_targets(call, tx, removal); }));
  EXPECT_EQ(sent(), 3U);
}

TEST_F(BusesTest, RulesFromBeforeThereWereBusesAreRead) {
  ASSERT_TRUE(act([&](Call&, Transaction& tx) -> Result<> {
    const BusName bus{"123456789012", "us-east-1"};
    TRY(put_record(tx, rule_key(bus, "old"),
                   json::object{{"account", bus.account},
                                {"region", bus.region},
                                {"name", "old"},
                                {"arn", bus.rule_arn("old")},
                                {"pattern", R"({"source":["shop"]})"},
                                {"state", "ENABLED"},
                                {"anchor_ms", 5}}));
    return {};
  }));
  DescribeRuleRequest input;
  input.Name = "old";
  const auto shown = act([&](Call& call, Transaction& tx) { return describe_rule(call, tx, input); });
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->EventBusName, "default");
  EXPECT_EQ(shown->CreatedBy, "123456789012");
  ASSERT_TRUE(target("old", "t", kFunction));
  ASSERT_TRUE(put({entry("shop")}));
  settle();
  EXPECT_EQ(dispatcher.payloads().size(), 1U);
}

TEST_F(BusesTest, PermissionsMakeAPolicy) {
  const auto permit = [&](const PutPermissionRequest& input) {
    return act([&](Call& call, Transaction& tx) { return put_permission(call, tx, input); });
  };
  const auto revoke = [&](const RemovePermissionRequest& input) {
    return act([&](Call& call, Transaction& tx) { return remove_permission(call, tx, input); });
  };
  const std::string arn = "arn:aws:events:us-east-1:123456789012:event-bus/default";
  EXPECT_EQ(policy(arn), "none");
  PutPermissionRequest input;
  EXPECT_EQ(permit(input).error().code, "ValidationException");
  input.Action = "events:PutEvents";
  input.Principal = "111122223333";
  input.StatementId = "them";
  ASSERT_TRUE(permit(input));
  EXPECT_EQ(policy(arn), R"({"Version":"2012-10-17","Statement":[{"Sid":"them","Effect":"Allow",)"
                         R"("Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"events:PutEvents",)"
                         R"("Resource":"arn:aws:events:us-east-1:123456789012:event-bus/default"}]})");
  EXPECT_EQ(policy("arn:aws:events:us-east-1:123456789012:rule/x"), policy(arn));
  EXPECT_EQ(policy("arn:aws:events:us-east-1:123456789012:rule/orders/x"), "none");
  input.Condition = Condition{"StringEquals", "aws:PrincipalOrgID", "o-1"};
  EXPECT_THAT(permit(input).error().message, HasSubstr("must be '*' when the parameter 'condition' is set"));
  input.Principal = "*";
  input.StatementId = "all";
  ASSERT_TRUE(permit(input));
  EXPECT_THAT(policy(arn), HasSubstr(R"("Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}})"));
  EXPECT_EQ(revoke({"none", std::nullopt, std::nullopt}).error().message,
            "Statement with the provided id does not exist.");
  ASSERT_TRUE(revoke({"them", std::nullopt, std::nullopt}));
  ASSERT_TRUE(revoke({std::nullopt, true, std::nullopt}));
  EXPECT_EQ(policy(arn), "none");
  EXPECT_EQ(revoke({"all", std::nullopt, std::nullopt}).error().message, "EventBus does not have a policy.");
  PutPermissionRequest whole;
  whole.Policy = "{";
  EXPECT_EQ(permit(whole).error().message, "This policy contains invalid Json");
  whole.Policy =
      R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"events:*","Resource":")" + arn + R"("}]})";
  ASSERT_TRUE(permit(whole));
  EXPECT_EQ(policy(arn), *whole.Policy);
}

TEST_F(BusesTest, ABusIsATargetAndTheEventStaysTheSame) {
  const auto second = *bus("second")->EventBusArn;
  const auto third = *bus("third")->EventBusArn;
  ASSERT_TRUE(rule("on", "", R"({"source":["shop"]})"));
  ASSERT_TRUE(target("on", "t", second, "", "arn:aws:iam::123456789012:role/r"));
  ASSERT_TRUE(rule("there", "", R"({"source":["shop"]})", "second"));
  ASSERT_TRUE(target("there", "f", kFunction, "second"));
  ASSERT_TRUE(target("there", "b", third, "second"));
  ASSERT_TRUE(rule("never", "", R"({"source":["shop"]})", "third"));
  ASSERT_TRUE(target("never", "f", kFunction, "third"));
  const auto accepted = put({entry("shop", R"({"n": 1.50})")});
  ASSERT_TRUE(accepted);
  settle();
  EXPECT_THAT(dispatcher.members("id"), ElementsAre(*accepted->Entries->at(0).EventId));
  EXPECT_THAT(dispatcher.payloads()[0], HasSubstr(R"("detail":{"n": 1.50})"));
  EXPECT_EQ(dispatcher.asked()[0],
            "sts:AssumeRole events.amazonaws.com arn:aws:events:us-east-1:123456789012:rule/on "
            "arn:aws:iam::123456789012:role/r");
  EXPECT_THAT(dispatcher.asked()[1],
              HasSubstr("events:PutEvents arn:aws:sts::123456789012:assumed-role/r/EventBridge"));
  EXPECT_EQ(dispatcher.asked().size(), 3U);  // not on to the third
}

TEST_F(BusesTest, ALogGroupIsATarget) {
  ASSERT_TRUE(rule("r", "", R"({"source":["shop"]})"));
  ASSERT_TRUE(target("r", "t", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/all:*"));
  ASSERT_TRUE(put({entry("shop")}));
  settle();
  ASSERT_EQ(dispatcher.asked().size(), 2U);
  EXPECT_THAT(dispatcher.asked()[1], HasSubstr("logs:PutLogEvents events.amazonaws.com"));
  EXPECT_THAT(dispatcher.asked()[1], HasSubstr(" /aws/events/all"));
  EXPECT_THAT(dispatcher.payloads()[0], HasSubstr(R"([{"timestamp":1767225600000,"message":"{\"version\":\"0\")"));
  EXPECT_THAT(
      target("r", "u", "arn:aws:logs:us-east-1:123456789012:log-group:x", "", "arn:aws:iam::1:role/r").error().message,
      HasSubstr("RoleArn is not supported for target"));
}

TEST_F(BusesTest, WhatIsTooOldIsNotTried) {
  dispatcher.error = api_error("TooManyRequestsException", "Rate exceeded", 429);
  ASSERT_TRUE(rule("r", "", R"({"source":["shop"]})"));
  PutTargetsRequest input;
  input.Rule = "r";
  input.Targets.resize(1);
  input.Targets[0].Id = "t";
  input.Targets[0].Arn = kFunction;
  input.Targets[0].RetryPolicy.emplace();
  input.Targets[0].RetryPolicy->MaximumEventAgeInSeconds = 60;
  ASSERT_TRUE(act([&](Call& call, Transaction& tx) { return put_targets(events, call, tx, input); }));
  ASSERT_TRUE(put({entry("shop")}));
  const auto ran = background->advance(std::chrono::minutes(10), Millis(20'000));
  ASSERT_TRUE(ran);
  EXPECT_THAT(ran->back().summary, HasSubstr("dropped, older than 60 s"));
  EXPECT_EQ(dispatcher.asked().size(), 6U);  // after 0, 1, 3, 7, 15, 31 s; not after 63
}

TEST_F(BusesTest, RuleNamesByTarget) {
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(rule(name, "", R"({"source":["shop"]})"));
    ASSERT_TRUE(target(name, "1", kFunction));
  }
  ASSERT_TRUE(target("a", "2", kFunction));
  ListRuleNamesByTargetRequest input;
  input.TargetArn = kFunction;
  input.Limit = 2;
  const auto ask = [&] {
    return act([&](Call& call, Transaction& tx) { return list_rule_names_by_target(call, tx, input); });
  };
  const auto first = ask();
  ASSERT_TRUE(first);
  EXPECT_THAT(*first->RuleNames, ElementsAre("a", "b"));
  input.NextToken = first->NextToken;
  EXPECT_THAT(*ask()->RuleNames, ElementsAre("c"));
  input.NextToken.reset();
  input.TargetArn = "arn:aws:lambda:us-east-1:123456789012:function:other";
  EXPECT_THAT(*ask()->RuleNames, IsEmpty());
}

}  // namespace
}  // namespace orrery::events
