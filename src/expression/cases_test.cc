// The table of cases in tests/conformance/dynamodb/expression_cases.json: what each expression gives for an item, or
// the exact message with which it is refused.
#include "base/json.h"
#include "expression/condition.h"
#include "expression/key_condition.h"
#include "expression/projection.h"
#include "expression/reserved_words.h"
#include "expression/update.h"
#include "item/codec.h"

#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

namespace orrery::expression {
namespace {

json::value read_cases() {
  std::ifstream file(EXPRESSION_CASES);
  std::stringstream text;
  text << file.rdbuf();
  Result<json::value> document = parse_json(text.str());
  EXPECT_TRUE(document.ok()) << document.error().message;
  return document.ok() ? *std::move(document) : json::value();
}

item::Item item_of(const json::value& document) {
  const Result<item::Item> item = item::item_from_document(document);
  EXPECT_TRUE(item.ok()) << to_text(document);
  return item.ok() ? *item : item::Item();
}

item::KeySchema keys_of(std::string_view name) {
  item::KeySchema keys{{"pk", item::Type::S}, std::nullopt};
  if (name == "S and S") keys.sort = item::KeyAttribute{"sk", item::Type::S};
  if (name == "S and N") keys.sort = item::KeyAttribute{"sk", item::Type::N};
  return keys;
}

Role role_of(std::string_view kind) {
  if (kind == "filter") return Role::Filter;
  return kind == "key" ? Role::KeyCondition : Role::Condition;
}

std::string_view spelling(KeyCondition::Operator op) {
  constexpr std::string_view kNames[] = {"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"};
  return kNames[static_cast<std::size_t>(op)];
}

// One case; `outcome` is what the table says, in its own words.
class Case {
 public:
  Case(const json::value& row, const json::value& standard) : row_(row) {
    if (const json::value* names = find(row, "names")) {
      names_.emplace();
      for (const auto& [key, name] : names->as_object()) names_->emplace(key, name.as_string());
    }
    if (const json::value* values = find(row, "values")) {
      values_.emplace();
      for (const auto& [key, value] : values->as_object()) {
        const Result<item::Value> parsed = item::value_from_document(value);
        EXPECT_TRUE(parsed.ok());
        values_->emplace(key, *parsed);
      }
    }
    const json::value* item = find(row, "item");
    if (item != nullptr) item_ = item_of(item->is_string() ? standard : *item);
  }

  // Error: the message is what the table names. Otherwise the result has been compared.
  Result<> run() {
    Placeholders placeholders(names_, values_);
    TRY(placeholders.check({{"Expression", true}}));
    const std::string_view kind = *find_string(row_, "kind");
    const std::string_view text = *find_string(row_, "expression");
    if (kind == "projection") return projection(text, placeholders);
    if (kind == "update") return update(text, placeholders);
    const Condition condition = TRY(Condition::bind(role_of(kind), text, placeholders));
    TRY(placeholders.check_used());
    if (kind == "key") return key(condition);
    EXPECT_EQ(condition.holds(item_), find_bool(row_, "result"));
    return {};
  }

 private:
  void expect_item(std::string_view member, const item::Item& actual) const {
    const json::value* expected = find(row_, member);
    if (expected == nullptr) return;
    EXPECT_EQ(item::to_json(actual), item::to_json(item_of(*expected))) << member;
  }

  Result<> projection(std::string_view text, Placeholders& placeholders) {
    const Projection bound = TRY(Projection::bind(text, placeholders));
    TRY(placeholders.check_used());
    const item::Item actual = bound.apply(item_);
    EXPECT_TRUE(item::check_item(actual.bytes()).ok());
    expect_item("result", actual);
    return {};
  }

  Result<> update(std::string_view text, Placeholders& placeholders) {
    const Update bound = TRY(Update::bind(text, placeholders));
    TRY(placeholders.check_used());
    const item::Item actual = TRY(bound.apply(item_));
    EXPECT_TRUE(item::check_item(actual.bytes()).ok());
    if (const json::value* changes = find(row_, "changes")) {
      item::ItemBuilder expected(item_);
      for (const auto& [name, value] : changes->as_object()) {
        if (value.is_null()) {
          expected.erase(name);
        } else {
          expected.set(name, *item::value_from_document(value));
        }
      }
      EXPECT_EQ(item::to_json(actual), item::to_json(expected.build()));
    }
    expect_item("updated_old", bound.updated(item_));
    expect_item("updated_new", bound.updated(actual));
    return {};
  }

  Result<> key(const Condition& condition) {
    const KeyTerms terms = TRY(KeyTerms::of(condition));
    const KeyCondition actual = TRY(terms.match(keys_of(*find_string(row_, "keys"))));
    json::object out;
    out["partition"] = item::to_document(actual.partition);
    if (actual.sort) {
      out["op"] = spelling(actual.sort->op);
      out["value"] = item::to_document(actual.sort->value);
      if (actual.sort->op == KeyCondition::Operator::Between) out["upper"] = item::to_document(actual.sort->upper);
    }
    const json::value* expected = find(row_, "result");
    EXPECT_TRUE(expected != nullptr && *expected == out) << out;
    return {};
  }

  const json::value& row_;
  std::optional<Placeholders::Names> names_;
  std::optional<Placeholders::Values> values_;
  item::Item item_;
};

TEST(ExpressionCases, AreAsTheTableSays) {
  const json::value document = read_cases();
  const json::value* cases = find(document, "cases");
  ASSERT_NE(cases, nullptr);
  EXPECT_GE(cases->as_array().size(), 400U);
  for (const json::value& row : cases->as_array()) {
    SCOPED_TRACE(to_text(row).substr(0, 400));
    Case one(row, *find(document, "standard"));
    const Result<> result = one.run();
    const std::optional<std::string_view> expected = find_string(row, "error");
    if (expected) {
      ASSERT_FALSE(result.ok()) << "is not refused";
      EXPECT_EQ(result.error().message, *expected);
      EXPECT_EQ(result.error().code, "ValidationException");
    } else {
      EXPECT_TRUE(result.ok()) << result.error().message;
    }
  }
}

TEST(ReservedWords, AreSortedAndFoundInAnyCase) {
  const std::span<const std::string_view> words = reserved_words();
  EXPECT_TRUE(std::is_sorted(words.begin(), words.end()));
  EXPECT_EQ(words.front(), "ABORT");
  EXPECT_EQ(words.back(), "ZONE");
  for (const std::string_view word : words) EXPECT_TRUE(is_reserved_word(word)) << word;
  EXPECT_TRUE(is_reserved_word("localTIMEstamp"));
  EXPECT_FALSE(is_reserved_word("abor"));
  EXPECT_FALSE(is_reserved_word(""));
  EXPECT_FALSE(is_reserved_word("localtimestampx"));
}

}  // namespace
}  // namespace orrery::expression
