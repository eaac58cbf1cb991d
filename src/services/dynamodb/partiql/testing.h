// Statements and an authorizer for the tests of this folder.
#pragma once

#include "item/codec.h"
#include "services/dynamodb/testing.h"

namespace orrery::dynamodb {

// Allows everything but `forbidden` actions, and remembers what was asked.
class RecordingAuthorizer final : public Authorizer {
 public:
  Result<> check(Reader&, const Call&, const Access& access) override {
    asked.push_back(access);
    if (access.action != forbidden) return {};
    return fail(api_error("AccessDenied", "no", 403));
  }
  std::vector<Access> asked;
  std::string forbidden;
};

class PartiqlTest : public DynamoDbTest {
 protected:
  PartiqlTest() { call.authorizer = &authorizer; }

  using Values = std::vector<item::Value>;
  Result<ExecuteStatementOutput> execute(const std::string& text, const Values& parameters = {}) {
    ExecuteStatementInput input;
    input.Statement = text;
    if (!parameters.empty()) input.Parameters = parameters;
    return run(&execute_statement, input);
  }
  // The items as JSON, in order; or the error as "Code: message".
  std::string result(const std::string& text, const Values& parameters = {}) {
    const auto output = execute(text, parameters);
    if (!output) return output.error().code + ": " + output.error().message;
    std::string all;
    for (const item::Item& item : *output->Items) all += item::to_json(item);
    return all;
  }

  RecordingAuthorizer authorizer;
};

}  // namespace orrery::dynamodb
