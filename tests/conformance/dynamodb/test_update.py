"""UpdateItem with expressions."""

import threading

import pytest

KEY = {"id": {"S": "a"}}


@pytest.fixture
def update(dynamodb, table):
    """update("SET x = :x", x={"N": "1"}, …) -> Attributes, or None; the table's item is KEY's."""

    def run(expression, return_values="ALL_NEW", names=None, condition=None, **values):
        request = {"TableName": table, "Key": KEY, "ReturnValues": return_values}
        if expression is not None:
            request["UpdateExpression"] = expression
        if values:
            request["ExpressionAttributeValues"] = {":" + name: value for name, value in values.items()}
        if names:
            request["ExpressionAttributeNames"] = names
        if condition:
            request["ConditionExpression"] = condition
        return dynamodb.update_item(**request).get("Attributes")

    return run


@pytest.fixture
def stored(dynamodb, table):
    return lambda: dynamodb.get_item(TableName=table, Key=KEY).get("Item")


def test_makes_the_item(update, stored):
    assert update("SET x = :x", x={"S": "new"}) == KEY | {"x": {"S": "new"}}
    assert stored() == KEY | {"x": {"S": "new"}}


def test_without_expression(update, stored):
    assert update(None) == KEY
    assert stored() == KEY


def test_what_only_removes_makes_no_item(update, stored):
    assert update("REMOVE x") is None
    assert update("DELETE x :x", x={"SS": ["a"]}) is None
    assert stored() is None


def test_set(update):
    item = update(
        "SET n = :n, l = :l, m = :m, #s = :s",
        names={"#s": "set"},
        n={"N": "10"},
        l={"L": [{"N": "1"}, {"N": "2"}]},
        m={"M": {"x": {"M": {}}}},
        s={"SS": ["a"]},
    )
    assert item["set"] == {"SS": ["a"]}
    item = update(
        "SET n = n - :one, k = n + :one, l[0] = :v, l[9] = :v, m.x.deep = :v, "
        "fresh = if_not_exists(fresh, :v), kept = if_not_exists(n, :v)",
        one={"N": "1"},
        v={"S": "v"},
    )
    v = {"S": "v"}
    assert item["n"] == {"N": "9"}
    assert item["k"] == {"N": "11"}  # every operand is of before
    assert item["l"] == {"L": [v, {"N": "2"}, v]}
    assert item["m"] == {"M": {"x": {"M": {"deep": v}}}}
    assert item["fresh"] == v
    assert item["kept"] == {"N": "10"}
    item = update("SET l = list_append(l, :more), l2 = list_append(:more, l)", more={"L": [{"S": "end"}]})
    assert item["l"]["L"][-1] == {"S": "end"}
    assert item["l2"]["L"][0] == {"S": "end"}


def test_remove_add_delete(update):
    update("SET l = :l, s = :s", l={"L": [{"N": str(i)} for i in range(4)]}, s={"SS": ["a", "b", "c"]})
    item = update(
        "REMOVE l[0], l[2] ADD n :n, nums :nums DELETE s :gone",
        n={"N": "1.5"},
        nums={"NS": ["1", "2"]},
        gone={"SS": ["b", "x"]},
    )
    assert item["l"] == {"L": [{"N": "1"}, {"N": "3"}]}
    assert item["n"] == {"N": "1.5"}
    assert sorted(item["nums"]["NS"]) == ["1", "2"]
    assert sorted(item["s"]["SS"]) == ["a", "c"]
    item = update("ADD n :n, nums :nums DELETE s :gone", n={"N": "-2"}, nums={"NS": ["3"]}, gone={"SS": ["a", "c"]})
    assert item["n"] == {"N": "-0.5"}
    assert len(item["nums"]["NS"]) == 3
    assert "s" not in item  # sets are never empty


def test_return_values(dynamodb, table, update):
    item = KEY | {"x": {"S": "old"}, "y": {"M": {"a": {"N": "1"}, "b": {"N": "2"}}}}
    dynamodb.put_item(TableName=table, Item=item)
    assert update("SET x = :v", "NONE", v={"S": "1"}) is None
    assert update("SET x = :v", "ALL_OLD", v={"S": "2"}) == item | {"x": {"S": "1"}}
    assert update("SET x = :v, z = :v", "UPDATED_OLD", v={"S": "3"}) == {"x": {"S": "2"}}
    assert update("SET x = :v, z = :v", "UPDATED_NEW", v={"S": "4"}) == {"x": {"S": "4"}, "z": {"S": "4"}}
    assert update("SET y.a = :v", "UPDATED_OLD", v={"S": "5"}) == {"y": {"M": {"a": {"N": "1"}}}}
    assert update("SET y.a = :v", "UPDATED_NEW", v={"S": "6"}) == {"y": {"M": {"a": {"S": "6"}}}}
    assert update("SET w = :v", "UPDATED_OLD", v={"S": "7"}) is None
    assert update("REMOVE w", "UPDATED_NEW") is None
    assert update("REMOVE z", "UPDATED_OLD") == {"z": {"S": "4"}}
    assert update("REMOVE x, y", "ALL_NEW") == KEY


def test_all_old_of_what_was_not_there(update):
    assert update("SET x = :v", "ALL_OLD", v={"S": "1"}) is None


@pytest.mark.parametrize(
    ("expression", "values", "message"),
    [
        (
            "SET id = :v",
            {":v": {"S": "b"}},
            "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
        ),
        ("", None, "Invalid UpdateExpression: The expression can not be empty;"),
        ("SET x = :v", None, "An expression attribute value used in expression is not defined; attribute value: :v"),
        ("SET x = :v REMOVE x", {":v": {"S": "b"}}, "Two document paths overlap with each other"),
        ("SET x = absent", None, "The provided expression refers to an attribute that does not exist in the item"),
        ("SET a.b = :v", {":v": {"S": "b"}}, "The document path provided in the update expression is invalid for update"),
        ("SET x = s + :v", {":v": {"N": "1"}}, "An operand in the update expression has an incorrect data type"),
        ("ADD s :v", {":v": {"N": "1"}}, "An operand in the update expression has an incorrect data type"),
        ("SET x = :v SET y = :v", {":v": {"N": "1"}}, 'The "SET" section can only be used once'),
        (
            "SET x = :v",
            {":v": {"N": "1"}, ":w": {"N": "1"}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}",
        ),
        (
            "SET x = :v",
            {":v": {"S": "x" * 409_600}},
            "Item size to update has exceeded the maximum allowed size",
        ),
    ],
)
def test_errors(dynamodb, table, refusal, expression, values, message):
    dynamodb.put_item(TableName=table, Item=KEY | {"s": {"S": "text"}})
    more = {"ExpressionAttributeValues": values} if values else {}
    code, text = refusal(dynamodb.update_item, TableName=table, Key=KEY, UpdateExpression=expression, **more)
    assert code == "ValidationException"
    assert message in text
    assert dynamodb.get_item(TableName=table, Key=KEY)["Item"] == KEY | {"s": {"S": "text"}}


def test_bad_keys_and_tables(dynamodb, table, refusal):
    mismatch = ("ValidationException", "The provided key element does not match the schema")
    assert refusal(dynamodb.update_item, TableName=table, Key={"id": {"N": "1"}}) == mismatch
    missing = ("ResourceNotFoundException", "Requested resource not found")
    assert refusal(dynamodb.update_item, TableName="nowhere", Key=KEY) == missing


def test_consumed_capacity(dynamodb, table):
    def units(size):
        reply = dynamodb.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression="SET x = :x",
            ExpressionAttributeValues={":x": {"S": "x" * size}},
            ReturnConsumedCapacity="INDEXES",
        )
        return reply["ConsumedCapacity"]

    assert units(10) == {"TableName": table, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}}
    assert units(3000)["CapacityUnits"] == 3.0
    assert units(10)["CapacityUnits"] == 3.0  # the larger of before and after
    assert units(10)["CapacityUnits"] == 1.0


def test_hot_counter(server, table):
    """No lost update: sixteen connections, one item."""
    workers, rounds = 16, 25
    errors = []

    def count():
        client = server.client("dynamodb")
        for _ in range(rounds):
            try:
                client.update_item(
                    TableName=table,
                    Key=KEY,
                    UpdateExpression="SET n = if_not_exists(n, :zero) + :one",
                    ExpressionAttributeValues={":one": {"N": "1"}, ":zero": {"N": "0"}},
                )
            except Exception as error:  # noqa: BLE001  (told below)
                errors.append(error)

    threads = [threading.Thread(target=count) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    item = server.client("dynamodb").get_item(TableName=table, Key=KEY, ConsistentRead=True)["Item"]
    assert item["n"] == {"N": str(workers * rounds)}
