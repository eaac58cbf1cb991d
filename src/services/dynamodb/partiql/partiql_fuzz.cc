// Any text: parsed or refused; what is parsed is planned and translated.
#include "services/dynamodb/partiql/plan.h"
#include "services/dynamodb/partiql/translate.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace orrery::dynamodb;
  constexpr std::size_t kMaxStatement = 8192;  // as the model has it
  const std::string text(reinterpret_cast<const char*>(data), std::min(size, kMaxStatement));
  const auto statement = partiql::parse_statement(text);
  if (!statement) return 0;
  const std::vector<orrery::item::Value> parameters(statement->parameters, orrery::item::Value::string("p"));

  auto table = std::make_shared<Table>();
  table->keys.partition = {"pk", orrery::item::Type::S};
  table->keys.sort = orrery::item::KeyAttribute{"sk", orrery::item::Type::N};
  const Source source{table, nullptr};
  (void)partiql::plan_of(*statement, source, parameters);
  (void)partiql::exact_key(*statement, table->keys, parameters);
  (void)partiql::item_of(statement->item, parameters);
  (void)partiql::update_of(statement->assignments, parameters);
  (void)partiql::Columns::of(statement->columns);
  if (!statement->where) return 0;
  const auto condition = partiql::condition_of({&*statement->where}, parameters);
  if (condition) (void)condition->holds(orrery::item::Item{{"pk", orrery::item::Value::string("p")}});
  return 0;
}
