#include "services/dynamodb/partiql/bound.h"

#include "services/dynamodb/access.h"
#include "services/dynamodb/items/page_terms.h"
#include "services/dynamodb/partiql/translate.h"

namespace orrery::dynamodb::partiql {
namespace {

std::string_view action_of(Statement::Kind kind) {
  switch (kind) {
    case Statement::Kind::Insert:
      return "dynamodb:PartiQLInsert";
    case Statement::Kind::Update:
      return "dynamodb:PartiQLUpdate";
    case Statement::Kind::Delete:
      return "dynamodb:PartiQLDelete";
    case Statement::Kind::Select:
    case Statement::Kind::Exists:
      break;
  }
  return "dynamodb:PartiQLSelect";
}

void add_attributes(const Expr& expr, ItemAccess& access) {
  if (expr.kind == Expr::Kind::Path) access.set("dynamodb:Attributes", expr.path[0].name);
  for (const Expr& arg : expr.args) add_attributes(arg, access);
}

Result<Source> find_source(std::shared_ptr<const Table> table, const Bound& bound) {
  Source source{std::move(table), nullptr};
  const auto index = bound.index();
  if (!index) return source;
  source.index = source.table->find_index(*index);
  // Without the name, unlike Query's.
  if (source.index == nullptr) return fail(validation_error("The table does not have the specified index"));
  return source;
}

// What policies want to know of a statement on that source. What is wrong with it is its execution's to say.
Result<> describe(const Bound& bound, const Source& source, ItemAccess& access) {
  const Statement& statement = bound.statement;
  if (statement.where) add_attributes(*statement.where, access);
  for (const Expr& column : statement.columns) add_attributes(column, access);
  for (const Assignment& assignment : statement.assignments) {
    access.set("dynamodb:Attributes", assignment.path[0].name);
    add_attributes(assignment.value, access);
  }
  if (statement.kind == Statement::Kind::Insert) {
    const auto item = item_of(statement.item, bound.parameters);
    return item ? access.add(*item) : Result<>();
  }
  const auto plan = plan_of(statement, source, bound.parameters);
  if (!plan) return {};
  if (statement.kind == Statement::Kind::Select) {
    access.set("dynamodb:FullTableScan", plan->scans ? "true" : "false");
    access.set("dynamodb:Select", effective_select(std::nullopt, !statement.columns.empty(), source.index != nullptr));
  }
  for (const item::Value& partition : plan->partitions) {
    TRY(access.add(item::Item{{source.table->keys.partition.name, partition}}));
  }
  return {};
}

}  // namespace

std::optional<std::string> Bound::index() const {
  if (statement.source.size() < 2) return std::nullopt;
  return statement.source[1];
}

Result<Bound> bind_statement(const std::string& text, const std::optional<std::vector<item::Value>>& parameters) {
  Bound out;
  out.statement = TRY(parse_statement(text));
  if (parameters) out.parameters = *parameters;
  TRY(check_parameters(out.statement, out.parameters));
  return out;
}

Result<Source> authorized_source(Call& call, Reader& reader, const Bound& bound, std::string_view operation) {
  ItemAccess access(call, reader, bound.table());
  const TableName name = TRY(parse_table_name(call, bound.table()));
  const auto table = TRY(find_table(reader, name));
  if (access.matters() && table != nullptr) {
    if (const auto source = find_source(table, bound)) TRY(describe(bound, *source, access));
    if (!operation.empty()) access.set("dynamodb:EnclosingOperation", operation);
  }
  Access wanted = std::move(access).take();
  wanted.action = action_of(bound.statement.kind);
  wanted.resource = index_arn(std::move(wanted.resource), bound.index());
  TRY(call.authorizer->check(reader, call, wanted));
  if (table == nullptr || table->is_being_created(call.now)) return fail(not_found());
  return find_source(table, bound);
}

}  // namespace orrery::dynamodb::partiql
