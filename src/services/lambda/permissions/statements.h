// Resource policies that grow statement by statement, of functions and of layer versions
// (docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html).
#pragma once

#include "base/json.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace orrery::lambda {

struct StoredPolicy {
  json::array statements;
  std::string revision;
};

Result<StoredPolicy> load_policy(Reader& reader, const std::string& key);
Result<> save_policy(Transaction& tx, const std::string& key, const StoredPolicy& policy);  // erases an empty one
std::string policy_text(const StoredPolicy& policy);
// "events.amazonaws.com" is a service, 12 digits an account's root, an ARN itself, "*" everybody.
json::value principal_of(const std::string& text);
// Errors: ResourceConflictException (the id is taken), PolicyLengthExceededException, InvalidParameterValueException.
Result<> add_statement(StoredPolicy& policy, const std::string& id, json::object statement);
// Errors: ResourceNotFoundException.
Result<> remove_statement(StoredPolicy& policy, const std::string& id);

}  // namespace orrery::lambda
