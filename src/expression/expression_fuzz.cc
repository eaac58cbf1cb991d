// Any text as each kind of expression: `text` is split at the first line feed; the first byte of what is before it
// chooses the kind, the rest is the expression, what follows is the item's JSON. Whatever is read is bound to values of
// every type and evaluated; what comes out is a valid encoding, and the same each time.
#include "base/check.h"
#include "expression/key_condition.h"
#include "expression/parse.h"
#include "expression/projection.h"
#include "expression/update.h"
#include "item/codec.h"

#include <cstdint>

namespace {

using orrery::Result;
using orrery::item::Item;
using orrery::item::ItemView;
using orrery::item::Value;
namespace expression = orrery::expression;

Value value_of(std::size_t slot) {
  switch (slot % 7) {
    case 0:
      return Value::string("a");
    case 1:
      return Value::number(static_cast<std::int64_t>(slot));
    case 2:
      return Value::list(std::vector<Value>{Value::number(1), Value::map(Item{{"a", Value::string("x")}})});
    case 3:
      return Value::string_set({"a", "b"});
    case 4:
      return Value::number_set({orrery::item::Decimal(1), orrery::item::Decimal(-2)});
    case 5:
      return Value::binary("a\xff");
    default:
      return Value::boolean(true);
  }
}

void evaluate_condition(expression::Role role, std::string_view text, expression::Placeholders& placeholders,
                        const Item& item) {
  const Result<expression::Condition> condition = expression::Condition::bind(role, text, placeholders);
  if (!condition.ok()) return;
  condition->holds(item);
  condition->holds(ItemView());
  CHECK(condition->attributes().size() >= condition->nested_attributes().size());
  const Result<expression::KeyTerms> terms = expression::KeyTerms::of(*condition);
  if (!terms.ok()) return;
  using orrery::item::Type;
  for (const Type type : {Type::S, Type::N, Type::B}) {
    (void)terms->match({{"a", type}, std::nullopt}).ok();
    (void)terms->match({{"a", type}, orrery::item::KeyAttribute{"b", Type::N}}).ok();
  }
}

void evaluate_projection(std::string_view text, expression::Placeholders& placeholders, const Item& item) {
  const Result<expression::Projection> projection = expression::Projection::bind(text, placeholders);
  if (!projection.ok()) return;
  const Item part = projection->apply(item);
  CHECK(orrery::item::check_item(part.bytes()).ok());
  CHECK(part.bytes().size() <= item.bytes().size());
  for (const auto& entry : part.view()) CHECK(item.find(entry.name).has_value());
  CHECK(projection->apply(ItemView()).empty());
}

void evaluate_update(std::string_view text, expression::Placeholders& placeholders, const Item& item) {
  const Result<expression::Update> update = expression::Update::bind(text, placeholders);
  if (!update.ok()) return;
  for (const ItemView old : {item.view(), ItemView()}) {
    const Result<Item> changed = update->apply(old);
    if (!changed.ok()) continue;
    CHECK(orrery::item::check_item(changed->bytes()).ok());
    CHECK(*update->apply(old) == *changed);
    CHECK(orrery::item::check_item(update->updated(*changed).bytes()).ok());
    // Nothing else is touched.
    const auto written = update->attributes();
    orrery::item::ItemBuilder before(old);
    orrery::item::ItemBuilder after(*changed);
    for (const std::string_view name : written) {
      before.erase(name);
      after.erase(name);
    }
    CHECK(before.build() == after.build());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.empty()) return 0;
  const auto role = static_cast<expression::Role>(static_cast<unsigned char>(text.front()) % 5);
  text.remove_prefix(1);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const Result<Item> given = orrery::item::item_from_json(text.substr(std::min(end + 1, text.size())));
  const Item item = given.ok() ? *given : Item{{"a", value_of(2)}, {"b", value_of(1)}};
  text = text.substr(0, end);

  const Result<expression::Ast> ast = expression::parse(role, text);
  if (!ast.ok()) {
    CHECK(ast.error().message.starts_with("Invalid " + std::string(name_of(role)) + ": "));
    return 0;
  }
  expression::Placeholders::Names names;
  expression::Placeholders::Values values;
  for (const std::string& name : ast->names) names.emplace(name, std::string(1, "abc"[names.size() % 3]));
  for (const std::string& name : ast->values) values.emplace(name, value_of(values.size()));
  expression::Placeholders placeholders(&names, &values);
  if (role == expression::Role::Projection) {
    evaluate_projection(text, placeholders, item);
  } else if (role == expression::Role::Update) {
    evaluate_update(text, placeholders, item);
  } else {
    evaluate_condition(role, text, placeholders, item);
  }
  return 0;
}
