"""PartiQL: statements, paging, batches, transactions, refusals."""

import pytest
from botocore.exceptions import ClientError


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def run(dynamodb):
    def execute(statement, *parameters, **more):
        if parameters:
            more["Parameters"] = list(parameters)
        return dynamodb.execute_statement(Statement=statement, **more)["Items"]

    return execute


@pytest.fixture
def events(make_table, run):
    table = make_table(sort="N")
    for id_ in "ab":
        for at in range(1, 6):
            run(f"""INSERT INTO "{table}" VALUE {{'id': '{id_}', 'at': {at}, 'tags': <<'t{at}'>>, 'm': {{'n': [{at}]}}}}""")
    return table


def test_insert_select_update_delete(table, run, dynamodb):
    assert run(f"""INSERT INTO "{table}" VALUE {{'id': 'it''s', 'n': 1.50, 'l': ['x', null, true], 's': <<1, 2>>}}""") == []
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "it's"}})["Item"] == {
        "id": {"S": "it's"}, "n": {"N": "1.5"}, "l": {"L": [{"S": "x"}, {"NULL": True}, {"BOOL": True}]},
        "s": {"NS": ["1", "2"]}}
    assert refusal(dynamodb.execute_statement, Statement=f"""INSERT INTO "{table}" VALUE {{'id': 'it''s'}}""") == (
        "DuplicateItemException", "Duplicate primary key exists in table")
    run(f'INSERT INTO "{table}" VALUE ?', {"M": {"id": {"S": "p"}, "b": {"B": b"\x00\x01"}}})
    assert run(f'SELECT * FROM "{table}" WHERE id = ?', {"S": "p"}) == [{"id": {"S": "p"}, "b": {"B": b"\x00\x01"}}]
    assert run(f"""UPDATE "{table}" SET n = n + 1 REMOVE l[1] SET s = set_add(s, <<3>>) WHERE id = 'it''s'
                   RETURNING ALL NEW *""") == [
        {"id": {"S": "it's"}, "n": {"N": "2.5"}, "l": {"L": [{"S": "x"}, {"BOOL": True}]}, "s": {"NS": ["1", "2", "3"]}}]
    assert run(f"""FROM "{table}" WHERE id = 'it''s' AND n > 2 SET n = 0 RETURNING MODIFIED OLD *""") == [
        {"n": {"N": "2.5"}}]
    with pytest.raises(ClientError) as failed:
        dynamodb.execute_statement(Statement=f"""UPDATE "{table}" SET n = 9 WHERE id = 'it''s' AND n > 2""",
                                   ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert failed.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert failed.value.response["Item"]["n"] == {"N": "0"}
    assert refusal(dynamodb.execute_statement, Statement=f"""UPDATE "{table}" SET n = 9 WHERE id = 'none'""")[0] == (
        "ConditionalCheckFailedException")
    assert run(f"""DELETE FROM "{table}" WHERE id = 'none'""") == []
    assert run(f"""DELETE FROM "{table}" WHERE id = 'p' RETURNING ALL OLD *""")[0]["id"] == {"S": "p"}


@pytest.mark.parametrize(("where", "expected"), [
    ("id = 'a'", "1 2 3 4 5"),
    ("id = 'a' AND at >= 4", "4 5"),
    ("id = 'a' AND at BETWEEN 2 AND 3 ORDER BY at DESC", "3 2"),
    ("id IN ['b'] AND at IN [1, 5]", "1 5"),
    ("id = 'a' AND contains(tags, 't2')", "2"),
    ("id = 'a' AND (m.n[0] = 1 OR m.n[0] = 5)", "1 5"),
    ("id = 'a' AND NOT at < 4", "4 5"),
    ("id = 'a' AND at <> 3 AND missing_one IS MISSING", "1 2 4 5"),
    ("id = 'a' AND attribute_type(tags, 'SS') AND size(tags) = 1 AND at = 1", "1"),
    ("begins_with(id, 'a') AND at = 2", "2"),
    ("id = 'a' AND at = 1 OR id = 'b' AND at = 2", "1 2"),
    ("id = 'a' AND tags IS NOT NULL AND m IS STRUCT AND at > 4", "5"),
    ("id = 'a' AND at > 1e0 AND at < .4e1", "2 3"),
])
def test_where(events, run, where, expected):
    assert " ".join(item["at"]["N"] for item in run(f'SELECT at FROM "{events}" WHERE {where}')) == expected


def test_columns_and_comments(events, run):
    assert run(f"""-- first
        SELECT at, m.n, tags FROM "{events}" /* between */ WHERE id = 'a' AND at = 1 -- last""") == [
        {"at": {"N": "1"}, "n": {"L": [{"N": "1"}]}, "tags": {"SS": ["t1"]}}]


def test_pages(events, dynamodb):
    seen, token, pages = [], None, 0
    while True:
        more = {"NextToken": token} if token else {}
        page = dynamodb.execute_statement(Statement=f"""SELECT * FROM "{events}" WHERE id IN ['b', 'a']""", Limit=3, **more)
        seen += [item["id"]["S"] + item["at"]["N"] for item in page["Items"]]
        pages += 1
        token = page.get("NextToken")
        if not token:
            break
    assert seen == [f"{i}{n}" for i in "ba" for n in range(1, 6)]
    assert pages == 4
    page = dynamodb.execute_statement(Statement=f'SELECT * FROM "{events}"', Limit=4, ReturnConsumedCapacity="TOTAL")
    assert page["LastEvaluatedKey"] == {k: page["Items"][-1][k] for k in ("id", "at")}
    assert page["ConsumedCapacity"]["CapacityUnits"] == pytest.approx(0.5)
    assert refusal(dynamodb.execute_statement, Statement=f"""SELECT * FROM "{events}" WHERE id = 'a'""",
                   NextToken=page["NextToken"]) == ("ValidationException", "NextToken does not match request")


def test_indexes(dynamodb, unique, run):
    table = unique("partiql")
    key = lambda hash_, range_: [  # noqa: E731
        {"AttributeName": hash_, "KeyType": "HASH"}, {"AttributeName": range_, "KeyType": "RANGE"}]
    dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST", KeySchema=key("pk", "sk"),
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "g", "l")],
        GlobalSecondaryIndexes=[{"IndexName": "gsi", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                 "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["p"]}}],
        LocalSecondaryIndexes=[{"IndexName": "lsi", "KeySchema": key("pk", "l"),
                                "Projection": {"ProjectionType": "KEYS_ONLY"}}])
    for i in range(3):
        run(f"""INSERT INTO "{table}" VALUE {{'pk': 'p', 'sk': 's{i}', 'g': 'x', 'l': 'l{i}', 'p': 'p{i}', 'np': 'n{i}'}}""")
    assert [sorted(item) for item in run(f"""SELECT * FROM "{table}"."gsi" WHERE g = 'x'""")] == [["g", "p", "pk", "sk"]] * 3
    assert [item["np"]["S"] for item in run(f"""SELECT np FROM "{table}"."lsi" WHERE pk = 'p' ORDER BY l DESC""")] == [
        "n2", "n1", "n0"]
    assert len(run(f"""SELECT pk FROM "{table}"."gsi" WHERE NOT np = 'n1'""")) == 3  # the index has no such attribute

    def message(statement, **more):
        return refusal(dynamodb.execute_statement, Statement=statement, **more)[1]

    assert message(f"""SELECT np FROM "{table}"."gsi" WHERE g = 'x'""") == (
        "One or more parameter values were invalid: Global secondary index gsi does not project [np]")
    assert message(f"""SELECT pk FROM "{table}"."lsi" WHERE pk = 'p' AND np = 'n1'""") == (
        "One or more parameter values were invalid: Secondary index lsi does not project one or more filter attributes: "
        "[np]")
    assert message(f'SELECT * FROM "{table}"."none"') == "The table does not have the specified index"
    assert message(f'SELECT * FROM "{table}"."gsi"', ConsistentRead=True) == (
        "Strongly consistent read is not supported on Global Secondary Indexes")
    assert message(f"""DELETE FROM "{table}"."gsi" WHERE pk = 'p' AND sk = 's0'""") == (
        "This operation is not supported on an index")
    capacity = dynamodb.execute_statement(Statement=f"""SELECT np FROM "{table}"."lsi" WHERE pk = 'p'""",
                                          ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert capacity["Table"]["CapacityUnits"] == pytest.approx(1.5)
    assert capacity["LocalSecondaryIndexes"] == {"lsi": {"CapacityUnits": 0.5}}
    dynamodb.delete_table(TableName=table)


def test_batch(table, run, dynamodb):
    run(f"""INSERT INTO "{table}" VALUE {{'id': 'a', 'v': 1}}""")
    responses = dynamodb.batch_execute_statement(Statements=[{"Statement": text} for text in (
        f"""INSERT INTO "{table}" VALUE {{'id': 'b'}}""",
        f"""INSERT INTO "{table}" VALUE {{'id': 'a'}}""",
        f"""SLECT * FROM "{table}" """,
        f"""UPDATE "{table}" SET v = 2 WHERE id = 'a' RETURNING MODIFIED NEW *""",
        """DELETE FROM "no-such-table" WHERE id = 'a'""",
    )])["Responses"]
    assert responses[0] == {"TableName": table}
    assert responses[1]["Error"]["Code"] == "DuplicateItem"
    assert responses[2]["Error"] == {
        "Code": "ValidationError",
        "Message": "Statement wasn't well formed, can't be processed: Expected data manipulation"}
    assert responses[3]["Item"] == {"v": {"N": "2"}}
    assert responses[4]["Error"]["Code"] == "ResourceNotFound"
    reads = dynamodb.batch_execute_statement(Statements=[
        {"Statement": f'SELECT v FROM "{table}" WHERE id = ?', "Parameters": [{"S": id_}]} for id_ in ("a", "none")])
    assert reads["Responses"] == [{"TableName": table, "Item": {"v": {"N": "2"}}}, {"TableName": table}]
    with pytest.raises(ClientError):
        dynamodb.batch_execute_statement(Statements=[])


def test_transaction(table, run, dynamodb):
    run(f"""INSERT INTO "{table}" VALUE {{'id': 'a', 'v': 1}}""")

    def transact(*statements, **more):
        return dynamodb.execute_transaction(TransactStatements=[{"Statement": text} for text in statements], **more)

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as cancelled:
        transact(f"""INSERT INTO "{table}" VALUE {{'id': 'b'}}""", f"""INSERT INTO "{table}" VALUE {{'id': 'a'}}""",
                 f"""EXISTS(SELECT * FROM "{table}" WHERE id = 'c' AND v = 1)""")
    assert [one["Code"] for one in cancelled.value.response["CancellationReasons"]] == [
        "None", "DuplicateItem", "ConditionalCheckFailed"]
    assert run(f"""SELECT * FROM "{table}" WHERE id = 'b'""") == []
    for expected in ("2", "2"):
        reply = transact(f"""UPDATE "{table}" SET v = v + 1 WHERE id = 'a'""", ClientRequestToken=f"token-{table}")
        assert reply["Responses"] == []
        assert run(f"""SELECT v FROM "{table}" WHERE id = 'a'""") == [{"v": {"N": expected}}]
    assert transact(f"""SELECT v FROM "{table}" WHERE id = 'a'""", f"""SELECT v FROM "{table}" WHERE id = 'z'""")[
        "Responses"] == [{"Item": {"v": {"N": "2"}}}, {}]
    with pytest.raises(ClientError) as refused:
        transact(f"""UPDATE "{table}" SET v = 1 WHERE id = 'a' RETURNING ALL NEW *""")
    assert refused.value.response["Error"]["Message"] == (
        "Validation failed in TransactStatements[0]: RETURNING clause is not supported in ExecuteTransaction.")
    with pytest.raises(ClientError) as refused:
        transact(f"""EXISTS(SELECT * FROM "{table}" WHERE id = 'a')""", f"""DELETE FROM "{table}" WHERE id = 'b'""")
    assert refused.value.response["Error"]["Message"] == (
        "Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional condition")


@pytest.mark.parametrize(("statement", "message"), [
    ("SELECT * FROM {t} WHERE", "Statement wasn't well formed, can't be processed: Unexpected term"),
    ("SELECT * FROM {t} WHERE id = 'a' foo",
     "Statement wasn't well formed, can't be processed: Unexpected token after expression"),
    ("SELECT * FROM {t} x WHERE id = 'a'", "Aliasing is not supported"),
    ("DELETE FROM {t}", "Where clause does not contain a mandatory equality on all key attributes"),
    ("UPDATE {t} SET v = 1 WHERE v = 1", "Where clause does not contain a mandatory equality on all key attributes"),
    ("SELECT * FROM {t} WHERE id = ?", "Number of parameters in request and statement don't match."),
    ("INSERT INTO {t} VALUE {{'id': 1e126}}",
     "Number overflow. Attempting to store a number with magnitude larger than supported range under root"),
    ("DELETE FROM {t} WHERE id = 'a' RETURNING ALL NEW *",
     "Invalid returning clause: RETURNING ALL NEW *. Only RETURNING ALL OLD * is allowed in DELETE statements."),
    ("SELECT * FROM {t} WHERE id = 'a' AND v < true",
     "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
])
def test_refusals(table, dynamodb, statement, message):
    assert refusal(dynamodb.execute_statement, Statement=statement.format(t=f'"{table}"')) == (
        "ValidationException", message)
