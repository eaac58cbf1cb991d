"""Versions: immutable copies of $LATEST, by number."""

import pytest

from support.aws import ACCOUNT, eventually, refusal, zipped

ECHO = "def handler(event, context):\n    return event\n"
WHO = "def handler(event, context):\n    return [context.function_version, context.invoked_function_arn]\n"


def returns(value):
    return f"def handler(event, context):\n    return {value!r}\n"


def arn_of(name, qualifier=None):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}" + (f":{qualifier}" if qualifier else "")


def test_a_version_keeps_code_and_configuration(functions, make_function, call):
    name = make_function(returns("one"), Description="first", Timeout=5)
    made = functions.publish_version(FunctionName=name, Description="the first")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (made["Version"], made["FunctionArn"], made["Description"]) == ("1", arn_of(name, 1), "the first")
    functions.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="1")

    functions.update_function_code(FunctionName=name, ZipFile=zipped(returns("two")))
    functions.update_function_configuration(FunctionName=name, Timeout=9)
    assert call(name) == ("two", None)
    assert call(name, Qualifier="1") == ("one", None)
    old = functions.get_function_configuration(FunctionName=name, Qualifier="1")
    assert (old["Timeout"], old["CodeSha256"], old["State"]) == (5, made["CodeSha256"], "Active")
    assert functions.get_function(FunctionName=f"{name}:1")["Configuration"]["FunctionArn"] == arn_of(name, 1)
    assert functions.get_function_configuration(FunctionName=name)["Timeout"] == 9


def test_nothing_changed_nothing_published(functions, make_function):
    name = make_function(ECHO)
    first = functions.publish_version(FunctionName=name)
    assert functions.publish_version(FunctionName=name, Description="again")["Version"] == "1"
    functions.update_function_configuration(FunctionName=name, Timeout=8)
    assert functions.publish_version(FunctionName=name)["Version"] == "2"
    same = functions.update_function_code(FunctionName=name, ZipFile=zipped(ECHO), Publish=True)
    assert (same["Version"], same["CodeSha256"]) == ("2", first["CodeSha256"])
    changed = functions.update_function_code(FunctionName=name, ZipFile=zipped(returns(3)), Publish=True)
    assert (changed["Version"], changed["FunctionArn"]) == ("3", arn_of(name, 3))


def test_published_when_created(functions, role, unique):
    name = unique("function")
    made = functions.create_function(
        FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": zipped(ECHO)},
        Publish=True,
    )  # fmt: skip
    assert (made["Version"], made["FunctionArn"]) == ("1", arn_of(name, 1))
    functions.delete_function(FunctionName=name)


def test_guards_of_publishing(functions, make_function):
    name = make_function(ECHO)
    now = functions.get_function_configuration(FunctionName=name)
    code, message = refusal(functions.publish_version, FunctionName=name, RevisionId="other")
    assert code == "PreconditionFailedException" and "Revision Id" in message
    assert refusal(functions.publish_version, FunctionName=name, CodeSha256="abc=") == (
        "InvalidParameterValueException",
        f"CodeSHA256 (abc=) is different from current CodeSHA256 in $LATEST ({now['CodeSha256']}). "
        "Please try again with the CodeSHA256 in $LATEST.",
    )
    made = functions.publish_version(FunctionName=name, RevisionId=now["RevisionId"], CodeSha256=now["CodeSha256"])
    assert made["Version"] == "1"
    assert functions.get_function_configuration(FunctionName=name)["RevisionId"] != now["RevisionId"]


def test_what_the_function_sees(functions, make_function, call):
    name = make_function(WHO)
    functions.publish_version(FunctionName=name)
    assert call(name)[0] == ["$LATEST", arn_of(name)]
    assert call(name, Qualifier="1")[0] == ["1", arn_of(name, 1)]
    assert call(arn_of(name, 1))[0] == ["1", arn_of(name, 1)]
    assert call(f"{ACCOUNT}:function:{name}:1")[0] == ["1", arn_of(name, 1)]
    reply = functions.invoke(FunctionName=name, Qualifier="1", Payload=b"null")
    assert reply["ExecutedVersion"] == "1"


def test_log_streams_name_the_version(functions, server, make_function, call, unique):
    logs = server.client("logs")
    name = make_function(ECHO)
    functions.publish_version(FunctionName=name)
    call(name, Qualifier="1")

    def streams():
        try:
            return logs.describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return []

    assert "/[1]" in eventually(streams)[0]["logStreamName"]


def test_list_pages(functions, make_function):
    name = make_function(ECHO)
    for timeout in (4, 5, 6):
        functions.update_function_configuration(FunctionName=name, Timeout=timeout)
        functions.publish_version(FunctionName=name)
    pages = functions.get_paginator("list_versions_by_function").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 2}
    )
    pages = [page["Versions"] for page in pages]
    assert [[v["Version"] for v in page] for page in pages] == [["$LATEST", "1"], ["2", "3"]]
    assert [v["FunctionArn"] for page in pages for v in page] == [arn_of(name, q) for q in ("$LATEST", 1, 2, 3)]
    assert refusal(functions.list_versions_by_function, FunctionName=name, Marker="x")[0] == (
        "InvalidParameterValueException"
    )


def test_all_versions_of_all_functions(server, role):
    client = server.client("lambda", region="eu-central-1")  # where no other test has functions
    for name in ("a", "b"):
        client.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler",
            Code={"ZipFile": zipped(ECHO)}, Publish=True,
        )  # fmt: skip
    seen, marker = [], {}
    while marker is not None:
        page = client.list_functions(FunctionVersion="ALL", MaxItems=1, **marker)
        seen += [(f["FunctionName"], f["Version"]) for f in page["Functions"]]
        marker = {"Marker": page["NextMarker"]} if page.get("NextMarker") else None
    assert seen == [("a", "$LATEST"), ("a", "1"), ("b", "$LATEST"), ("b", "1")]
    assert len(client.list_functions()["Functions"]) == 2
    for name in ("a", "b"):
        client.delete_function(FunctionName=name)


def test_deleting_versions(functions, make_function, call):
    name = make_function(ECHO)
    functions.publish_version(FunctionName=name)
    call(name, Qualifier="1")
    assert refusal(functions.delete_function, FunctionName=name, Qualifier="$LATEST") == (
        "InvalidParameterValueException",
        "$LATEST version cannot be deleted without deleting the function.",
    )
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    code, message = refusal(functions.delete_function, FunctionName=name, Qualifier="1")
    assert code == "ResourceConflictException" and "live" in message
    functions.delete_alias(FunctionName=name, Name="live")
    functions.delete_function(FunctionName=name, Qualifier="1")
    assert refusal(functions.invoke, FunctionName=name, Qualifier="1") == (
        "ResourceNotFoundException",
        f"Function not found: {arn_of(name, 1)}",
    )
    assert call(name, 5) == (5, None)
    # Numbers are never given twice.
    assert functions.publish_version(FunctionName=name)["Version"] == "2"


def test_versions_die_with_their_function(functions, make_function):
    name = make_function(ECHO)
    functions.publish_version(FunctionName=name)
    functions.delete_function(FunctionName=name)
    make_function(ECHO, FunctionName=name)
    assert [v["Version"] for v in functions.list_versions_by_function(FunctionName=name)["Versions"]] == ["$LATEST"]
    assert functions.publish_version(FunctionName=name)["Version"] == "1"


@pytest.mark.parametrize("qualifier", ["9", "nowhere"])
def test_absent_qualifiers(functions, make_function, qualifier):
    name = make_function(ECHO)
    expected = ("ResourceNotFoundException", f"Function not found: {arn_of(name, qualifier)}")
    for operation in (functions.get_function, functions.get_function_configuration, functions.invoke):
        assert refusal(operation, FunctionName=name, Qualifier=qualifier) == expected
        assert refusal(operation, FunctionName=arn_of(name, qualifier)) == expected


def test_two_qualifiers(functions, make_function):
    name = make_function(ECHO)
    functions.publish_version(FunctionName=name)
    assert refusal(functions.get_function, FunctionName=f"{name}:1", Qualifier="2") == (
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
    )
    assert functions.get_function(FunctionName=f"{name}:1", Qualifier="1")["Configuration"]["Version"] == "1"


def test_another_region(functions, make_function):
    name = make_function(ECHO)
    code, message = refusal(functions.get_function, FunctionName=arn_of(name).replace("us-east-1", "eu-west-1"))
    assert (code, message) == (
        "ResourceNotFoundException",
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    )
