#include "base/encode.h"
#include "services/dynamodb/items/cancellation.h"
#include "services/dynamodb/items/capacity.h"
#include "services/dynamodb/items/tokens.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/partiql/select.h"
#include "services/dynamodb/partiql/write.h"

#include <algorithm>
#include <set>

namespace orrery::dynamodb {
namespace {

using partiql::Bound;
using partiql::Found;
using partiql::Write;

constexpr std::string_view kOperation = "ExecuteTransaction";
constexpr double kTransactional = 2;  // each item is read or written twice: to prepare and to commit

using Consumptions = std::map<std::string, Consumption>;  // by the table's name as the statements have it

// The statement whose fault it is, for errors that come before the transaction is tried.
Error at_statement(std::size_t index, Error error) {
  if (error.code == "ValidationException") {
    error.message = "Validation failed in TransactStatements[" + std::to_string(index) + "]: " + error.message;
  }
  return error;
}

Result<std::vector<Bound>> bind_all(const ExecuteTransactionInput& input) {
  std::vector<Bound> out;
  for (std::size_t i = 0; i < input.TransactStatements.size(); ++i) {
    const ParameterizedStatement& one = input.TransactStatements[i];
    auto bound = partiql::bind_statement(one.Statement, one.Parameters);
    if (!bound) return fail(at_statement(i, std::move(bound).error()));
    if (bound->statement.returning) {
      return fail(at_statement(i, validation_error("RETURNING clause is not supported in ExecuteTransaction.")));
    }
    if (bound->index()) {
      return fail(at_statement(
          i, validation_error(bound->statement.reads() ? "Reads on indices are not supported within transactions."
                                                       : "Operations on indices are not supported in transactions")));
    }
    out.push_back(*std::move(bound));
  }
  const auto reads = [](const Bound& one) { return one.statement.reads(); };
  if (std::ranges::any_of(out, reads) && !std::ranges::all_of(out, reads)) {
    return fail(validation_error(
        "The entire transaction must consist of either read statements or write statements, you cannot mix both in "
        "one transaction."));
  }
  return out;
}

Error same_item() { return validation_error("Transaction request cannot include multiple operations on one item"); }

std::string fingerprint(const ExecuteTransactionInput& input) {
  std::string all;
  const auto append = [&](std::string_view part) { all += std::to_string(part.size()) + ':' + std::string(part); };
  for (const ParameterizedStatement& one : input.TransactStatements) {
    append(one.Statement);
    append(one.ReturnValuesOnConditionCheckFailure.value_or(""));
    if (one.Parameters) {
      for (const item::Value& parameter : *one.Parameters) append(parameter.bytes());
    }
    all += ';';
  }
  return hex(view(sha256(all)));
}

void tell(const Consumptions& consumed, Split split, const ExecuteTransactionInput& input,
          ExecuteTransactionOutput& output) {
  if (!wants_capacity(input.ReturnConsumedCapacity)) return;
  output.ConsumedCapacity.emplace();
  for (const auto& [table, consumption] : consumed) {
    output.ConsumedCapacity->push_back(*consumption.told(input.ReturnConsumedCapacity, table, split));
  }
}

Result<ExecuteTransactionOutput> read_all(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                          const ExecuteTransactionInput& input, const std::vector<Bound>& statements) {
  std::vector<std::string> keys;
  std::vector<std::shared_ptr<const Table>> tables;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const Source source = TRY(partiql::authorized_source(call, tx, statements[i], kOperation));
    auto key = partiql::single_key(statements[i], source, kOperation);
    if (!key) return fail(at_statement(i, std::move(key).error()));
    keys.push_back(*std::move(key));
    tables.push_back(source.table);
  }
  if (std::set<std::string_view>(keys.begin(), keys.end()).size() != keys.size()) return fail(same_item());
  ExecuteTransactionOutput output;
  output.Responses.emplace();
  Consumptions consumed;
  Meter meter(dynamodb.throughput, tx, Meter::Parts::Whole);
  Cancellation cancellation(statements.size());
  for (std::size_t i = 0; i < statements.size(); ++i) {
    Found found = TRY(partiql::read_single(tx, statements[i], keys[i]));
    const double units = kTransactional * read_units(found.bytes, true);
    consumed[statements[i].table()].table(units);
    Consumption one;
    one.table(units);
    meter.note(*tables[i], one, Use::Read);
    if (meter.on()) {
      if (auto spent = meter.spend(one.charges(*tables[i], Use::Read)); !spent) {
        TRY(cancellation.note(i, std::move(spent).error()));
      }
    }
    output.Responses->emplace_back().Item = std::move(found.item);
  }
  if (cancellation.any()) return fail(cancellation.error());
  tell(consumed, Split::Reads, input, output);
  return output;
}

Result<std::vector<Write>> bind_writes(Call& call, Transaction& tx, const ExecuteTransactionInput& input,
                                       const std::vector<Bound>& statements) {
  std::vector<Write> writes;
  std::set<std::pair<std::uint64_t, std::string>> seen;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const Source source = TRY(partiql::authorized_source(call, tx, statements[i], kOperation));
    auto write =
        partiql::bind_write(statements[i], source, input.TransactStatements[i].ReturnValuesOnConditionCheckFailure);
    if (!write) return fail(at_statement(i, std::move(write).error()));
    if (!seen.emplace(write->table->number, write->key).second) return fail(same_item());
    writes.push_back(*std::move(write));
  }
  return writes;
}

struct Written {
  Consumptions consumed;
  ClientToken::Reads reads;  // what telling it once more costs
};

// Every statement meets what was there before, because no two meet one item; one that fails cancels all.
Result<Written> write_all(const ChangeContext& context, const std::vector<Write>& writes) {
  Written out;
  Cancellation cancellation(writes.size());
  for (std::size_t i = 0; i < writes.size(); ++i) {
    auto outcome = partiql::run_write(context, writes[i]);
    if (!outcome) {
      TRY(cancellation.note(i, std::move(outcome).error()));
      continue;
    }
    const auto next = after(writes[i].action, *outcome);
    const std::string table(writes[i].action.table);
    const std::size_t size = std::max(outcome->old ? outcome->old->size_bytes() : 0, next ? next->size_bytes() : 0);
    out.consumed[table].write(*writes[i].table, outcome->old, next, kTransactional);
    out.reads[table] += kTransactional * read_units(size, true);
  }
  if (cancellation.any()) return fail(cancellation.error());
  return out;
}

}  // namespace

Result<ExecuteTransactionOutput> execute_transaction(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                     const ExecuteTransactionInput& input) {
  const auto statements = TRY(bind_all(input));
  if (statements.front().statement.reads()) return read_all(dynamodb, call, tx, input, statements);
  const auto writes = TRY(bind_writes(call, tx, input, statements));
  ExecuteTransactionOutput output;
  output.Responses.emplace();
  std::optional<ClientToken> token;
  if (input.ClientRequestToken) {
    token.emplace(call, kOperation, *input.ClientRequestToken, fingerprint(input));
    if (const auto reads = TRY(token->recall(tx))) {
      Consumptions consumed;
      for (const auto& [table, units] : *reads) consumed[table].table(units);
      tell(consumed, Split::Reads, input, output);
      return output;
    }
  }
  const Written written = TRY(write_all({dynamodb, tx, call.now, Cause::User, true}, writes));
  if (token) TRY(token->remember(dynamodb, tx, written.reads));
  tell(written.consumed, Split::Writes, input, output);
  return output;
}

}  // namespace orrery::dynamodb
