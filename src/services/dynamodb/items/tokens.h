// ClientRequestToken: a transaction that comes again within ten minutes of the Orrery's clock is not done again.
//
//   TransactToken  text(account) text(region) text(operation ':' token) -> record: {"sha256", "until": epoch ms,
//                  "reads": {"table": units}}
//
// Expired rows are swept by a timer, one for each ten minutes in which there were any.
#pragma once

#include "services/call.h"
#include "services/dynamodb/dynamodb.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::dynamodb {

inline constexpr Millis kTokenLifetime = std::chrono::minutes(10);
inline constexpr std::string_view kTokenTimer = "dynamodb.tokens";

class ClientToken {
 public:
  // `operation`: tokens of different operations have nothing to do with each other. `fingerprint`: a digest of the
  // parameters that must not change.
  ClientToken(const Call& call, std::string_view operation, std::string_view token, std::string fingerprint);

  // Read units by table, as the requests name them: what telling the outcome once more costs.
  using Reads = std::map<std::string, double>;
  // What the first request with this token remembered; nullopt: this is the first. Error:
  // IdempotentParameterMismatchException.
  Result<std::optional<Reads>> recall(Reader& reader) const;
  Result<> remember(DynamoDb& dynamodb, Transaction& tx, const Reads& reads) const;

 private:
  Instant now_;
  std::string key_;
  std::string fingerprint_;
};

// The timer's handler: erases what has expired, some rows at a time.
Result<> sweep_tokens(DynamoDb& dynamodb, Transaction& tx, const Timer& timer);

}  // namespace orrery::dynamodb
