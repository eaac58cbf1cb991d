#include "item/codec.h"
#include "services/dynamodb/items/capacity.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/partiql/select.h"
#include "services/dynamodb/partiql/write.h"

#include <algorithm>

namespace orrery::dynamodb {
namespace {

using partiql::Bound;
using partiql::Found;
using partiql::Statement;
using partiql::Write;

// "ValidationException" -> "ValidationError", "DuplicateItemException" -> "DuplicateItem", …
// (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html).
std::string code_of(const Error& error) {
  if (error.code == "ValidationException") return std::string(BatchStatementErrorCodeEnum::ValidationError);
  if (error.code == "ThrottlingException") return std::string(BatchStatementErrorCodeEnum::ThrottlingError);
  constexpr std::string_view kEnd = "Exception";
  std::string code = error.code;
  if (code.ends_with(kEnd)) code.resize(code.size() - kEnd.size());
  return code;
}

// What is no answer to the statement alone (a lost race, a broken machine) fails the whole request.
Result<BatchStatementResponse> refusal(Error error) {
  if (error.kind != Error::Kind::Api) return fail(std::move(error));
  BatchStatementResponse response;
  response.Error.emplace();
  response.Error->Code = code_of(error);
  response.Error->Message = error.message;
  for (const auto& [name, value] : error.fields) {
    if (name == "Item") response.Error->Item = TRY(item::item_from_json(value));
  }
  return response;
}

class Batch {
 public:
  Batch(DynamoDb& dynamodb, Call& call, Transaction& tx, const BatchExecuteStatementInput& input)
      : context_{dynamodb, tx, call.now}, call_(call), input_(input) {}

  Result<BatchExecuteStatementOutput> run() {
    std::vector<Result<Bound>> statements;
    for (const BatchStatementRequest& one : input_.Statements) {
      statements.push_back(partiql::bind_statement(one.Statement, one.Parameters));
    }
    TRY(check_kinds(statements));
    BatchExecuteStatementOutput output;
    output.Responses.emplace();
    for (std::size_t i = 0; i < statements.size(); ++i) {
      auto response = statements[i] ? answer(*statements[i], input_.Statements[i])
                                    : Result<BatchStatementResponse>(fail(statements[i].error()));
      if (!response) {
        response = refusal(std::move(response).error());
        if (response && statements[i]) response->TableName = statements[i]->table();
      }
      if (!response) return fail(std::move(response).error());
      output.Responses->push_back(*std::move(response));
    }
    if (wants_capacity(input_.ReturnConsumedCapacity)) output.ConsumedCapacity = std::move(consumed_);
    return output;
  }

 private:
  static Result<> check_kinds(const std::vector<Result<Bound>>& statements) {
    const auto reads = [](const Result<Bound>& one) { return one && one->statement.reads(); };
    const auto writes = [](const Result<Bound>& one) { return one && !one->statement.reads(); };
    if (!std::ranges::any_of(statements, reads) || !std::ranges::any_of(statements, writes)) return {};
    return fail(validation_error(
        "The entire batch must consist of either read statements or write statements, you cannot mix both in one "
        "batch."));
  }

  Result<BatchStatementResponse> answer(const Bound& bound, const BatchStatementRequest& request) {
    if (bound.statement.kind == Statement::Kind::Exists) {
      return fail(validation_error("EXISTS can only be used in ExecuteTransaction write requests."));
    }
    const Source source = TRY(partiql::authorized_source(call_, context_.tx, bound, "BatchExecuteStatement"));
    BatchStatementResponse response;
    response.TableName = bound.table();
    Consumption consumption;
    if (bound.statement.reads()) {
      const std::string key = TRY(partiql::single_key(bound, source, "BatchExecuteStatement"));
      Found found = TRY(partiql::read_single(context_.tx, bound, key));
      response.Item = std::move(found.item);
      consumption.table(read_units(found.bytes, request.ConsistentRead.value_or(false)));
      if (context_.meter.on()) TRY(context_.meter.spend(consumption.charges(*source.table, Use::Read)));
      context_.meter.note(*source.table, consumption, Use::Read);
    } else {
      const Write write = TRY(partiql::bind_write(bound, source, request.ReturnValuesOnConditionCheckFailure));
      const Outcome outcome = TRY(partiql::run_write(context_, write));
      response.Item = partiql::returned(write, outcome);
      consumption.write(*write.table, outcome.old, after(write.action, outcome));
    }
    if (auto told = consumption.told(input_.ReturnConsumedCapacity, bound.table())) {
      consumed_.push_back(*std::move(told));
    }
    return response;
  }

  ChangeContext context_;
  Call& call_;
  const BatchExecuteStatementInput& input_;
  std::vector<ConsumedCapacity> consumed_;
};

}  // namespace

// All in one transaction of the store; a statement that fails has written nothing.
Result<BatchExecuteStatementOutput> batch_execute_statement(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                            const BatchExecuteStatementInput& input) {
  return Batch(dynamodb, call, tx, input).run();
}

}  // namespace orrery::dynamodb
