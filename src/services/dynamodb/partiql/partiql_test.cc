#include "services/dynamodb/partiql/testing.h"

namespace orrery::dynamodb {
namespace {

using item::Value;

TEST_F(PartiqlTest, InsertSelectUpdateDelete) {
  create("music", true);
  EXPECT_EQ(
      result(R"(INSERT INTO "music" VALUE {'id': 'a', 'at': 1, 'tags': <<'x', 'y'>>, 'm': {'n': [1, {'o': true}]}})"),
      "");
  EXPECT_EQ(result(R"(INSERT INTO "music" VALUE {'id': 'a', 'at': 1})"),
            "DuplicateItemException: Duplicate primary key exists in table");
  EXPECT_EQ(result(R"(SELECT m.n[1].o, "tags" FROM music WHERE id = 'a' AND at = ?)", {Value::number(1)}),
            R"({"o":{"BOOL":true},"tags":{"SS":["x","y"]}})");
  EXPECT_EQ(result(R"(UPDATE music SET c = 5, d = ['q'] REMOVE m WHERE id = 'a' AND at = 1 RETURNING ALL NEW *)"),
            R"({"at":{"N":"1"},"c":{"N":"5"},"d":{"L":[{"S":"q"}]},"id":{"S":"a"},"tags":{"SS":["x","y"]}})");
  EXPECT_EQ(result(R"(UPDATE music SET c = c + 2 WHERE id = 'a' AND at = 1 AND c = 5 RETURNING MODIFIED OLD *)"),
            R"({"c":{"N":"5"}})");
  EXPECT_EQ(result(R"(UPDATE music SET c = 0 WHERE id = 'a' AND at = 1 AND c = 5)"),
            "ConditionalCheckFailedException: The conditional request failed");
  EXPECT_EQ(result(R"(UPDATE music SET c = 0 WHERE id = 'none' AND at = 1)"),
            "ConditionalCheckFailedException: The conditional request failed");
  EXPECT_EQ(
      result(R"(UPDATE music SET d = list_append(d, [2]) SET tags = set_add(tags, <<'z'>>) WHERE id = 'a' AND at = 1
                      RETURNING MODIFIED NEW *)"),
      R"({"d":{"L":[{"S":"q"},{"N":"2"}]},"tags":{"SS":["x","y","z"]}})");
  EXPECT_EQ(
      result(R"(DELETE FROM music WHERE id = 'a' AND at = 1 RETURNING ALL OLD *)"),
      R"({"at":{"N":"1"},"c":{"N":"7"},"d":{"L":[{"S":"q"},{"N":"2"}]},"id":{"S":"a"},"tags":{"SS":["x","y","z"]}})");
  EXPECT_EQ(result(R"(DELETE FROM music WHERE id = 'a' AND at = 1 RETURNING ALL OLD *)"), "");
}

TEST_F(PartiqlTest, WhereChoosesPartitionsAndRanges) {
  create("events", true);
  for (const char* id : {"a", "b", "c"}) {
    for (int at = 1; at <= 4; ++at) {
      put("events",
          item::Item{{"id", Value::string(id)}, {"at", Value::number(at)}, {"even", Value::boolean(at % 2 == 0)}});
    }
  }
  const auto ats = [&](const std::string& where) {
    const auto found = execute("SELECT id, at FROM events WHERE " + where);
    if (!found) return found.error().message;
    std::string out;
    for (const item::Item& one : *found->Items) {
      out += std::string(one.find("id")->string()) + std::string(one.find("at")->number_text()) + ' ';
    }
    return out;
  };
  EXPECT_EQ(ats("id = 'a'"), "a1 a2 a3 a4 ");
  EXPECT_EQ(ats("id = 'a' AND at > 2"), "a3 a4 ");
  EXPECT_EQ(ats("id = 'a' AND 3 > at ORDER BY at DESC"), "a2 a1 ");
  EXPECT_EQ(ats("id = 'a' AND at BETWEEN 2 AND 3 AND even = true"), "a2 ");
  EXPECT_EQ(ats("id IN ['c', 'a'] AND at <= 1"), "c1 a1 ");
  EXPECT_EQ(ats("id IN ('c', 'a') AND at >= 4 ORDER BY id ASC"), "a4 c4 ");
  EXPECT_EQ(ats("id = 'a' AND at = 1 OR id = 'b' AND at = 2"), "a1 b2 ");
  EXPECT_EQ(ats("(id = 'a' OR id = 'b') AND at = 3"), "a3 b3 ");
  EXPECT_EQ(ats("id = 'a' AND NOT at = 1 OR id = 'a' AND at = 2"), "a2 a3 a4 ");
  EXPECT_EQ(ats("id = 'a' AND at < 2 OR id = 'a' AND at > 3 ORDER BY at DESC"), "a4 a1 ");
  EXPECT_EQ(ats("id = 'a' AND even = true OR id = 'a' AND at = 2"),
            "Overlapping conditions with range keys are not supported in where clause");
  EXPECT_EQ(ats("id = 5"),
            "One or more parameter values were invalid: Condition parameter type does not match schema type");
  EXPECT_EQ(ats("id = 'a' AND at IS MISSING"), "");
  EXPECT_EQ(ats("id = 'a' AND even IS BOOL AND size(id) = 1 AND attribute_exists(even) = true AND contains(id, 'a')"),
            "a1 a2 a3 a4 ");
  EXPECT_EQ(ats("even = true AND at = 4 ORDER BY at"),
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.");
  EXPECT_EQ(execute("SELECT * FROM events WHERE at = 4")->Items->size(), 3U);  // a scan
}

TEST_F(PartiqlTest, Pages) {
  create("events", true);
  for (const char* id : {"a", "b"}) {
    for (int at = 1; at <= 5; ++at) put("events", item::Item{{"id", Value::string(id)}, {"at", Value::number(at)}});
  }
  ExecuteStatementInput input;
  input.Statement = "SELECT at FROM events WHERE id IN ['b', 'a'] AND at <> 2 ORDER BY id DESC, at DESC";
  input.Limit = 3;
  std::string all;
  for (int page = 0; page < 5; ++page) {
    const auto output = run(&execute_statement, input);
    ASSERT_TRUE(output) << output.error().message;
    for (const item::Item& item : *output->Items) all += item.find("at")->number_text();
    all += '|';
    input.NextToken = output->NextToken;
    EXPECT_EQ(output->LastEvaluatedKey.has_value(), output->NextToken.has_value());
    if (!input.NextToken) break;
  }
  EXPECT_EQ(all, "543|15|43|1|");

  input.NextToken = run(&execute_statement,
                        [&] {
                          auto first = input;
                          first.NextToken.reset();
                          return first;
                        }())
                        ->NextToken;
  input.Statement = "SELECT at FROM events WHERE id IN ['b'] ORDER BY id DESC, at DESC";
  EXPECT_EQ(run(&execute_statement, input).error().message, "NextToken does not match request");
  input.NextToken = "nonsense";
  EXPECT_EQ(run(&execute_statement, input).error().message, "Invalid NextToken");
}

TEST_F(PartiqlTest, Refusals) {
  create("plain");
  const std::string invalid = "ValidationException: ";
  const std::string no_key = invalid + "Where clause does not contain a mandatory equality on all key attributes";
  EXPECT_EQ(result("UPDATE plain SET a = 1"), no_key);
  EXPECT_EQ(result("DELETE FROM plain WHERE id > 'a'"), no_key);
  EXPECT_EQ(result("DELETE FROM plain WHERE id = 'a' OR id = 'b'"), no_key);
  EXPECT_EQ(result("DELETE FROM plain WHERE id = 'a' AND id = 'b'"),
            invalid + "Multiple conditions on same key id. Only single item Update/Insert/Delete are supported");
  EXPECT_EQ(result("DELETE FROM plain WHERE id = 'x' RETURNING MODIFIED OLD *"),
            invalid +
                "Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE "
                "statements.");
  EXPECT_EQ(result("SELECT * FROM nothing_here"), "ResourceNotFoundException: Requested resource not found");
  EXPECT_EQ(result("SELECT * FROM plain.idx"), invalid + "The table does not have the specified index");
  EXPECT_EQ(result("SELECT * FROM plain WHERE id = ?"),
            invalid + "Number of parameters in request and statement don't match.");
  EXPECT_EQ(result("SELECT * FROM plain WHERE id = 'a' AND v < ?", {Value::boolean(true)}),
            invalid + "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL");
  EXPECT_EQ(result("SELECT * FROM plain WHERE attribute_exists('a')"),
            invalid + "Operator or function requires a document path; operator or function: attribute_exists");
  EXPECT_EQ(result("SELECT * FROM plain WHERE attribute_exists(a, b)"),
            invalid +
                "Incorrect number of operands for operator or function; operator or function: attribute_exists, number "
                "of operands: 2");
  EXPECT_EQ(result("SELECT * FROM plain WHERE EXISTS(a)"), invalid + "Unrecognized function: exists at 1:27:6");
  EXPECT_EQ(result("UPDATE plain SET t = set_add(ss, <<'x'>>) WHERE id = 'a'"),
            invalid + "The first argument to SET_ADD must equal the assignment value at 1:22:7");
  EXPECT_EQ(result("UPDATE plain SET ss = set_add(ss, 'x') WHERE id = 'a'"),
            invalid + "The second argument to SET_ADD must be a value with type SET at 1:31:2");
  EXPECT_EQ(result("UPDATE plain SET ss = set_delete(ss) WHERE id = 'a'"),
            invalid + "SET_DELETE must have exactly two arguments at 1:23:10");
  EXPECT_EQ(result("UPDATE plain SET ss = set_add(ss, <<'x', 'x'>>) WHERE id = 'a'"),
            invalid + "One or more parameter values were invalid: Input collection [x, x] contains duplicates.");
  EXPECT_EQ(result("UPDATE plain SET ss = set_add(ss, <<>>) WHERE id = 'a'"), invalid + "Empty bags are not supported");
  EXPECT_EQ(
      result("INSERT INTO plain VALUE {'id': 'i', 'm': {'x': 1e126}}"),
      invalid +
          "Number overflow. Attempting to store a number with magnitude larger than supported range under root.x");
  EXPECT_EQ(result("INSERT INTO plain VALUE {'id': 'i', 'l': [1, 1e126]}"),
            invalid +
                "Number overflow. Attempting to store a number with magnitude larger than supported range under "
                "root[1]");
  EXPECT_EQ(result("INSERT INTO plain VALUE {'id': 'i', 'ss': set_add(<<'a'>>, <<'b'>>)}"),
            invalid + "Unsupported data type: set_add under key root at 1:43:7");
  EXPECT_EQ(result("INSERT INTO plain VALUE 5"),
            invalid +
                "Unsupported format in item expression. Please use struct format {...} to express item values for "
                "insert statement.");
  EXPECT_EQ(result("EXISTS(SELECT * FROM plain WHERE id = 'a' AND b = 1)"),
            invalid + "EXISTS can only be used in ExecuteTransaction write requests.");
}

TEST_F(PartiqlTest, EachStatementOfABatchForItself) {
  create("plain");
  put("plain", item::Item{{"id", Value::string("a")}, {"v", Value::number(1)}});
  BatchExecuteStatementInput input;
  const auto add = [&](const std::string& text) { input.Statements.emplace_back().Statement = text; };
  add("INSERT INTO plain VALUE {'id': 'b'}");
  add("INSERT INTO plain VALUE {'id': 'a'}");
  add("SLECT");
  add("UPDATE plain SET v = 2 WHERE id = 'a' AND v = 5");
  add("DELETE FROM plain WHERE id = 'a' RETURNING ALL OLD *");
  add("DELETE FROM elsewhere WHERE id = 'a'");
  input.Statements[3].ReturnValuesOnConditionCheckFailure = "ALL_OLD";
  const auto output = run(&batch_execute_statement, input);
  ASSERT_TRUE(output) << output.error().message;
  const auto& responses = *output->Responses;
  EXPECT_FALSE(responses[0].Error);
  EXPECT_EQ(responses[0].TableName, "plain");
  EXPECT_EQ(responses[1].Error->Code, "DuplicateItem");
  EXPECT_EQ(responses[2].Error->Code, "ValidationError");
  EXPECT_EQ(responses[3].Error->Code, "ConditionalCheckFailed");
  EXPECT_EQ(responses[3].Error->Item->find("v")->number_text(), "1");
  EXPECT_TRUE(responses[4].Item);
  EXPECT_EQ(responses[5].Error->Code, "ResourceNotFound");
  EXPECT_TRUE(get("plain", item::Item{{"id", Value::string("b")}}));

  input.Statements.clear();
  add("SELECT * FROM plain WHERE id = 'b'");
  add("SELECT * FROM plain WHERE id = 'b' AND attribute_exists(v)");
  const auto reads = run(&batch_execute_statement, input);
  ASSERT_TRUE(reads);
  EXPECT_TRUE((*reads->Responses)[0].Item);
  EXPECT_EQ((*reads->Responses)[1].Error->Message,
            "Select statements within BatchExecuteStatement must specify the primary key in the where clause.");
  add("DELETE FROM plain WHERE id = 'b'");
  EXPECT_FALSE(run(&batch_execute_statement, input));
}

TEST_F(PartiqlTest, TransactionsAreAllOrNothing) {
  create("plain");
  put("plain", item::Item{{"id", Value::string("a")}, {"v", Value::number(1)}});
  ExecuteTransactionInput input;
  const auto add = [&](const std::string& text) { input.TransactStatements.emplace_back().Statement = text; };
  add("INSERT INTO plain VALUE {'id': 'b'}");
  add("UPDATE plain SET v = v + 1 WHERE id = 'a'");
  add("EXISTS(SELECT * FROM plain WHERE id = 'c' AND v = 9)");
  const auto cancelled = run(&execute_transaction, input);
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().message,
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, None, "
            "ConditionalCheckFailed]");
  EXPECT_FALSE(get("plain", item::Item{{"id", Value::string("b")}}));

  input.TransactStatements.pop_back();
  input.ClientRequestToken = "once";
  input.ReturnConsumedCapacity = "TOTAL";
  const auto first = run(&execute_transaction, input);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->Responses->empty());
  EXPECT_EQ(*(*first->ConsumedCapacity)[0].WriteCapacityUnits, 4);
  const auto again = run(&execute_transaction, input);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*(*again->ConsumedCapacity)[0].ReadCapacityUnits, 4);
  EXPECT_EQ(get("plain", item::Item{{"id", Value::string("a")}})->find("v")->number_text(), "2");

  input = {};
  add("SELECT v FROM plain WHERE id = 'a'");
  add("SELECT * FROM plain WHERE id = 'none'");
  const auto reads = run(&execute_transaction, input);
  ASSERT_TRUE(reads) << reads.error().message;
  EXPECT_EQ(item::to_json(*(*reads->Responses)[0].Item), R"({"v":{"N":"2"}})");
  EXPECT_FALSE((*reads->Responses)[1].Item);
  add("SELECT * FROM plain WHERE id = 'x' AND attribute_exists(ss)");
  EXPECT_EQ(run(&execute_transaction, input).error().message,
            "Validation failed in TransactStatements[2]: Select statements within ExecuteTransaction must specify the "
            "primary key in the where clause.");
}

TEST_F(PartiqlTest, RightsAreAskedForEachStatement) {
  create("plain");
  auth::Principal user = root;
  user.kind = auth::Principal::Kind::User;
  call.principal = &user;
  EXPECT_EQ(result("SELECT a FROM plain WHERE id = 'x'"), "");
  const Access asked = authorizer.asked.back();
  EXPECT_EQ(asked.action, "dynamodb:PartiQLSelect");
  EXPECT_TRUE(asked.resource.ends_with("table/plain"));
  using Pair = std::pair<std::string, std::string>;
  EXPECT_THAT(asked.context,
              testing::IsSupersetOf({Pair("dynamodb:FullTableScan", "false"), Pair("dynamodb:LeadingKeys", "x"),
                                     Pair("dynamodb:Attributes", "a")}));
  EXPECT_EQ(result("SELECT * FROM plain"), "");
  EXPECT_THAT(authorizer.asked.back().context, testing::Contains(Pair("dynamodb:FullTableScan", "true")));
  authorizer.forbidden = "dynamodb:PartiQLInsert";
  EXPECT_EQ(result("INSERT INTO plain VALUE {'id': 'a'}"), "AccessDenied: no");
  call.principal = &root;
}

}  // namespace
}  // namespace orrery::dynamodb
