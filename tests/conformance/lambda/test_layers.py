"""Layers: content that functions share under /opt."""

import base64
import hashlib
import io
import json
import urllib.request
import zipfile

import pytest

from support.aws import ACCOUNT, allow, policy, refusal, trust, zipped

SEES = """
    import os
    def handler(event, context):
        found = {}
        for name in event:
            try:
                with open('/opt/' + name) as file:
                    found[name] = file.read()
            except FileNotFoundError:
                found[name] = None
        return found
"""


def archive(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.fixture
def publish(functions, unique):
    def publish(name=None, **files):
        name = name or unique("layer")
        return functions.publish_layer_version(LayerName=name, Content={"ZipFile": archive(**files)})

    return publish


def test_publish_and_show(functions, unique):
    name, content = unique("layer"), archive(a="1")
    made = functions.publish_layer_version(
        LayerName=name, Description="things", Content={"ZipFile": content}, CompatibleRuntimes=["python3.12"],
        CompatibleArchitectures=["x86_64"], LicenseInfo="MIT",
    )  # fmt: skip
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:{name}"
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (made["LayerArn"], made["LayerVersionArn"], made["Version"]) == (arn, f"{arn}:1", 1)
    assert made["Content"]["CodeSize"] == len(content)
    assert made["Content"]["CodeSha256"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    for shown in (
        functions.get_layer_version(LayerName=name, VersionNumber=1),
        functions.get_layer_version(LayerName=arn, VersionNumber=1),
        functions.get_layer_version_by_arn(Arn=f"{arn}:1"),
    ):
        assert (shown["Description"], shown["LicenseInfo"]) == ("things", "MIT")
        assert shown["CompatibleRuntimes"] == ["python3.12"] and shown["CompatibleArchitectures"] == ["x86_64"]
        assert urllib.request.urlopen(shown["Content"]["Location"]).read() == content


def test_python_finds_modules_of_layers(make_function, call, publish):
    """docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html: both paths, the longer one first."""
    site = "python__lib__python3.12__site-packages__"
    layer = publish(**{site + "one.py": "V = 'site'", "python__two.py": "V = 'plain'",
                       site + "both.py": "V = 'site'", "python__both.py": "V = 'plain'"})  # fmt: skip
    name = make_function(
        "import both, one, two\ndef handler(e, c):\n    return [one.V, two.V, both.V]\n",
        Layers=[layer["LayerVersionArn"]],
    )
    assert call(name) == (["site", "plain", "site"], None)


def test_versions(functions, unique, publish):
    name = unique("layer")
    for i in range(3):
        assert publish(name, a=str(i))["Version"] == i + 1
    pages = functions.get_paginator("list_layer_versions").paginate(LayerName=name, PaginationConfig={"PageSize": 2})
    assert [[v["Version"] for v in page["LayerVersions"]] for page in pages] == [[3, 2], [1]]
    functions.delete_layer_version(LayerName=name, VersionNumber=3)
    functions.delete_layer_version(LayerName=name, VersionNumber=3)
    assert refusal(functions.get_layer_version, LayerName=name, VersionNumber=3) == (
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    )
    assert publish(name, a="new")["Version"] == 4


def test_lists_with_filters(server, unique):
    client = server.client("lambda", region="sa-east-1")  # where no other test has layers

    def layer(name, *runtimes):
        content = {"ZipFile": archive(a=name)}
        return client.publish_layer_version(LayerName=name, Content=content, CompatibleRuntimes=list(runtimes))

    layer("one", "python3.12")
    layer("one", "nodejs20.x")
    layer("two", "python3.12", "python3.11")
    layer("three", "nodejs20.x")
    every = client.list_layers()["Layers"]
    assert {item["LayerName"]: item["LatestMatchingVersion"]["Version"] for item in every} == {
        "one": 2, "two": 1, "three": 1,
    }  # fmt: skip
    pythons = client.list_layers(CompatibleRuntime="python3.12")["Layers"]
    assert {item["LayerName"]: item["LatestMatchingVersion"]["Version"] for item in pythons} == {"one": 1, "two": 1}
    ones = client.list_layer_versions(LayerName="one", CompatibleRuntime="nodejs20.x")["LayerVersions"]
    assert [version["Version"] for version in ones] == [2]
    pages = client.get_paginator("list_layers").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["Layers"]) for page in pages] == [2, 1]
    client.delete_layer_version(LayerName="three", VersionNumber=1)
    assert "three" not in [item["LayerName"] for item in client.list_layers()["Layers"]]


def test_content_in_order(functions, make_function, call, publish):
    under = publish(both="under", lower="lower", folder__deep="deep")
    over = publish(both="over", upper="upper")
    arns = [under["LayerVersionArn"], over["LayerVersionArn"]]
    name = make_function(SEES, Layers=arns)
    shown = functions.get_function_configuration(FunctionName=name)["Layers"]
    assert [layer["Arn"] for layer in shown] == arns
    assert [layer["CodeSize"] for layer in shown] == [under["Content"]["CodeSize"], over["Content"]["CodeSize"]]
    asked = ["both", "lower", "upper", "folder/deep", "none"]
    assert call(name, asked)[0] == {
        "both": "over", "lower": "lower", "upper": "upper", "folder/deep": "deep", "none": None,
    }  # fmt: skip
    functions.update_function_configuration(FunctionName=name, Layers=list(reversed(arns)))
    assert call(name, ["both"])[0] == {"both": "under"}
    functions.update_function_configuration(FunctionName=name, Layers=[])
    assert "Layers" not in functions.get_function_configuration(FunctionName=name)
    assert call(name, ["both"])[0] == {"both": None}


def test_python_modules(make_function, call, publish):
    layer = publish(**{"python__shared.py": "VALUE = 7\n"})
    name = make_function("import shared\ndef handler(e, c):\n    return shared.VALUE\n",
                         Layers=[layer["LayerVersionArn"]])  # fmt: skip
    assert call(name) == (7, None)


def test_a_layer_that_is_gone(functions, make_function, call, publish):
    layer = publish(a="still here")
    arn = layer["LayerVersionArn"]
    name = make_function(SEES, Layers=[arn])
    functions.publish_version(FunctionName=name)
    functions.delete_layer_version(LayerName=arn.split(":")[6], VersionNumber=1)
    # Who has it keeps it; nobody gets it anew.
    assert call(name, ["a"])[0] == {"a": "still here"}
    functions.update_function_configuration(FunctionName=name, Timeout=9)
    assert call(name, ["a"])[0] == {"a": "still here"}
    assert call(name, ["a"], Qualifier="1")[0] == {"a": "still here"}
    gone = ("InvalidParameterValueException", f"Layer version {arn} does not exist.")
    assert refusal(functions.update_function_configuration, FunctionName=name, Layers=[arn]) == gone
    assert call(name, ["a"])[0] == {"a": "still here"}


def test_refusals(functions, make_function, publish, unique):
    name = make_function(SEES)
    update = functions.update_function_configuration
    many = [publish(a=str(i))["LayerVersionArn"] for i in range(6)]
    assert refusal(update, FunctionName=name, Layers=many) == (
        "InvalidParameterValueException",
        "Cannot reference more than 5 layers.",
    )
    layer = unique("layer")
    twice = [publish(layer, a="1")["LayerVersionArn"], publish(layer, a="2")["LayerVersionArn"]]
    assert refusal(update, FunctionName=name, Layers=twice) == (
        "InvalidParameterValueException",
        "Two different versions of the same layer are not allowed to be referenced in the same function. "
        f"{twice[0]} and {twice[1]} are versions of the same layer.",
    )
    elsewhere = many[0].replace("us-east-1", "eu-west-1")
    code, message = refusal(update, FunctionName=name, Layers=[elsewhere])
    assert code in ("InvalidParameterValueException", "AccessDeniedException")
    assert "Layers" not in functions.get_function_configuration(FunctionName=name)
    assert refusal(functions.get_layer_version, LayerName=layer, VersionNumber=0) == (
        "InvalidParameterValueException",
        "Layer Version Cannot be less than 1",
    )
    code, _ = refusal(functions.publish_layer_version, LayerName=layer, Content={"ZipFile": b"no zip"})
    assert code == "InvalidParameterValueException"


def test_too_much_together(functions, make_function, unique):
    def heavy(mebibytes, salt):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("zeros", b"\0" * (mebibytes << 20))
            made.writestr("salt", salt)
        return out.getvalue()

    arns = [
        functions.publish_layer_version(LayerName=unique("heavy"), Content={"ZipFile": heavy(90, salt)})[
            "LayerVersionArn"
        ]
        for salt in "abc"
    ]
    name = make_function(SEES)
    assert refusal(functions.update_function_configuration, FunctionName=name, Layers=arns) == (
        "InvalidParameterValueException",
        "Layers consume more than the available size of 262144000 bytes",
    )
    functions.update_function_configuration(FunctionName=name, Layers=arns[:2])
    code, message = refusal(functions.update_function_code, FunctionName=name, ZipFile=heavy(90, "d"))
    assert code == "InvalidParameterValueException"
    assert message.startswith("Function code combined with layers exceeds the maximum allowed size of 262144000 bytes.")


def test_layers_in_a_published_version(functions, make_function, call, publish):
    first, second = publish(a="first"), publish(a="second")
    name = make_function(SEES, Layers=[first["LayerVersionArn"]], Publish=True)
    functions.update_function_configuration(FunctionName=name, Layers=[second["LayerVersionArn"]])
    assert call(name, ["a"])[0] == {"a": "second"}
    assert call(name, ["a"], Qualifier="1")[0] == {"a": "first"}


def test_permissions(functions, publish):
    made = publish(a="1")
    given = {"LayerName": made["LayerArn"], "VersionNumber": 1}
    absent = ("ResourceNotFoundException", "No policy is associated with the given resource.")
    assert refusal(functions.get_layer_version_policy, **given) == absent
    added = functions.add_layer_version_permission(
        **given, StatementId="other", Action="lambda:GetLayerVersion", Principal="999999999999"
    )
    statement = {
        "Sid": "other",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
        "Action": "lambda:GetLayerVersion",
        "Resource": made["LayerVersionArn"],
    }
    assert json.loads(added["Statement"]) == statement
    functions.add_layer_version_permission(
        **given, StatementId="org", Action="lambda:GetLayerVersion", Principal="*", OrganizationId="o-abcdefghij",
        RevisionId=added["RevisionId"],
    )  # fmt: skip
    shown = functions.get_layer_version_policy(**given)
    assert [s["Sid"] for s in json.loads(shown["Policy"])["Statement"]] == ["other", "org"]
    assert json.loads(shown["Policy"])["Statement"][1]["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}
    }
    code, _ = refusal(
        functions.add_layer_version_permission, **given, StatementId="other", Action="lambda:GetLayerVersion",
        Principal="*",
    )  # fmt: skip
    assert code == "ResourceConflictException"
    code, _ = refusal(functions.remove_layer_version_permission, **given, StatementId="org", RevisionId="old")
    assert code == "PreconditionFailedException"
    functions.remove_layer_version_permission(**given, StatementId="org")
    functions.remove_layer_version_permission(**given, StatementId="other")
    assert refusal(functions.get_layer_version_policy, **given) == absent
    assert refusal(functions.get_layer_version_policy, LayerName=made["LayerArn"], VersionNumber=9) == (
        "ResourceNotFoundException",
        f"Layer version {made['LayerArn']}:9 does not exist.",
    )


def test_who_may_use_a_layer(server, functions, make_function, publish, unique):
    """A layer is used only by who may get it."""
    made, name = publish(a="1"), make_function(SEES)
    iam, sts = server.client("iam"), server.client("sts")
    role = iam.create_role(RoleName=unique("deployer"), AssumeRolePolicyDocument=trust(AWS="*"))["Role"]
    actions = ["lambda:UpdateFunctionConfiguration", "lambda:GetFunction*"]
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="p", PolicyDocument=policy(allow(actions)))
    keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="deployer")["Credentials"]
    deployer = server.client(
        "lambda", access_key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"]
    )
    use = {"FunctionName": name, "Layers": [made["LayerVersionArn"]]}
    code, message = refusal(deployer.update_function_configuration, **use)
    assert code == "AccessDeniedException" and "lambda:GetLayerVersion" in message
    iam.put_role_policy(
        RoleName=role["RoleName"], PolicyName="p", PolicyDocument=policy(allow([*actions, "lambda:GetLayerVersion"]))
    )
    deployer.update_function_configuration(**use)
