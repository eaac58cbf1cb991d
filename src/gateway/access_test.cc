// The access log and what is told from it.
#include "gateway/access_log.h"
#include "gateway/access_report.h"
#include "gateway/input_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::gateway {
namespace {

constexpr const char* kTable = "arn:aws:dynamodb:us-east-1:111122223333:table/t";

auth::Principal exporter() {
  auth::Principal who;
  who.kind = auth::Principal::Kind::RoleSession;
  who.account = "111122223333";
  who.arn = "arn:aws:sts::111122223333:assumed-role/exporter/s";
  who.role_arn = "arn:aws:iam::111122223333:role/exporter";
  return who;
}

// One request, as the gateway reports it.
class Request {
 public:
  Request(std::string id, std::vector<Judged> judged) : judged_(std::move(judged)) {
    call_.principal = &who_;
    call_.request_id = std::move(id);
  }
  Answered answered() const {
    Answered out;
    out.operation_name = "GetItem";
    out.call = &call_;
    out.judged = judged_;
    return out;
  }

 private:
  auth::Principal who_ = exporter();
  std::vector<Judged> judged_;
  Call call_;
};

Judged allowed(std::string action, std::string resource) {
  return {std::move(action),   std::move(resource), auth::Outcome::Allowed, auth::Source::Identity, 1, 2, true, {},
          "inline p of role r"};
}

std::vector<std::string> ids(AccessLog& log) {
  std::vector<std::string> out;
  EXPECT_TRUE(log.read([&](const AccessEntry& entry) { return out.push_back(entry.request_id), true; }).ok());
  return out;
}

TEST(AccessBlock, ComesOutAsItWentIn) {
  AccessBlock block;
  Judged denied{"s3:PutObject",    "arn:aws:s3:::b/k", auth::Outcome::ExplicitDeny, auth::Source::Boundary, 0, 4, false,
                R"({"steps":[]})", "boundary b"};
  const Request first("a", {allowed("dynamodb:GetItem", kTable), denied});
  const Request second("b", {allowed("dynamodb:GetItem", kTable)});
  block.add(first.answered(), instant_from_ms(1000));
  const std::size_t one = block.size();
  block.add(second.answered(), instant_from_ms(2000));
  EXPECT_LT(block.size() - one, 40U);  // what repeats is a number
  const auto entries = read_access_block(block.take());
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 2U);
  const AccessEntry& entry = entries->front();
  EXPECT_EQ(entry.request_id, "a");
  EXPECT_EQ(entry.at, instant_from_ms(1000));
  EXPECT_EQ(entry.role, "arn:aws:iam::111122223333:role/exporter");
  ASSERT_EQ(entry.judged.size(), 2U);
  EXPECT_EQ(entry.judged[0].policy, 1);
  EXPECT_EQ(entry.judged[0].statement, 2);
  EXPECT_EQ(entry.judged[1].outcome, auth::Outcome::ExplicitDeny);
  EXPECT_EQ(entry.judged[1].source, auth::Source::Boundary);
  EXPECT_FALSE(entry.judged[1].enforced);
  EXPECT_EQ(entry.judged[1].steps, denied.steps);
  EXPECT_EQ(entry.judged[0].policy_name, "inline p of role r");
  EXPECT_EQ(entry.judged[1].policy_name, "boundary b");
  EXPECT_EQ(to_text(*find(explain(entry), "accesses")->get_array()[0].as_object().if_contains("by")),
            R"("identity-based policy inline p of role r, statement 3")");
  EXPECT_EQ(entries->back().judged[0].resource, kTable);
  EXPECT_TRUE(block.empty());
}

TEST(AccessBlock, CutShortIsAnError) {
  AccessBlock block;
  block.add(Request("a", {allowed("dynamodb:GetItem", kTable)}).answered(), instant_from_ms(1));
  const std::string bytes = block.take();
  for (std::size_t size = 2; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_access_block(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(read_access_block("").ok());
  EXPECT_FALSE(read_access_block("\x7F").ok());
}

TEST(AccessLog, SurvivesAndIsBounded) {
  const auto store = make_memory_store();
  Clock clock;
  {
    AccessLog log(*store, clock, 400);
    log.answered(Request("first", {allowed("dynamodb:GetItem", kTable)}).answered());
    EXPECT_THAT(ids(log), testing::ElementsAre("first"));
  }
  AccessLog log(*store, clock, 400);
  EXPECT_THAT(ids(log), testing::ElementsAre("first"));
  for (int i = 0; i < 5; ++i) {
    log.answered(Request("id" + std::to_string(i), {allowed("dynamodb:GetItem", kTable)}).answered());
    ASSERT_TRUE(log.flush().ok());
  }
  const auto left = ids(log);
  EXPECT_EQ(left.front(), "id4");
  EXPECT_LT(left.size(), 6U);
  log.stop();
  log.answered(Request("late", {}).answered());
  EXPECT_EQ(ids(log), left);
}

TEST(AccessLog, SuggestsTheLeastPolicy) {
  Suggestion suggestion;
  AccessEntry entry;
  entry.judged = {allowed("dynamodb:GetItem", kTable), allowed("s3:PutObject", "arn:aws:s3:::b/a*$?")};
  suggestion.add(entry);
  entry.judged = {allowed("dynamodb:PutItem", kTable), allowed("dynamodb:ListTables", "*")};
  suggestion.add(entry);
  suggestion.add(entry);
  EXPECT_EQ(suggestion.calls(), 3U);
  EXPECT_EQ(to_text(suggestion.policy()),
            R"({"Version":"2012-10-17","Statement":[)"
            R"({"Effect":"Allow","Action":"dynamodb:ListTables","Resource":"*"},)"
            R"({"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem"],"Resource":")" +
                std::string(kTable) +
                R"("},{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/a${*}${$}${?}"}]})");
}

TEST(AccessLog, WhoseIsIt) {
  AccessEntry entry;
  entry.principal = exporter().arn;
  entry.role = exporter().role_arn;
  entry.account = "111122223333";
  EXPECT_TRUE(is_by(entry, exporter().arn));
  EXPECT_TRUE(is_by(entry, exporter().role_arn));
  EXPECT_TRUE(is_by(entry, "111122223333"));
  EXPECT_FALSE(is_by(entry, "arn:aws:iam::111122223333:role/other"));
  EXPECT_FALSE(is_by(AccessEntry(), ""));
}

}  // namespace
}  // namespace orrery::gateway
