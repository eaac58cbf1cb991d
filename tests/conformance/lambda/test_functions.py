"""Functions as resources: create, describe, list, update, tag, delete."""

import base64
import hashlib
import json

import pytest

from support.aws import ACCOUNT, refusal, status_of, zipped

ECHO = "def handler(event, context):\n    return event\n"
REVISION = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "


def returns(value):
    return f"def handler(event, context):\n    return {value!r}\n"


def arn_of(name):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


def test_create_and_describe(functions, role, unique):
    name, package = unique("function"), zipped(ECHO)
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": package},
        Description="says it again",
        Timeout=7,
        MemorySize=256,
        Environment={"Variables": {"MODE": "1"}},
        Tags={"team": "blue"},
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["FunctionArn"] == arn_of(name)
    assert made["CodeSize"] == len(package)
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(package).digest()).decode()
    assert (made["Version"], made["PackageType"], made["Architectures"]) == ("$LATEST", "Zip", ["x86_64"])
    assert (made["Timeout"], made["MemorySize"], made["Description"]) == (7, 256, "says it again")
    assert made["Environment"] == {"Variables": {"MODE": "1"}}
    assert made["EphemeralStorage"] == {"Size": 512} and made["TracingConfig"] == {"Mode": "PassThrough"}
    assert made["LastModified"].endswith("+0000")

    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    shown = functions.get_function_configuration(FunctionName=name)
    assert (shown["State"], shown["LastUpdateStatus"]) == ("Active", "Successful")
    assert shown["RevisionId"] == made["RevisionId"]
    whole = functions.get_function(FunctionName=name)
    assert whole["Configuration"]["FunctionArn"] == arn_of(name)
    assert whole["Tags"] == {"team": "blue"}
    assert whole["Code"]["RepositoryType"] == "S3"

    gone = functions.delete_function(FunctionName=name)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refusal(functions.get_function, FunctionName=name)[0] == "ResourceNotFoundException"
    assert refusal(functions.delete_function, FunctionName=name)[0] == "ResourceNotFoundException"


def test_defaults(functions, make_function):
    shown = functions.get_function_configuration(FunctionName=make_function(ECHO))
    assert (shown["Timeout"], shown["MemorySize"], shown["Description"]) == (3, 128, "")
    assert "Environment" not in shown


def test_name_taken(make_function, functions, role):
    name = make_function(ECHO)
    code, message = refusal(
        functions.create_function,
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": zipped(ECHO)},
    )
    assert (code, message) == ("ResourceConflictException", f"Function already exist: {name}")


def test_every_form_of_a_name(functions, make_function, unique):
    name = make_function(ECHO)
    forms = [name, f"function:{name}", f"{ACCOUNT}:function:{name}", arn_of(name), f"{name}:$LATEST",
             f"{arn_of(name)}:$LATEST"]  # fmt: skip
    for form in forms:
        assert functions.get_function_configuration(FunctionName=form)["FunctionName"] == name, form
    assert functions.get_function(FunctionName=name, Qualifier="$LATEST")["Configuration"]["Version"] == "$LATEST"

    absent = unique("absent")
    missing = [absent, f"{ACCOUNT}:function:{absent}", arn_of(absent)]
    for form in missing:
        for operation in (functions.get_function, functions.invoke, functions.delete_function, functions.get_policy):
            code, message = refusal(operation, FunctionName=form)
            assert code == "ResourceNotFoundException", form
            assert message == f"Function not found: {arn_of(absent)}"
    assert refusal(functions.get_function, FunctionName=name, Qualifier="7") == (
        "ResourceNotFoundException",
        f"Function not found: {arn_of(name)}:7",
    )
    assert status_of(functions.get_function, FunctionName=absent) == 404


def test_the_length_of_a_name(functions, make_function, call, role):
    for name in ("f", "n" * 64):
        assert call(make_function(returns(name), FunctionName=name)) == (name, None)
    code, message = refusal(
        functions.create_function,
        FunctionName="n" * 65,
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": zipped(ECHO)},
    )
    assert code == "ValidationException" and message.endswith("Member must have length less than or equal to 64")


def test_another_accounts_functions(functions, role):
    theirs = "arn:aws:lambda:us-east-1:999999999999:function:theirs"
    assert refusal(functions.invoke, FunctionName=theirs)[0] == "AccessDeniedException"
    code, _ = refusal(
        functions.create_function,
        FunctionName=theirs,
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": zipped(ECHO)},
    )
    assert code == "AccessDeniedException"


def test_regions_are_apart(server, make_function):
    name = make_function(ECHO)
    elsewhere = server.client("lambda", region="eu-west-1")
    assert refusal(elsewhere.get_function, FunctionName=name)[0] == "ResourceNotFoundException"
    assert elsewhere.list_functions()["Functions"] == []


def test_list_pages(server, role, functions):
    # A region of its own, so that no other test's function is seen.
    client = server.client("lambda", region="ap-south-1")
    package = zipped(ECHO)
    names = [f"listed-{i}" for i in range(5)]
    for name in reversed(names):
        client.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": package}
        )
    first = client.list_functions(MaxItems=2)
    assert [f["FunctionName"] for f in first["Functions"]] == names[:2] and first["NextMarker"]
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    assert [f["FunctionName"] for page in pages for f in page["Functions"]] == names
    assert refusal(client.list_functions, Marker="nonsense")[0] == "InvalidParameterValueException"
    for name in names:
        client.delete_function(FunctionName=name)


def test_code_from_a_bucket(server, make_function, call, functions, unique):
    bucket = unique("code")
    s3 = server.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="deploy/one.zip", Body=zipped(returns("one")))
    name = make_function("", Code={"S3Bucket": bucket, "S3Key": "deploy/one.zip"})
    assert call(name) == ("one", None)
    s3.put_object(Bucket=bucket, Key="deploy/two.zip", Body=zipped(returns("two")))
    functions.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key="deploy/two.zip")
    assert call(name) == ("two", None)
    code, message = refusal(functions.update_function_code, FunctionName=name, S3Bucket=bucket, S3Key="absent")
    assert code == "InvalidParameterValueException"
    assert message.startswith("Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: ")
    code, message = refusal(functions.update_function_code, FunctionName=name, S3Bucket=unique("no"), S3Key="a")
    assert code == "InvalidParameterValueException" and "S3 Error Code: NoSuchBucket" in message


def test_a_package_of_a_version_in_a_bucket(functions, server, make_function, call, unique):
    bucket = unique("bucket")
    server.client("s3").create_bucket(Bucket=bucket)
    server.client("s3").put_object(Bucket=bucket, Key="one.zip", Body=zipped("def handler(e, c):\n    return 1\n"))
    # A bucket that never had versions calls its objects' only one "null".
    name = make_function("", Code={"S3Bucket": bucket, "S3Key": "one.zip", "S3ObjectVersion": "null"})
    assert call(name) == (1, None)
    source = {"S3Bucket": bucket, "S3Key": "one.zip", "S3ObjectVersion": "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"}
    absent = (
        "InvalidParameterValueException",
        "Error occurred while GetObject. S3 Error Code: NoSuchVersion. S3 Error Message: The specified version does not "
        "exist.",
    )
    assert refusal(functions.update_function_code, FunctionName=name, **source) == absent
    assert refusal(functions.publish_layer_version, LayerName=unique("layer"), Content=source) == absent
    code, message = refusal(functions.update_function_code, FunctionName=name, **{**source, "S3Key": "absent"})
    assert code == "InvalidParameterValueException" and "S3 Error Code: NoSuchKey" in message
    assert call(name) == (1, None)


def test_a_wrong_package(functions, role, unique):
    given = {"FunctionName": unique("function"), "Runtime": "python3.12", "Role": role, "Handler": "app.handler"}
    assert refusal(functions.create_function, **given, Code={"ZipFile": b"no zip at all"}) == (
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    )
    assert refusal(functions.create_function, **given, Code={})[0] == "InvalidParameterValueException"
    assert refusal(functions.get_function, FunctionName=given["FunctionName"])[0] == "ResourceNotFoundException"


def test_a_package_cannot_leave_its_folder(functions, role, unique):
    package = zipped("x = 1\n", name="../../escaped.py")
    code, _ = refusal(
        functions.create_function,
        FunctionName=unique("function"),
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": package},
    )
    assert code == "InvalidParameterValueException"


def test_updated_code_runs_at_once(functions, make_function, call):
    name = make_function(returns(1))
    assert call(name) == (1, None)
    for value in range(2, 6):
        made = functions.update_function_code(FunctionName=name, ZipFile=zipped(returns(value)))
        assert made["LastUpdateStatus"] == "Successful"
        assert call(name) == (value, None)


def test_a_dry_run_of_an_update_changes_nothing(functions, make_function, call):
    name = make_function(returns(1))
    package = zipped(returns(2))
    made = functions.update_function_code(FunctionName=name, ZipFile=package, DryRun=True)
    assert made["CodeSize"] == len(package)
    assert call(name) == (1, None)


def test_updated_configuration_holds_at_once(functions, make_function, call):
    name = make_function("import os\ndef handler(e, c):\n    return [os.environ.get('MODE'), c.memory_limit_in_mb]\n")
    assert call(name) == ([None, "128"], None)
    made = functions.update_function_configuration(
        FunctionName=name, MemorySize=192, Timeout=9, Description="new", Environment={"Variables": {"MODE": "b"}}
    )
    assert (made["MemorySize"], made["Timeout"], made["Description"]) == (192, 9, "new")
    functions.get_waiter("function_updated").wait(FunctionName=name)
    assert call(name) == (["b", "192"], None)
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {}})
    assert call(name) == ([None, "192"], None)


def test_revisions_guard_updates(functions, make_function):
    name = make_function(ECHO)
    old = functions.get_function_configuration(FunctionName=name)["RevisionId"]
    new = functions.update_function_configuration(FunctionName=name, Timeout=4, RevisionId=old)["RevisionId"]
    assert new != old
    code, message = refusal(functions.update_function_configuration, FunctionName=name, Timeout=5, RevisionId=old)
    assert code == "PreconditionFailedException" and message.startswith(REVISION)
    code, _ = refusal(functions.update_function_code, FunctionName=name, ZipFile=zipped(ECHO), RevisionId=old)
    assert code == "PreconditionFailedException"
    assert functions.get_function_configuration(FunctionName=name)["Timeout"] == 4


def test_reserved_variables(functions, make_function):
    name = make_function(ECHO)
    code, message = refusal(
        functions.update_function_configuration,
        FunctionName=name,
        Environment={"Variables": {"AWS_REGION": "x", "FINE": "y", "LAMBDA_TASK_ROOT": "z"}},
    )
    assert code == "InvalidParameterValueException"
    assert message.endswith("Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT")
    code, message = refusal(
        functions.update_function_configuration, FunctionName=name, Environment={"Variables": {"BIG": "x" * 4096}}
    )
    assert code == "InvalidParameterValueException" and "exceeded the 4KB limit. String measured: {" in message


@pytest.mark.parametrize("wrong", [{"Timeout": 901}, {"Timeout": 0}, {"MemorySize": 127}, {"MemorySize": 10241}])
def test_limits(client, make_function, wrong):
    name = make_function(ECHO)
    plain = client("lambda", parameter_validation=False)
    code, message = refusal(plain.update_function_configuration, FunctionName=name, **wrong)
    assert code == "ValidationException", message
    assert "failed to satisfy constraint" in message


def test_runtimes(functions, role, unique):
    given = {"Role": role, "Handler": "app.handler", "Code": {"ZipFile": zipped(ECHO)}}
    code, message = refusal(functions.create_function, FunctionName=unique("f"), Runtime="cobol85", **given)
    assert code in ("InvalidParameterValueException", "ValidationException") and "cobol85" in message


def test_roles(functions, server, unique):
    given = {"Runtime": "python3.12", "Handler": "app.handler", "Code": {"ZipFile": zipped(ECHO)}}
    expected = ("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")
    absent = f"arn:aws:iam::{ACCOUNT}:role/{unique('absent')}"
    assert refusal(functions.create_function, FunctionName=unique("f"), Role=absent, **given) == expected
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    other = server.client("iam").create_role(RoleName=unique("role"), AssumeRolePolicyDocument=document)["Role"]["Arn"]
    assert refusal(functions.create_function, FunctionName=unique("f"), Role=other, **given) == expected


def test_tags(functions, make_function):
    arn = arn_of(make_function(ECHO, Tags={"a": "1"}))
    functions.tag_resource(Resource=arn, Tags={"b": "2", "a": "3"})
    assert functions.list_tags(Resource=arn)["Tags"] == {"a": "3", "b": "2"}
    functions.untag_resource(Resource=arn, TagKeys=["a", "never there"])
    assert functions.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    assert refusal(functions.list_tags, Resource=arn_of("absent"))[0] == "ResourceNotFoundException"
    many = {f"k{i}": "" for i in range(50)}
    assert refusal(functions.tag_resource, Resource=arn, Tags=many)[0] == "InvalidParameterValueException"
    assert functions.list_tags(Resource=arn)["Tags"] == {"b": "2"}


def test_tags_die_with_their_function(functions, make_function):
    name = make_function(ECHO, Tags={"a": "1"})
    functions.delete_function(FunctionName=name)
    make_function(ECHO, FunctionName=name)
    assert functions.list_tags(Resource=arn_of(name))["Tags"] == {}


@pytest.mark.parametrize(
    ("feature", "given"),
    [
        ("DurableConfig", {"DurableConfig": {"ExecutionTimeout": 60}}),
        ("TenancyConfig", {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}),
    ],
)
def test_absent_features_are_named(functions, role, unique, feature, given):
    arguments = {"Runtime": "python3.12", "Role": role, "Handler": "app.handler", "Code": {"ZipFile": zipped(ECHO)}}
    code, message = refusal(functions.create_function, FunctionName=unique("f"), **arguments, **given)
    assert code == "NotImplemented" and message.endswith(f"with {feature}.")


def test_absent_operations(functions):
    code, message = refusal(functions.list_capacity_providers)
    assert code == "UnknownOperationException" or "ListCapacityProviders" in message
