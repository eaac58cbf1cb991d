"""Reserved and provisioned concurrency, and what the account allows."""

import json
import threading

import pytest

from support.aws import ACCOUNT, eventually, refusal, status_of, trust, zipped

ECHO = "def handler(event, context):\n    return event\n"
SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(event)\n    return event\n"
KIND = "import os\ndef handler(event, context):\n    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"


def arn_of(name, qualifier):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}:{qualifier}"


@pytest.fixture
def region(server, role):
    """A client in a region where no other test has functions, and a maker of functions there."""
    client = server.client("lambda", region="ap-northeast-1")
    made = []

    def make(name, **more):
        client.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(ECHO)},
            **more,
        )  # fmt: skip
        made.append(name)
        return name

    yield client, make
    for name in made:
        client.delete_function(FunctionName=name)


def test_reserve_and_release(functions, make_function):
    name = make_function(ECHO)
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(FunctionName=name)
    assert "Concurrency" not in functions.get_function(FunctionName=name)
    made = functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)
    assert made["ReservedConcurrentExecutions"] == 5
    assert functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 5
    assert functions.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 5}
    functions.delete_function_concurrency(FunctionName=name)
    functions.delete_function_concurrency(FunctionName=name)
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(FunctionName=name)


def test_none_reserved_stops_a_function(functions, make_function, call):
    name = make_function(ECHO)
    assert call(name, 1) == (1, None)
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(functions.exceptions.TooManyRequestsException) as caught:
        call(name, 1)
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert caught.value.response["Error"]["Message"] == "Rate Exceeded."
    assert status_of(functions.invoke, FunctionName=name) == 429
    functions.delete_function_concurrency(FunctionName=name)
    assert call(name, 2) == (2, None)


def test_reserved_concurrency_holds_over_versions(functions, make_function, call):
    name = make_function(SLEEPS, Timeout=30, Publish=True)
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    throttled = functions.exceptions.TooManyRequestsException

    def hold():
        while True:  # until the one place is free
            try:
                return call(name, 3)
            except throttled:
                pass

    busy = threading.Thread(target=hold)
    busy.start()

    def refused():
        try:
            call(name, 0, Qualifier="1")
        except throttled as error:
            return error.response["Reason"]

    assert eventually(refused) == "ReservedFunctionConcurrentInvocationLimitExceeded"
    busy.join()
    assert call(name, 0, Qualifier="1") == (0, None)


def test_the_accounts_share(region):
    client, make = region
    first, second = make("first"), make("second", Publish=True)

    def unreserved():
        return client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]

    assert unreserved() == 1000
    client.put_function_concurrency(FunctionName=first, ReservedConcurrentExecutions=850)
    assert unreserved() == 150
    words = "UnreservedConcurrentExecution below its minimum value of [100]."
    code, message = refusal(client.put_function_concurrency, FunctionName=second, ReservedConcurrentExecutions=51)
    assert code == "InvalidParameterValueException" and message.endswith(words)
    client.put_function_concurrency(FunctionName=second, ReservedConcurrentExecutions=50)
    client.put_function_concurrency(FunctionName=first, ReservedConcurrentExecutions=10)
    assert unreserved() == 940
    client.delete_function_concurrency(FunctionName=first)
    client.delete_function_concurrency(FunctionName=second)
    assert unreserved() == 1000
    wanted = {"FunctionName": second, "Qualifier": "1", "ProvisionedConcurrentExecutions": 901}
    code, message = refusal(client.put_provisioned_concurrency_config, **wanted)
    assert code == "InvalidParameterValueException" and message.endswith(words)


def test_account_settings(region):
    client, make = region
    before = client.get_account_settings()
    assert before["AccountLimit"]["ConcurrentExecutions"] == 1000
    assert before["AccountLimit"]["CodeSizeUnzipped"] == 262144000
    assert before["AccountLimit"]["CodeSizeZipped"] == 52428800
    assert before["AccountLimit"]["TotalCodeSize"] == 80530636800
    make("one", Publish=True)
    usage = client.get_account_settings()["AccountUsage"]
    assert usage["FunctionCount"] == before["AccountUsage"]["FunctionCount"] + 1
    size = len(zipped(ECHO))
    assert usage["TotalCodeSize"] == before["AccountUsage"]["TotalCodeSize"] + 2 * size  # $LATEST and 1


def test_concurrency_is_of_functions(functions, make_function):
    name = make_function(ECHO, Publish=True)
    words = (
        "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
        "Please specify either a function name or an unqualified function ARN."
    )
    put = functions.put_function_concurrency
    assert refusal(put, FunctionName=f"{name}:1", ReservedConcurrentExecutions=1) == (
        "InvalidParameterValueException",
        words,
    )
    assert refusal(put, FunctionName="absent", ReservedConcurrentExecutions=1)[0] == "ResourceNotFoundException"


def ready(functions, name, qualifier):
    def look():
        shown = functions.get_provisioned_concurrency_config(FunctionName=name, Qualifier=qualifier)
        assert shown["Status"] != "FAILED", shown
        return shown if shown["Status"] == "READY" else None

    return eventually(look, 30)


def test_provisioned_for_a_version(functions, make_function, call):
    name = make_function(KIND, Publish=True)
    given = {"FunctionName": name, "Qualifier": "1"}
    assert refusal(functions.get_provisioned_concurrency_config, **given) == (
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
    )
    made = functions.put_provisioned_concurrency_config(**given, ProvisionedConcurrentExecutions=2)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert (made["Status"], made["RequestedProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 2)
    shown = ready(functions, name, "1")
    assert (shown["AllocatedProvisionedConcurrentExecutions"], shown["LastModified"]) == (2, made["LastModified"])
    assert call(name, Qualifier="1") == ("provisioned-concurrency", None)
    assert call(name) == ("on-demand", None)
    listed = functions.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"]
    assert [(one["FunctionArn"], one["RequestedProvisionedConcurrentExecutions"]) for one in listed] == [
        (arn_of(name, 1), 2)
    ]
    functions.delete_provisioned_concurrency_config(**given)
    functions.delete_provisioned_concurrency_config(**given)
    assert functions.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"] == []


def test_provisioned_for_an_alias(functions, make_function, call):
    name = make_function(KIND, Publish=True)
    functions.update_function_configuration(FunctionName=name, Timeout=9)
    functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    given = {"FunctionName": name, "Qualifier": "live"}
    functions.put_provisioned_concurrency_config(**given, ProvisionedConcurrentExecutions=1)
    ready(functions, name, "live")
    assert call(name, Qualifier="live") == ("provisioned-concurrency", None)
    assert refusal(
        functions.put_provisioned_concurrency_config, FunctionName=name, Qualifier="1",
        ProvisionedConcurrentExecutions=1,
    ) == ("ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias")  # fmt: skip
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    ready(functions, name, "live")
    assert call(name, Qualifier="live") == ("provisioned-concurrency", None)
    functions.delete_alias(FunctionName=name, Name="live")
    assert functions.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"] == []


def test_what_cannot_be_provisioned(functions, make_function):
    name = make_function(ECHO, Publish=True)
    put = functions.put_provisioned_concurrency_config
    given = {"FunctionName": name, "ProvisionedConcurrentExecutions": 1}
    assert refusal(put, **given, Qualifier="$LATEST") == (
        "InvalidParameterValueException",
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
    )
    assert refusal(put, **given, Qualifier="7")[0] == "ResourceNotFoundException"
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
    assert refusal(put, FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=3) == (
        "InvalidParameterValueException",
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
    )
    put(FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=1)
    code, message = refusal(functions.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=0)
    assert code == "InvalidParameterValueException"
    assert message.endswith("should not be lower than function's total provisioned concurrency [1].")


def test_a_function_that_cannot_start(functions, make_function):
    name = make_function("raise RuntimeError('no')\n", Publish=True)
    given = {"FunctionName": name, "Qualifier": "1"}
    functions.put_provisioned_concurrency_config(**given, ProvisionedConcurrentExecutions=1)

    def failed():
        shown = functions.get_provisioned_concurrency_config(**given)
        return shown if shown["Status"] == "FAILED" else None

    assert eventually(failed, 30)["StatusReason"]


def test_after_a_restart(own_server):
    server = own_server()
    client, iam = server.client("lambda"), server.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    client.create_function(
        FunctionName="kept", Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(KIND)},
        Publish=True,
    )  # fmt: skip
    client.put_provisioned_concurrency_config(FunctionName="kept", Qualifier="1", ProvisionedConcurrentExecutions=1)
    client.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=3)
    assert server.stop() == 0
    server.start()
    client = server.client("lambda")
    ready(client, "kept", "1")
    reply = client.invoke(FunctionName="kept", Qualifier="1")
    assert json.loads(reply["Payload"].read()) == "provisioned-concurrency"
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 997
