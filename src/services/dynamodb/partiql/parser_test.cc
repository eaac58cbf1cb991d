#include "services/dynamodb/partiql/syntax.h"

#include <gtest/gtest.h>

namespace orrery::dynamodb::partiql {
namespace {

std::string refusal(std::string_view text) {
  const auto parsed = parse_statement(text);
  return parsed ? "parsed" : parsed.error().message;
}
std::string malformed_as(std::string_view why) { return malformed(why).message; }

TEST(PartiqlParser, StatementsOfEveryKind) {
  EXPECT_EQ(parse_statement("SELECT a, b.c[2].\"d e\" FROM \"T\".\"by-x\" WHERE a = 1 ORDER BY b DESC, c ASC")->kind,
            Statement::Kind::Select);
  EXPECT_EQ(parse_statement("insert into T value {'a': [1, <<'x'>>, {'b': null}], 'c': ?}")->parameters, 1U);
  const auto update =
      parse_statement("UPDATE T SET a = 1, b = a + 2 REMOVE c.d WHERE k = 'x' RETURNING MODIFIED OLD *");
  ASSERT_TRUE(update);
  EXPECT_EQ(update->assignments.size(), 3U);
  EXPECT_EQ(update->returning->text(), "RETURNING MODIFIED OLD *");
  EXPECT_EQ(parse_statement("FROM T WHERE k = 'x' SET a = 1")->kind, Statement::Kind::Update);
  EXPECT_EQ(parse_statement("DELETE FROM T WHERE k = 'x'; ")->kind, Statement::Kind::Delete);
  EXPECT_EQ(parse_statement("EXISTS(SELECT * FROM T WHERE k = 'x' AND a > 1)")->kind, Statement::Kind::Exists);
  EXPECT_EQ(parse_statement("SELECT * FROM T -- note\nWHERE /* two\nlines */ a = 'it''s'")->where->args[1].text,
            "it's");
}

TEST(PartiqlParser, Precedence) {
  const auto parsed =
      parse_statement("SELECT * FROM T WHERE NOT a = 1 AND b = 2 OR c BETWEEN 1 AND 2 AND d IS NOT MISSING");
  ASSERT_TRUE(parsed);
  const Expr& either = *parsed->where;
  ASSERT_EQ(either.kind, Expr::Kind::Or);
  EXPECT_EQ(either.args[0].kind, Expr::Kind::And);
  EXPECT_EQ(either.args[0].args[0].kind, Expr::Kind::Not);
  EXPECT_EQ(either.args[1].args[0].kind, Expr::Kind::Between);
  EXPECT_EQ(either.args[1].args[1].kind, Expr::Kind::Not);
}

// The service's own texts, as its users have recorded them.
TEST(PartiqlParser, RefusalsOfMalformedStatements) {
  const std::string left_over = malformed_as("Unexpected token after expression");
  const std::string nothing = malformed_as("");
  const std::pair<std::string_view, std::string> cases[] = {
      {"SELECT * FROM \"N\" WHERE pk = 1 foo", left_over},
      {"SELECT * FROM \"N\" WHERE pk = 1 e5", left_over},
      {"INSERT INTO \"N\" VALUE {'pk': 1} foo", left_over},
      {"UPDATE \"N\" SET a = 9 WHERE pk = 1 foo", left_over},
      {"DELETE FROM \"N\" WHERE pk = 1 foo", left_over},
      {"SELECT * FROM \"N\" WHERE pk = 1)", left_over},
      {"DELETE FROM \"N\" WHERE pk = 1 ORDER BY pk", left_over},
      {"SELECT * FROM \"N\" ORDER BY pk WHERE pk = 1", left_over},
      {"FROM \"N\" SET c = 1 WHERE pk = 'x'", left_over},
      {"INSERT INTO \"N\" t VALUE {'pk': 'x'}", left_over},
      {"SELECT * FROM \"N\" WHERE pk = 1e2147483648", nothing},
      {"SELECT * FROM \"N\" WHERE pk = 1.5e-2147483647", nothing},
      {"SELECT * FROM \"N\" WHERE pk = 1 # note", nothing},
      {"SELECT * FROM \"N\" WHERE pk = 1 /* note", nothing},
      {"SELECT * FROM \"N", nothing},
      {"SELECT * FROM \"N\" t WHERE pk = 1", "Aliasing is not supported"},
      {"SELECT * FROM \"N\" AS t WHERE pk = 1", "Aliasing is not supported"},
      {"UPDATE \"N\" t SET a = 3 WHERE pk = 1", "Aliasing is not supported"},
      {"SELECT * FROM \"N\" WHERE", malformed_as("Unexpected term")},
      {"SELECT * FROM \"N\" WHERE;", malformed_as("Unexpected term")},
      {"UPDATE \"N\" SET a = 1 WHERE", malformed_as("Unexpected term")},
      {"SELECT * FROM \"N\" WHERE NOT", malformed_as("Unexpected term")},
      {"SELECT * FROM \"N\" WHERE (", malformed_as("Unexpected term")},
      {"SELECT * FROM", malformed_as("Unexpected term")},
      {"SELECT * FROM \"N\" WHERE pk = 'p1' AND", malformed_as("Missing right-hand side expression of infix operator")},
      {"SELECT * FROM \"N\" WHERE pk = 'p1' OR", malformed_as("Missing right-hand side expression of infix operator")},
      {"SELECT * FROM \"N\" WHERE ORDER BY pk", malformed_as("Unexpected keyword")},
      {"SELECT * FROM \"N\" WHERE pk = 'a' AND x IS FOO", malformed_as("Expected type name")},
      {"SELECT * FROM \"N\" WHERE IS NULL", malformed_as("Unexpected operator")},
      {"SELECT * FROM \"N\" WHERE pk = LIKE", malformed_as("Unexpected operator")},
      {"DELETE FROM", malformed_as("Expected identifier for simple path")},
      {"DELETE FROM;", malformed_as("Expected identifier for simple path")},
      {"DELETE FROM WHERE pk = 'a'", malformed_as("Expected identifier for simple path")},
      {"SLECT * FROM \"N\" WHERE pk = 'a'", malformed_as("Expected data manipulation")},
      {"SELECT * FROM \"N\" WHERE attribute_exists(m.inner)", malformed_as("Invalid path dot component")},
      {"x IS INT4", "Unsupported operation: IsType"},
      {"x IS DOUBLE PRECISION", "Unsupported operation: IsType"},
      {"x IS CHARACTER VARYING", "Unsupported operation: IsType"},
      {"SELECT * FROM \"T\".\"i\".\"x\"", "A path may contain at most 2 components in the FROM clause"},
      {"SELECT * FROM \"\" WHERE pk = 'p'", "Path component cannot be an empty string"},
      {"SELECT COUNT(*) FROM \"T\"", "Unexpected path component at 1:8:5"},
      {"SELECT *\nFROM \"T\" LIMIT 3", "Unsupported clause: LIMIT at 2:10:5"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(refusal(text), message) << text;
}

TEST(PartiqlParser, DeepNestingIsRefused) {
  EXPECT_EQ(refusal("SELECT * FROM T WHERE " + std::string(4000, '(')), malformed_as(""));
  EXPECT_EQ(refusal("INSERT INTO T VALUE " + std::string(4000, '[')), malformed_as(""));
  std::string nots = "SELECT * FROM T WHERE ";
  for (int i = 0; i < 2000; ++i) nots += "NOT ";
  EXPECT_EQ(refusal(nots), malformed_as(""));
}

}  // namespace
}  // namespace orrery::dynamodb::partiql
