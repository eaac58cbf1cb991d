"""Settings with operations of their own, and settings that are recorded with a function."""

import pytest

from support.aws import ACCOUNT, allow, eventually, log_lines, policy, refusal, trust, zipped

ECHO = "def handler(event, context):\n    return event\n"
PROFILE = f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/mine/abcdefghij"


def arn_of(name, qualifier=None):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}" + (f":{qualifier}" if qualifier else "")


def test_code_signing(functions, make_function):
    made = functions.create_code_signing_config(
        Description="ours", AllowedPublishers={"SigningProfileVersionArns": [PROFILE]}, Tags={"a": "1"}
    )["CodeSigningConfig"]
    arn = made["CodeSigningConfigArn"]
    assert arn == f"arn:aws:lambda:us-east-1:{ACCOUNT}:code-signing-config:{made['CodeSigningConfigId']}"
    assert made["CodeSigningConfigId"].startswith("csc-")
    assert made["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Warn"}
    assert functions.list_tags(Resource=arn)["Tags"] == {"a": "1"}
    changed = functions.update_code_signing_config(CodeSigningConfigArn=arn, Description="new")["CodeSigningConfig"]
    assert (changed["Description"], changed["AllowedPublishers"]) == ("new", made["AllowedPublishers"])
    assert functions.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"] == changed
    assert arn in [c["CodeSigningConfigArn"] for c in functions.list_code_signing_configs()["CodeSigningConfigs"]]

    name, other = make_function(ECHO, CodeSigningConfigArn=arn), make_function(ECHO)
    functions.put_function_code_signing_config(CodeSigningConfigArn=arn, FunctionName=other)
    shown = functions.get_function_code_signing_config(FunctionName=name)
    assert (shown["CodeSigningConfigArn"], shown["FunctionName"]) == (arn, name)
    pages = functions.get_paginator("list_functions_by_code_signing_config").paginate(
        CodeSigningConfigArn=arn, PaginationConfig={"PageSize": 1}
    )
    assert sorted(a for page in pages for a in page["FunctionArns"]) == sorted([arn_of(name), arn_of(other)])
    assert refusal(functions.delete_code_signing_config, CodeSigningConfigArn=arn)[0] == "ResourceConflictException"
    functions.delete_function_code_signing_config(FunctionName=name)
    functions.delete_function_code_signing_config(FunctionName=other)
    assert not functions.get_function_code_signing_config(FunctionName=name).get("CodeSigningConfigArn")
    functions.delete_code_signing_config(CodeSigningConfigArn=arn)
    assert refusal(functions.get_code_signing_config, CodeSigningConfigArn=arn) == (
        "ResourceNotFoundException",
        f"The Lambda code signing configuration {arn} can not be found.",
    )
    assert refusal(functions.put_function_code_signing_config, CodeSigningConfigArn=arn, FunctionName=name) == (
        "CodeSigningConfigNotFoundException",
        f"The code signing configuration cannot be found. Check that the provided configuration is not deleted: {arn}.",
    )


def test_runtime_management(functions, make_function):
    name = make_function(ECHO, Publish=True)
    runtime = "arn:aws:lambda:us-east-1::runtime:0123456789abcdef"
    shown = functions.get_runtime_management_config(FunctionName=name)
    assert (shown["UpdateRuntimeOn"], shown["FunctionArn"]) == ("Auto", arn_of(name, "$LATEST"))
    put = functions.put_runtime_management_config
    made = put(FunctionName=name, Qualifier="1", UpdateRuntimeOn="Manual", RuntimeVersionArn=runtime)
    assert (made["FunctionArn"], made["RuntimeVersionArn"]) == (arn_of(name, 1), runtime)
    shown = functions.get_runtime_management_config(FunctionName=name, Qualifier="1")
    assert (shown["UpdateRuntimeOn"], shown["RuntimeVersionArn"]) == ("Manual", runtime)
    assert functions.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"] == "Auto"
    assert put(FunctionName=name, UpdateRuntimeOn="FunctionUpdate")["UpdateRuntimeOn"] == "FunctionUpdate"
    assert refusal(put, FunctionName=name, UpdateRuntimeOn="Manual")[0] == "InvalidParameterValueException"
    assert refusal(put, FunctionName=name, UpdateRuntimeOn="Auto", RuntimeVersionArn=runtime)[0] == (
        "InvalidParameterValueException"
    )


def test_recursion(functions, make_function):
    name = make_function(ECHO)
    assert functions.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Terminate"
    functions.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    assert functions.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"
    assert refusal(functions.get_function_recursion_config, FunctionName="absent")[0] == "ResourceNotFoundException"


def test_scaling_is_of_capacity_providers(functions, make_function):
    name = make_function(ECHO)
    code, message = refusal(functions.get_function_scaling_config, FunctionName=name, Qualifier="$LATEST.PUBLISHED")
    assert code == "InvalidParameterValueException" and "capacity provider" in message


def test_logging(functions, server, make_function, call, unique):
    group = f"/tests/{unique('group')}"
    name = make_function("def handler(event, context):\n    print('spoken')\n", LoggingConfig={"LogFormat": "JSON"})
    shown = functions.get_function_configuration(FunctionName=name)["LoggingConfig"]
    assert shown == {
        "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", "LogGroup": f"/aws/lambda/{name}",
    }  # fmt: skip
    update = functions.update_function_configuration
    made = update(FunctionName=name, LoggingConfig={"SystemLogLevel": "WARN", "ApplicationLogLevel": "ERROR"})
    assert (made["LoggingConfig"]["SystemLogLevel"], made["LoggingConfig"]["ApplicationLogLevel"]) == ("WARN", "ERROR")
    made = update(FunctionName=name, LoggingConfig={"LogFormat": "Text", "LogGroup": group})
    assert made["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": group}
    code, _ = refusal(update, FunctionName=name, LoggingConfig={"SystemLogLevel": "WARN"})
    assert code == "InvalidParameterValueException"
    call(name)
    assert "spoken" in eventually(lambda: log_lines(server.client("logs"), group))


def test_snap_start(functions, make_function, call):
    name = make_function(ECHO, SnapStart={"ApplyOn": "PublishedVersions"}, Publish=True)
    latest = functions.get_function_configuration(FunctionName=name)["SnapStart"]
    assert latest == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    version = functions.get_function_configuration(FunctionName=name, Qualifier="1")["SnapStart"]
    assert version == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    assert call(name, 1, Qualifier="1") == (1, None)
    assert refusal(
        functions.update_function_configuration, FunctionName=name, Runtime="provided.al2023",
        SnapStart={"ApplyOn": "PublishedVersions"},
    ) == (
        "InvalidParameterValueException",
        "provided.al2023 is not supported for SnapStart enabled functions.",
    )  # fmt: skip


def test_recorded_only(functions, make_function, call):
    name = make_function(
        ECHO, TracingConfig={"Mode": "Active"}, Architectures=["arm64"],
        VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    )  # fmt: skip
    shown = functions.get_function_configuration(FunctionName=name)
    assert (shown["TracingConfig"], shown["Architectures"]) == ({"Mode": "Active"}, ["arm64"])
    assert (shown["VpcConfig"]["SubnetIds"], shown["VpcConfig"]["SecurityGroupIds"]) == (["subnet-1"], ["sg-1"])
    assert call(name, 1) == (1, None)
    made = functions.update_function_code(FunctionName=name, ZipFile=zipped(ECHO), Architectures=["x86_64"])
    assert made["Architectures"] == ["x86_64"]


def test_dead_letter_config(server, functions, make_function, unique):
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:dead"
    iam, role = server.client("iam"), unique("dead-letters")
    made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    given = {"Role": made["Role"]["Arn"], "DeadLetterConfig": {"TargetArn": topic}}
    code, message = refusal(make_function, source=ECHO, **given)
    assert code == "InvalidParameterValueException" and message.endswith("permissions to call Publish on SNS")
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=policy(allow("sns:Publish", topic)))
    name = make_function(ECHO, **given)
    assert functions.get_function_configuration(FunctionName=name)["DeadLetterConfig"] == {"TargetArn": topic}
    for wrong in ("arn:aws:s3:::bucket", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", topic + ".fifo"):
        code, message = refusal(
            functions.update_function_configuration, FunctionName=name, DeadLetterConfig={"TargetArn": wrong}
        )
        assert code == "InvalidParameterValueException" and wrong in message
    assert functions.get_function_configuration(FunctionName=name)["DeadLetterConfig"] == {"TargetArn": topic}
    made = functions.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in made


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ({"EphemeralStorage": {"Size": 10241}}, "ValidationException", "less than or equal to 10240"),
        ({"EphemeralStorage": {"Size": 511}}, "ValidationException", "greater than or equal to 512"),
        (
            {"FileSystemConfigs": [{
                "Arn": f"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT}:access-point/fsap-0123456789abcdef0",
                "LocalMountPath": "/mnt/a",
            }]},
            "InvalidParameterValueException",
            "FileSystemConfigs",
        ),
        ({"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:absent:1"]}, "InvalidParameterValueException",
         "Layer version arn:aws:lambda:us-east-1:000000000000:layer:absent:1 does not exist."),
    ],
)  # fmt: skip
def test_refused(client, functions, make_function, given, code, words):
    name = make_function(ECHO)
    plain = client("lambda", parameter_validation=False)
    refused, message = refusal(plain.update_function_configuration, FunctionName=name, **given)
    assert refused == code and words in message


def test_ephemeral_storage(make_function, call):
    name = make_function(
        "import shutil\ndef handler(e, c):\n    return shutil.disk_usage('/tmp').total >> 20\n",
        EphemeralStorage={"Size": 600},
    )
    assert call(name) == (600, None)
