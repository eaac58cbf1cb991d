#include "services/dynamodb/partiql/write.h"

#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/partiql/translate.h"

namespace orrery::dynamodb::partiql {
namespace {

using Kind = ItemAction::Kind;

// attribute_exists(pk), or its opposite: whether there is an item.
Expr presence(std::string_view function, const item::KeySchema& keys) {
  Expr path;
  path.kind = Expr::Kind::Path;
  path.path = {expression::PathStep::of(keys.partition.name)};
  Expr out;
  out.kind = Expr::Kind::Call;
  out.text = function;
  out.args.push_back(std::move(path));
  return out;
}

Result<> check_returning(const Statement& statement) {
  if (statement.kind != Statement::Kind::Delete || !statement.returning) return {};
  if (statement.returning->all && statement.returning->old) return {};
  return fail(validation_error("Invalid returning clause: " + statement.returning->text() +
                               ". Only RETURNING ALL OLD * is allowed in DELETE statements."));
}

Result<> bind_insert(const Bound& bound, Write& write) {
  *write.subject = TRY(item_of(bound.statement.item, bound.parameters));
  TRY(check_item_size(*write.subject));
  const Expr absent = presence("attribute_not_exists", write.table->keys);
  write.action.kind = Kind::Put;
  write.action.condition = TRY(condition_of({&absent}, bound.parameters));
  return {};
}

// UPDATE, DELETE and EXISTS name one item, and perhaps say more of it.
Result<> bind_to_item(const Bound& bound, Write& write) {
  const Statement& statement = bound.statement;
  auto exact = TRY(exact_key(statement, write.table->keys, bound.parameters));
  const bool exists = statement.kind == Statement::Kind::Exists;
  if (exists && (!exact || exact->rest.empty())) {
    return fail(validation_error("EXISTS() must contain a single item read with additional condition"));
  }
  if (!exact) {
    return fail(validation_error("Where clause does not contain a mandatory equality on all key attributes"));
  }
  *write.subject = std::move(exact->key);
  const Expr present = presence("attribute_exists", write.table->keys);
  write.action.kind = exists ? Kind::Check : Kind::Delete;
  if (statement.kind == Statement::Kind::Update) {
    write.action.kind = Kind::Update;
    write.action.update = TRY(update_of(statement.assignments, bound.parameters));
    // An update makes no items.
    exact->rest.insert(exact->rest.begin(), &present);
  }
  write.action.condition = TRY(condition_of(exact->rest, bound.parameters));
  return {};
}

}  // namespace

Result<Write> bind_write(const Bound& bound, const Source& source, const std::optional<std::string>& return_values) {
  TRY(check_returning(bound.statement));
  if (source.index != nullptr) return fail(validation_error("This operation is not supported on an index"));
  Write write;
  write.table = source.table;
  write.subject = std::make_unique<item::Item>();
  write.returning = bound.statement.returning;
  TRY(bound.statement.kind == Statement::Kind::Insert ? bind_insert(bound, write) : bind_to_item(bound, write));
  write.action.table = bound.table();
  write.action.subject = *write.subject;
  write.action.tells_item = return_values == ReturnValuesOnConditionCheckFailure::ALL_OLD;
  write.key = TRY(key_of(*write.table, write.action));
  return write;
}

Result<Outcome> run_write(const ChangeContext& context, const Write& write) {
  auto outcome = perform(context, *write.table, write.key, write.action, true);
  const bool duplicate =
      !outcome && write.action.kind == Kind::Put && outcome.error().code == "ConditionalCheckFailedException";
  if (duplicate) return fail(errors::DuplicateItemException("Duplicate primary key exists in table"));
  return outcome;
}

std::optional<item::Item> returned(const Write& write, const Outcome& outcome) {
  if (!write.returning) return std::nullopt;
  const auto& item = write.returning->old ? outcome.old : outcome.updated;
  if (!item || write.returning->all) return item;
  item::Item part = write.action.update.updated(*item);
  if (part.empty()) return std::nullopt;
  return part;
}

}  // namespace orrery::dynamodb::partiql
