"""Unpacked code is a cache: swept of what no function refers to when the server starts."""

import hashlib

from support.aws import BASIC_EXECUTION, trust, zipped


def returns(value):
    return zipped(f"def handler(event, context):\n    return {value}\n")


def test_it_is_swept(own_server):
    server = own_server()
    iam, functions = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=BASIC_EXECUTION)
    keys = {}
    for name, value in [("kept", 1), ("deleted", 2), ("updated", 3)]:
        package = returns(value)
        keys[name] = hashlib.sha256(package).hexdigest()
        functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": package}
        )
        assert functions.invoke(FunctionName=name)["Payload"].read() == str(value).encode()
    functions.delete_function(FunctionName="deleted")
    functions.update_function_code(FunctionName="updated", ZipFile=returns(4))

    folder = server.data_dir / "code"
    assert {one.name for one in folder.iterdir()} >= set(keys.values())
    (folder / f"{keys['kept']}.half-unpacked").mkdir()
    (folder / "left-over").mkdir()
    assert server.stop() == 0
    server.start()
    functions = server.client("lambda")
    # A deployment waits for what the deployer has to do before it: the sweep.
    functions.update_function_code(FunctionName="updated", ZipFile=returns(5))
    names = {one.name for one in folder.iterdir()}
    assert keys["kept"] in names
    assert not names & {keys["deleted"], keys["updated"], "left-over"}
    assert functions.invoke(FunctionName="kept")["Payload"].read() == b"1"
    assert functions.invoke(FunctionName="updated")["Payload"].read() == b"5"
