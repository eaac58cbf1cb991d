"""Aliases: names for versions, movable and weighted."""

import json

import pytest

from support.aws import ACCOUNT, refusal, status_of, zipped

REVISION = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "


def returns(value):
    return f"def handler(event, context):\n    return {value!r}\n"


def arn_of(name, qualifier=None):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}" + (f":{qualifier}" if qualifier else "")


@pytest.fixture
def name(functions, make_function):
    """A function with versions 1 and 2, which return their numbers."""
    name = make_function(returns(1))
    functions.publish_version(FunctionName=name)
    functions.update_function_code(FunctionName=name, ZipFile=zipped(returns(2)), Publish=True)
    return name


def test_create_show_move_delete(functions, name, call):
    made = functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1", Description="what runs")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    expected = {"AliasArn": arn_of(name, "live"), "Name": "live", "FunctionVersion": "1", "Description": "what runs"}
    assert {key: made[key] for key in expected} == expected
    assert call(name, Qualifier="live") == (1, None)
    shown = functions.get_alias(FunctionName=name, Name="live")
    assert shown["RevisionId"] == made["RevisionId"]

    moved = functions.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert (moved["FunctionVersion"], moved["Description"]) == ("2", "what runs")
    assert moved["RevisionId"] != made["RevisionId"]
    for form in (arn_of(name, "live"), f"{name}:live", f"{ACCOUNT}:function:{name}:live"):
        assert call(form) == (2, None)
    configuration = functions.get_function_configuration(FunctionName=name, Qualifier="live")
    assert (configuration["Version"], configuration["FunctionArn"]) == ("2", arn_of(name, "live"))

    gone = functions.delete_alias(FunctionName=name, Name="live")
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    functions.delete_alias(FunctionName=name, Name="live")
    missing = ("ResourceNotFoundException", f"Cannot find alias arn: {arn_of(name, 'live')}")
    assert refusal(functions.get_alias, FunctionName=name, Name="live") == missing
    assert refusal(functions.update_alias, FunctionName=name, Name="live", FunctionVersion="1") == missing
    assert refusal(functions.invoke, FunctionName=name, Qualifier="live")[0] == "ResourceNotFoundException"


def test_the_invoked_arn_is_the_aliass(functions, make_function, call):
    name = make_function("def handler(e, c):\n    return [c.function_version, c.invoked_function_arn]\n")
    functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert call(name, Qualifier="live")[0] == ["1", arn_of(name, "live")]


def test_refusals(functions, name, client):
    functions.create_alias(FunctionName=name, Name="taken", FunctionVersion="$LATEST")
    assert refusal(functions.create_alias, FunctionName=name, Name="taken", FunctionVersion="1") == (
        "ResourceConflictException",
        f"Alias already exists: {arn_of(name, 'taken')}",
    )
    assert status_of(functions.create_alias, FunctionName=name, Name="taken", FunctionVersion="1") == 409
    assert refusal(functions.create_alias, FunctionName=name, Name="x", FunctionVersion="9") == (
        "ResourceNotFoundException",
        f"Function not found: {arn_of(name, 9)}",
    )
    plain = client("lambda", parameter_validation=False)
    for wrong in ("7", "a b", ""):
        assert refusal(plain.create_alias, FunctionName=name, Name=wrong, FunctionVersion="1")[0] == (
            "ValidationException"
        ), wrong
    code, message = refusal(functions.update_alias, FunctionName=name, Name="taken", RevisionId="old")
    assert code == "PreconditionFailedException" and message.startswith(REVISION)
    assert refusal(functions.list_aliases, FunctionName="absent")[0] == "ResourceNotFoundException"


def test_list(functions, name):
    for alias, version in (("a", "1"), ("b", "2"), ("c", "1")):
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    pages = functions.get_paginator("list_aliases").paginate(FunctionName=name, PaginationConfig={"PageSize": 2})
    assert [[alias["Name"] for alias in page["Aliases"]] for page in pages] == [["a", "b"], ["c"]]
    ones = functions.list_aliases(FunctionName=name, FunctionVersion="1")["Aliases"]
    assert [alias["Name"] for alias in ones] == ["a", "c"]


def test_weights(functions, name, call):
    half = {"AdditionalVersionWeights": {"2": 0.5}}
    made = functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=half)
    assert made["RoutingConfig"] == half
    counts = {1: 0, 2: 0}
    for _ in range(60):
        reply = functions.invoke(FunctionName=name, Qualifier="live")
        answer = json.loads(reply["Payload"].read())
        assert reply["ExecutedVersion"] == str(answer)
        counts[answer] += 1
    assert min(counts.values()) >= 5, counts  # 60 fair coins: fewer than five of a side once in 10^11

    nothing = functions.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {}})
    assert "RoutingConfig" not in nothing
    assert {call(name, Qualifier="live")[0] for _ in range(5)} == {1}
    everything = {"AdditionalVersionWeights": {"2": 1.0}}
    functions.update_alias(FunctionName=name, Name="live", RoutingConfig=everything)
    assert {call(name, Qualifier="live")[0] for _ in range(5)} == {2}


@pytest.mark.parametrize(
    ("version", "weights", "words"),
    [
        ("1", {"1": 0.1}, "Function version 1 is already included in routing configuration."),
        ("$LATEST", {"1": 0.1}, "$LATEST is not supported for an alias pointing to more than 1 version"),
        ("1", {"2": 0.1, "3": 0.1}, "Number of items in AdditionalVersionWeights cannot be greater than 1"),
    ],
)
def test_wrong_weights(functions, name, version, weights, words):
    code, message = refusal(
        functions.create_alias,
        FunctionName=name,
        Name="live",
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": weights},
    )
    assert code == "InvalidParameterValueException" and message.endswith(words)


def test_wrong_weight_values(functions, name, client):
    plain = client("lambda", parameter_validation=False)
    for weights in ({"2": 1.5}, {"2": -0.1}, {"live": 0.5}):
        code, _ = refusal(
            plain.create_alias, FunctionName=name, Name="live", FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": weights},
        )  # fmt: skip
        assert code == "ValidationException", weights
