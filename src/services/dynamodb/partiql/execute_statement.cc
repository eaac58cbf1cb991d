#include "services/dynamodb/items/capacity.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/partiql/select.h"
#include "services/dynamodb/partiql/write.h"

namespace orrery::dynamodb {
namespace {

using partiql::Bound;
using partiql::Selected;
using partiql::SelectOptions;
using partiql::Statement;
using partiql::Write;

Result<ExecuteStatementOutput> run_select(DynamoDb& dynamodb, const Call& call, Transaction& tx,
                                          const ExecuteStatementInput& input, const Bound& bound,
                                          const Source& source) {
  SelectOptions options;
  options.consistent = input.ConsistentRead.value_or(false);
  options.limit = input.Limit;
  options.next_token = &input.NextToken;
  Selected selected = TRY(partiql::select(tx, call, bound, source, options));
  Meter meter(dynamodb.throughput, tx);
  if (meter.on()) TRY(meter.spend(page_charges(source, selected.page, options.consistent)));
  if (meter.notes()) {
    meter.note(*source.table, page_consumption(source, selected.page, options.consistent), Use::Read);
  }
  ExecuteStatementOutput output;
  output.ConsumedCapacity =
      page_capacity(input.ReturnConsumedCapacity, bound.table(), source, selected.page, options.consistent);
  output.Items = std::move(selected.page.items);
  output.LastEvaluatedKey = std::move(selected.page.last);
  output.NextToken = std::move(selected.next_token);
  return output;
}

}  // namespace

Result<ExecuteStatementOutput> execute_statement(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                 const ExecuteStatementInput& input) {
  const Bound bound = TRY(partiql::bind_statement(input.Statement, input.Parameters));
  if (bound.statement.kind == Statement::Kind::Exists) {
    return fail(validation_error("EXISTS can only be used in ExecuteTransaction write requests."));
  }
  const Source source = TRY(partiql::authorized_source(call, tx, bound, {}));
  if (bound.statement.reads()) return run_select(dynamodb, call, tx, input, bound, source);

  const Write write = TRY(partiql::bind_write(bound, source, input.ReturnValuesOnConditionCheckFailure));
  const Outcome outcome = TRY(partiql::run_write({dynamodb, tx, call.now}, write));
  ExecuteStatementOutput output;
  output.Items.emplace();
  if (auto item = partiql::returned(write, outcome)) output.Items->push_back(*std::move(item));
  if (wants_capacity(input.ReturnConsumedCapacity)) {
    Consumption consumption;
    consumption.write(*write.table, outcome.old, after(write.action, outcome));
    output.ConsumedCapacity = consumption.told(input.ReturnConsumedCapacity, bound.table());
  }
  return output;
}

}  // namespace orrery::dynamodb
