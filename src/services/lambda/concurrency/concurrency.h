// How much of an account's concurrency is reserved and provisioned
// (docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html).
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

#include <cstdint>
#include <map>
#include <string>

namespace orrery::lambda {

// One record an account and region, so that the sums hold whoever changes them at once.
struct ConcurrencyLedger {
  std::map<std::string, std::int64_t> reserved;                            // by function name
  std::map<std::string, std::map<std::string, std::int64_t>> provisioned;  // and by qualifier
  std::int64_t provisioned_of(const std::string& function) const;
  std::int64_t unreserved() const;  // of the account's limit
};

inline constexpr std::int64_t kAccountConcurrency = 1000;
inline constexpr std::int64_t kLeastUnreserved = 100;

Result<ConcurrencyLedger> get_ledger(Reader& reader, const std::string& account, const std::string& region);
// Tells the pool of environments, too, once it is committed.
Result<> put_ledger(Lambda& lambda, Transaction& tx, const FunctionName& name, const ConcurrencyLedger& ledger);

// Nothing is provisioned for this version or alias any more; well when nothing was.
Result<> end_provisioning(Lambda& lambda, Transaction& tx, const FunctionName& name);
// The alias means other versions than before: what is provisioned for it moves.
Result<> provisioned_alias_changed(Lambda& lambda, Transaction& tx, const FunctionName& alias);
// The function's published versions run otherwise than before.
void provisioned_code_changed(Lambda& lambda, Transaction& tx, const FunctionName& function);
// The function goes, with all that was reserved and provisioned for it.
Result<> forget_concurrency(Lambda& lambda, Transaction& tx, const FunctionName& name);
// Of the account's limit, less what is reserved anywhere in the store.
int stored_unreserved(Lambda& lambda);

}  // namespace orrery::lambda
