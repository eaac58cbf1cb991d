"""TransactWriteItems and TransactGetItems."""

import collections
import random
import threading
import uuid

import pytest
from botocore.exceptions import ClientError

MANY_ON_ONE = ("ValidationException", "Transaction request cannot include multiple operations on one item")


def key(name):
    return {"id": {"S": name}}


def put(table, name, condition=None, **attributes):
    action = {"TableName": table, "Item": key(name) | attributes}
    if condition:
        action["ConditionExpression"] = condition
    return {"Put": action}


def add(table, name, by, attribute="n"):
    return {
        "Update": {
            "TableName": table,
            "Key": key(name),
            "UpdateExpression": "ADD #a :by",
            "ExpressionAttributeNames": {"#a": attribute},
            "ExpressionAttributeValues": {":by": {"N": str(by)}},
        }
    }


def check(table, name, condition):
    return {"ConditionCheck": {"TableName": table, "Key": key(name), "ConditionExpression": condition}}


def get(table, name, **more):
    return {"Get": {"TableName": table, "Key": key(name)} | more}


@pytest.fixture
def write(dynamodb):
    return lambda *actions, **more: dynamodb.transact_write_items(TransactItems=list(actions), **more)


@pytest.fixture
def read(dynamodb):
    """read((table, name), …) -> the items, None where there is none."""

    def items(*wanted):
        reply = dynamodb.transact_get_items(TransactItems=[get(table, name) for table, name in wanted])
        return [one.get("Item") for one in reply["Responses"]]

    return items


@pytest.fixture
def cancelled(write):
    """cancelled(actions…) -> the reasons."""

    def reasons(*actions):
        with pytest.raises(ClientError) as refused:
            write(*actions)
        response = refused.value.response
        assert response["Error"]["Code"] == "TransactionCanceledException", response["Error"]
        codes = ", ".join(reason["Code"] for reason in response["CancellationReasons"])
        assert response["Error"]["Message"] == (
            f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
        )
        return response["CancellationReasons"]

    return reasons


def test_every_kind_over_tables(make_table, write, read):
    one, other = make_table(), make_table()
    write(put(one, "old"), put(other, "count", n={"N": "1"}))
    write(
        put(one, "new", "attribute_not_exists(id)", x={"S": "x"}),
        {"Delete": {"TableName": one, "Key": key("old"), "ConditionExpression": "attribute_exists(id)"}},
        add(other, "count", 2),
        check(other, "nothing", "attribute_not_exists(id)"),
    )
    assert read((one, "old"), (one, "new"), (other, "count"), (other, "nothing")) == [
        None,
        key("new") | {"x": {"S": "x"}},
        key("count") | {"n": {"N": "3"}},
        None,
    ]


def test_hundred(table, write, read, refusal):
    write(*[put(table, str(i)) for i in range(100)])
    assert None not in read(*[(table, str(i)) for i in range(100)])
    for call in (
        lambda: write(*[put(table, str(i)) for i in range(101)]),
        lambda: read(*[(table, str(i)) for i in range(101)]),
    ):
        code, message = refusal(call)
        assert code == "ValidationException"
        assert "Member must have length less than or equal to 100" in message


def test_reasons(table, write, read, cancelled):
    write(put(table, "there", n={"N": "1"}, s={"S": "text"}))
    reasons = cancelled(
        put(table, "fresh"),
        put(table, "there", "attribute_not_exists(id)"),
        check(table, "gone", "attribute_exists(id)"),
    )
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert reasons == [{"Code": "None"}, failed, failed]
    assert read((table, "fresh")) == [None]


def test_reasons_with_items(table, write, cancelled):
    item = key("there") | {"n": {"N": "1"}, "raw": {"B": b"x"}}
    write({"Put": {"TableName": table, "Item": item}})
    condition = {"ConditionExpression": "attribute_not_exists(id)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    for action in (
        {"Put": {"TableName": table, "Item": key("there")} | condition},
        {"Delete": {"TableName": table, "Key": key("there")} | condition},
        {"Update": {"TableName": table, "Key": key("there"), "UpdateExpression": "REMOVE n"} | condition},
        {"ConditionCheck": {"TableName": table, "Key": key("there")} | condition},
    ):
        assert cancelled(action)[0]["Item"] == item
    condition["ReturnValuesOnConditionCheckFailure"] = "NONE"
    assert "Item" not in cancelled({"Delete": {"TableName": table, "Key": key("there")} | condition})[0]


@pytest.mark.parametrize(
    ("expression", "value", "message"),
    [
        ("ADD s :v", {"N": "1"}, "An operand in the update expression has an incorrect data type"),
        ("SET x = absent, z = :v", {"N": "1"}, "The provided expression refers to an attribute that does not exist"),
        ("SET s.a = :v", {"N": "1"}, "The document path provided in the update expression is invalid for update"),
        ("SET x = :v", {"S": "x" * 409_600}, "Item size to update has exceeded the maximum allowed size"),
        ("SET id = :v", {"S": "x"}, "Cannot update attribute id. This attribute is part of the key"),
    ],
)
def test_validation_reasons(table, write, read, cancelled, expression, value, message):
    write(put(table, "there", s={"S": "text"}))
    update = {"TableName": table, "Key": key("there"), "UpdateExpression": expression}
    reasons = cancelled(put(table, "fresh"), {"Update": update | {"ExpressionAttributeValues": {":v": value}}})
    assert reasons[0] == {"Code": "None"}
    assert reasons[1]["Code"] == "ValidationError"
    assert message in reasons[1]["Message"]
    assert read((table, "fresh")) == [None]


def test_keys_are_checked_before_conditions(table, cancelled):
    """The first that does not match its table is the reason; nothing else has been looked at."""
    wrong = {"Put": {"TableName": table, "Item": {"id": {"N": "7"}}}}
    also_wrong = {"Delete": {"TableName": table, "Key": {"id": {"N": "8"}}}}
    reasons = cancelled(check(table, "gone", "attribute_exists(id)"), wrong, also_wrong)
    assert reasons == [
        {"Code": "None"},
        {
            "Code": "ValidationError",
            "Message": "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
        },
        {"Code": "None"},
    ]
    assert cancelled(also_wrong)[0]["Message"] == "The provided key element does not match the schema"


def test_refusals(dynamodb, table, write, refusal):
    def refused(*actions):
        return refusal(lambda: write(*actions))

    assert refused(put(table, "a"), check(table, "a", "attribute_exists(id)")) == MANY_ON_ONE
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    assert refused(put(table, "a"), put(arn, "a")) == MANY_ON_ONE
    only_one = ("ValidationException", "TransactItems can only contain one of Check, Put, Update or Delete")
    assert refused({}) == only_one
    assert refused(put(table, "a") | add(table, "b", 1)) == only_one
    assert refused(put("nowhere", "a")) == ("ResourceNotFoundException", "Requested resource not found")
    empty = refused({"Delete": {"TableName": table, "Key": key("")}})
    assert empty[0] == "ValidationException"
    assert "cannot contain an empty string value. Key: id" in empty[1]
    large = ("ValidationException", "Item size has exceeded the maximum allowed size")
    assert refused(put(table, "a", x={"S": "x" * 409_600})) == large


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"ConditionExpression": "attribute_exists("}, "Invalid ConditionExpression: Syntax error"),
        ({"ConditionExpression": "x = :v"}, "attribute value: :v"),
        (
            {"ConditionExpression": "attribute_exists(id)", "ExpressionAttributeValues": {":v": {"S": "x"}}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
        ),
        (
            {"ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
    ],
)
def test_expressions_come_before_tables(table, write, refusal, more, message):
    bad = put(table, "b")
    bad["Put"].update(more)
    code, text = refusal(lambda: write(put("nowhere", "a"), bad))
    assert code == "ValidationException"
    assert message in text


def test_four_megabytes(table, write, read, refusal):
    large = {"x": {"S": "x" * 390_000}}
    code, message = refusal(lambda: write(*[put(table, str(i), **large) for i in range(11)]))
    assert code == "ValidationException"
    assert "Transaction payload size cannot exceed 4MB. Payload Size: " in message
    assert read((table, "0")) == [None]
    for first in (0, 10):
        write(*[put(table, str(i), **large) for i in range(first, first + 10)])
    assert refusal(lambda: read(*[(table, str(i)) for i in range(20)]))[0] == "ValidationException"
    # What counts is what the request carries.
    write(*[{"Delete": {"TableName": table, "Key": key(str(i))}} for i in range(20)])
    assert read((table, "0"), (table, "19")) == [None, None]


def test_client_token(table, write, read, refusal):
    def n():
        return read((table, "a"))[0]["n"]["N"]

    token = str(uuid.uuid4())
    first = write(add(table, "a", 1), ClientRequestToken=token, ReturnConsumedCapacity="TOTAL")
    again = write(add(table, "a", 1), ClientRequestToken=token, ReturnConsumedCapacity="TOTAL")
    assert first["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}]
    assert again["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]
    assert n() == "1"
    code, _ = refusal(lambda: write(add(table, "a", 2), ClientRequestToken=token))
    assert code == "IdempotentParameterMismatchException"
    write(add(table, "a", 2), ClientRequestToken=str(uuid.uuid4()))
    assert n() == "3"
    code, message = refusal(lambda: write(add(table, "a", 2), ClientRequestToken="x" * 37))
    assert code == "ValidationException"
    assert "Member must have length less than or equal to 36" in message


def test_client_token_of_what_failed(table, write, refusal):
    token = str(uuid.uuid4())
    action = put(table, "a", "attribute_exists(id)")
    assert refusal(lambda: write(action, ClientRequestToken=token))[0] == "TransactionCanceledException"
    write(put(table, "a"))
    write(action, ClientRequestToken=token)


def test_client_token_lasts_ten_minutes(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    client = server.client("dynamodb")
    client.create_table(
        TableName="counts",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def count():
        client.transact_write_items(TransactItems=[add("counts", "a", 1)], ClientRequestToken="token")
        return client.get_item(TableName="counts", Key=key("a"))["Item"]["n"]["N"]

    assert count() == "1"
    server.clock.advance("9m")
    assert count() == "1"
    server.clock.advance("2m")
    assert count() == "2"
    server.kill()
    server.start()
    client = server.client("dynamodb")
    assert count() == "2"  # remembered through a crash
    assert any(ran["kind"] == "dynamodb.tokens" for ran in server.clock.advance("1h"))


def test_capacity(table, write, dynamodb, cancelled):
    big = {"x": {"S": "x" * 1500}}
    reply = write(
        put(table, "a", **big), check(table, "b", "attribute_not_exists(id)"), ReturnConsumedCapacity="INDEXES"
    )
    units = {"CapacityUnits": 6.0, "WriteCapacityUnits": 6.0}
    assert reply["ConsumedCapacity"] == [{"TableName": table, "Table": units} | units]
    assert "ConsumedCapacity" not in write(put(table, "a"))
    reply = dynamodb.transact_get_items(
        TransactItems=[get(table, "a"), get(table, "none")], ReturnConsumedCapacity="INDEXES"
    )
    units = {"CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}
    assert reply["ConsumedCapacity"] == [{"TableName": table, "Table": units} | units]


def test_get(dynamodb, table, write, refusal):
    write(put(table, "a", n={"N": "1"}, m={"M": {"x": {"S": "x"}, "y": {"S": "y"}}}))
    reply = dynamodb.transact_get_items(
        TransactItems=[
            get(table, "none"),
            get(table, "a", ProjectionExpression="m.#x", ExpressionAttributeNames={"#x": "x"}),
        ]
    )
    assert reply["Responses"] == [{}, {"Item": {"m": {"M": {"x": {"S": "x"}}}}}]

    def refused(*actions):
        return refusal(dynamodb.transact_get_items, TransactItems=list(actions))

    assert refused(get(table, "a"), get(table, "a")) == MANY_ON_ONE
    assert refused(get("nowhere", "a"))[0] == "ResourceNotFoundException"
    assert "Syntax error" in refused(get(table, "a", ProjectionExpression="!!!"))[1]
    with pytest.raises(ClientError) as error:
        dynamodb.transact_get_items(TransactItems=[get(table, "a"), {"Get": {"TableName": table, "Key": {}}}])
    assert [reason["Code"] for reason in error.value.response["CancellationReasons"]] == ["None", "ValidationError"]


class Bank:
    """Threads that move money between accounts in every way there is; what they saw is checked afterwards."""

    ACCOUNTS = 5
    EACH = 1000

    def __init__(self, server, table, rounds):
        self.server = server
        self.table = table
        self.rounds = rounds
        self.moved = collections.Counter()  # account -> sum of what acknowledged transactions moved
        self.visits = collections.Counter()  # account -> acknowledged writes
        self.errors = []
        self._lock = threading.Lock()
        client = server.client("dynamodb")
        client.transact_write_items(
            TransactItems=[put(table, str(i), n={"N": str(self.EACH)}, v={"N": "0"}) for i in range(self.ACCOUNTS)]
        )

    def run(self):
        steps = [self._move, self._move, self._move_if_rich, self._visit, self._look, self._look]
        threads = [threading.Thread(target=self._repeat, args=(i, step)) for i, step in enumerate(steps)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not self.errors, self.errors[:3]

    def _repeat(self, seed, step):
        client = self.server.client("dynamodb")
        turns = random.Random(seed)
        for _ in range(self.rounds):
            try:
                step(client, turns)
            except Exception as error:  # noqa: BLE001  (a thread that ends silently would make the test pass)
                self.errors.append(error)

    def _noted(self, amounts):
        with self._lock:
            self.moved.update(amounts)
            self.visits.update(amounts.keys())

    def _change(self, account, by, condition=None):
        action = {
            "TableName": self.table,
            "Key": key(account),
            "UpdateExpression": "SET n = n + :by, v = v + :one",
            "ExpressionAttributeValues": {":by": {"N": str(by)}, ":one": {"N": "1"}},
        }
        if condition:
            action["ConditionExpression"] = condition
            action["ExpressionAttributeValues"][":least"] = {"N": str(-by)}
        return {"Update": action}

    def _move(self, client, turns):
        chosen = turns.sample(range(self.ACCOUNTS), 3)
        amounts = dict(zip(map(str, chosen), (-2, 1, 1), strict=True))
        client.transact_write_items(TransactItems=[self._change(*one) for one in amounts.items()])
        self._noted(amounts)

    def _move_if_rich(self, client, turns):
        poor, rich = map(str, turns.sample(range(self.ACCOUNTS), 2))
        amount = turns.choice((1, 50, self.EACH * self.ACCOUNTS + 1))
        try:
            client.transact_write_items(
                TransactItems=[self._change(poor, amount), self._change(rich, -amount, "n >= :least")]
            )
        except client.exceptions.TransactionCanceledException as error:
            codes = [reason["Code"] for reason in error.response["CancellationReasons"]]
            assert codes == ["None", "ConditionalCheckFailed"]
            return
        assert amount <= self.EACH * self.ACCOUNTS
        self._noted({poor: amount, rich: -amount})

    def _visit(self, client, turns):
        """UpdateItem alone, in the middle of all that."""
        account = str(turns.randrange(self.ACCOUNTS))
        client.update_item(**self._change(account, 0)["Update"])
        self._noted({account: 0})

    def _look(self, client, _):
        items = self.items(client)
        assert sum(int(item["n"]["N"]) for item in items) == self.EACH * self.ACCOUNTS, "half a transaction"

    def items(self, client):
        actions = [get(self.table, str(i)) for i in range(self.ACCOUNTS)]
        return [one["Item"] for one in client.transact_get_items(TransactItems=actions)["Responses"]]

    def audit(self):
        for item in self.items(self.server.client("dynamodb")):
            account = item["id"]["S"]
            assert int(item["n"]["N"]) == self.EACH + self.moved[account], "a lost update"
            assert int(item["v"]["N"]) == self.visits[account], "a lost update"


def test_isolation(server, table):
    bank = Bank(server, table, rounds=40)
    bank.run()
    bank.audit()
