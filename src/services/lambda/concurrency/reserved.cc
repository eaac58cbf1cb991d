#include "services/lambda/concurrency/concurrency.h"
#include "services/lambda/operations.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

std::string ledger_key(const std::string& account, const std::string& region) {
  return KeyWriter(KeyKind::ConcurrencyLedger).text(account).text(region).take();
}

Result<ConcurrencyLedger> decode_ledger(std::string_view bytes) {
  const json::value record = TRY(decode_record(bytes));
  ConcurrencyLedger ledger;
  if (const json::value* reserved = find(record, "reserved"); reserved != nullptr && reserved->is_object()) {
    for (const auto& [name, count] : reserved->get_object()) ledger.reserved[name] = count.as_int64();
  }
  if (const json::value* all = find(record, "provisioned"); all != nullptr && all->is_object()) {
    for (const auto& [name, qualifiers] : all->get_object()) {
      for (const auto& [qualifier, count] : qualifiers.as_object()) {
        ledger.provisioned[name][qualifier] = count.as_int64();
      }
    }
  }
  return ledger;
}

Result<> check_whole_function(const FunctionName& name) {
  if (name.qualifier.empty()) return {};
  return fail(only_for_functions());
}

}  // namespace

std::int64_t ConcurrencyLedger::provisioned_of(const std::string& function) const {
  std::int64_t sum = 0;
  const auto found = provisioned.find(function);
  if (found == provisioned.end()) return sum;
  for (const auto& [qualifier, count] : found->second) sum += count;
  return sum;
}

// What is provisioned for a function with reserved concurrency is a part of that.
std::int64_t ConcurrencyLedger::unreserved() const {
  std::int64_t rest = kAccountConcurrency;
  for (const auto& [function, count] : reserved) rest -= count;
  for (const auto& [function, qualifiers] : provisioned) {
    if (!reserved.contains(function)) rest -= provisioned_of(function);
  }
  return rest;
}

Result<ConcurrencyLedger> get_ledger(Reader& reader, const std::string& account, const std::string& region) {
  const auto bytes = TRY(reader.get(ledger_key(account, region)));
  return bytes ? decode_ledger(*bytes) : Result<ConcurrencyLedger>(ConcurrencyLedger{});
}

int stored_unreserved(Lambda& lambda) {
  std::int64_t rest = kAccountConcurrency;
  const auto snapshot = lambda.store.snapshot();
  const auto cursor = snapshot->scan(prefix_range(KeyWriter(KeyKind::ConcurrencyLedger).view()));
  while (cursor->next()) {
    const auto ledger = decode_ledger(cursor->value());
    if (!ledger) continue;
    for (const auto& [function, count] : ledger->reserved) rest -= count;
  }
  return static_cast<int>(std::max(rest, kLeastUnreserved));
}

Result<> put_ledger(Lambda& lambda, Transaction& tx, const FunctionName& name, const ConcurrencyLedger& ledger) {
  json::object reserved;
  for (const auto& [function, count] : ledger.reserved) reserved[function] = count;
  json::object provisioned;
  for (const auto& [function, qualifiers] : ledger.provisioned) {
    json::object counts;
    for (const auto& [qualifier, count] : qualifiers) counts[qualifier] = count;
    if (!counts.empty()) provisioned[function] = std::move(counts);
  }
  tx.on_commit([&lambda] {
    if (lambda.environments != nullptr) lambda.environments->set_unreserved_concurrency(stored_unreserved(lambda));
  });
  return put_record(tx, ledger_key(name.account, name.region),
                    json::object{{"reserved", std::move(reserved)}, {"provisioned", std::move(provisioned)}});
}

Result<Concurrency> put_function_concurrency(Lambda& lambda, Call& call, Transaction& tx,
                                             const PutFunctionConcurrencyRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName));
  TRY(check_whole_function(name));
  FunctionRecord latest = TRY(existing_function(tx, name));
  const std::int64_t wanted = input.ReservedConcurrentExecutions;
  ConcurrencyLedger ledger = TRY(get_ledger(tx, name.account, name.region));
  ledger.reserved[name.name] = wanted;
  if (ledger.unreserved() < kLeastUnreserved) {
    return fail(errors::InvalidParameterValueException(
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
        "its minimum value of [" +
        std::to_string(kLeastUnreserved) + "]."));
  }
  if (const std::int64_t provisioned = ledger.provisioned_of(name.name); provisioned > wanted) {
    return fail(errors::InvalidParameterValueException(
        " ReservedConcurrentExecutions  " + std::to_string(wanted) +
        " should not be lower than function's total provisioned concurrency [" + std::to_string(provisioned) + "]."));
  }
  latest.settings.reserved_concurrency = wanted;
  TRY(put_ledger(lambda, tx, name, ledger));
  TRY(put_function(tx, name, latest));
  return Concurrency{wanted};
}

Result<GetFunctionConcurrencyResponse> get_function_concurrency(Call& call, Reader& reader,
                                                                const GetFunctionConcurrencyRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName));
  TRY(check_whole_function(name));
  const FunctionRecord latest = TRY(existing_function(reader, name));
  return GetFunctionConcurrencyResponse{latest.settings.reserved_concurrency};
}

Result<wire::Empty> delete_function_concurrency(Lambda& lambda, Call& call, Transaction& tx,
                                                const DeleteFunctionConcurrencyRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName));
  TRY(check_whole_function(name));
  FunctionRecord latest = TRY(existing_function(tx, name));
  if (!latest.settings.reserved_concurrency) return wire::Empty{};
  latest.settings.reserved_concurrency.reset();
  ConcurrencyLedger ledger = TRY(get_ledger(tx, name.account, name.region));
  ledger.reserved.erase(name.name);
  TRY(put_ledger(lambda, tx, name, ledger));
  TRY(put_function(tx, name, latest));
  return wire::Empty{};
}

}  // namespace orrery::lambda
