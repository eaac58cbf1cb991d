"""What a function can reach: what its role may, and nothing of the server's."""

import json

import pytest

from support.aws import ACCOUNT, BASIC_EXECUTION, allow, log_lines, policy, trust

# botocore costs 0.4 s a start: where a signature is enough, one is made by hand.
SIGNED = """
import datetime, hashlib, hmac, json, os, urllib.error, urllib.parse, urllib.request

def call(service, method, path, headers=None, body=b"", scope=None):
    url = os.environ["AWS_ENDPOINT_URL"] + path
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    signed = {"host": urllib.parse.urlsplit(url).netloc, "x-amz-content-sha256": digest, "x-amz-date": now,
              "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"], **(headers or {})}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\\n" for name in sorted(signed))
    canonical = "\\n".join([method, path, "", lines, names, digest])
    scope = f"{now[:8]}/us-east-1/{scope or service}/aws4_request"
    text = "\\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    signed["authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
    request = urllib.request.Request(url, data=body or None, method=method, headers=signed)
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()

def dynamodb(operation, document):
    return call("dynamodb", "POST", "/", {"content-type": "application/x-amz-json-1.0",
                "x-amz-target": "DynamoDB_20120810." + operation}, json.dumps(document).encode())
"""


@pytest.fixture
def make_role(server, unique):
    """make_role(statement, …) -> (name, ARN) of a role for functions."""

    def make(*statements):
        iam, name = server.client("iam"), unique("function-role")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return name, arn["Role"]["Arn"]

    return make


def test_credentials_are_a_session_of_the_role(make_function, make_role, call):
    role, arn = make_role()
    source = SIGNED + (
        "def handler(event, context):\n"
        "    return call('sts', 'POST', '/', {'content-type': 'application/x-www-form-urlencoded'},"
        " b'Action=GetCallerIdentity&Version=2011-06-15')\n"
    )
    name = make_function(source, Role=arn)
    (status, text), _ = call(name)
    assert status == 200
    assert f"<Arn>arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}</Arn>" in text


def test_a_role_without_permissions(server, make_function, make_role, call):
    role, arn = make_role()
    name = make_function(SIGNED + "def handler(e, c):\n    return dynamodb('ListTables', {})\n", Role=arn)
    (status, text), failed = call(name)
    assert failed is None and status == 400
    error = json.loads(text)
    assert error["__type"].endswith("AccessDeniedException")
    message = error.get("message") or error.get("Message")
    assert message.startswith(
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name} is not authorized to perform: dynamodb:ListTables on "
        "resource: *"
    )
    statement = json.loads(message.partition("A statement that would allow it: ")[2])
    assert statement["Effect"] == "Allow" and statement["Action"] == "dynamodb:ListTables"

    # What the message says is what helps, and it holds for the next request of the same warm environment.
    server.client("iam").put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=policy(statement))
    assert call(name)[0][0] == 200
    server.client("iam").delete_role_policy(RoleName=role, PolicyName="p")
    assert call(name)[0][0] == 400


def test_without_log_permissions_it_runs(client, make_function, make_role, call):
    _, arn = make_role()
    name = make_function("def handler(event, context):\n    print('unseen')\n    return 'ran'\n", Role=arn)
    assert call(name) == ("ran", None)
    assert log_lines(client("logs"), f"/aws/lambda/{name}") == []


def test_with_boto3(make_function, make_role, call):
    """As people write functions: no endpoint, no region, no keys in the code."""
    _, arn = make_role(allow("s3:ListAllMyBuckets"))
    source = """
    import boto3
    def handler(event, context):
        boto3.client("s3").list_buckets()
        return boto3.client("sts").get_caller_identity()["Account"]
    """
    assert call(make_function(source, Role=arn, Timeout=30)) == (ACCOUNT, None)


def test_the_clock_is_not_a_functions(server, make_function, make_role, call):
    _, arn = make_role(allow("*"))
    source = SIGNED + (
        "def handler(event, context):\n"
        "    return [call('orrery', 'POST', '/_orrery/clock/advance', {}, b'{\"duration\": \"1h\"}'),\n"
        "            call('orrery', 'GET', '/_orrery/clock'),\n"
        "            call('orrery', 'PUT', '/_orrery/clock', {}, b'{\"mode\": \"frozen\"}')]\n"
    )
    replies, _ = call(make_function(source, Role=arn))
    assert [status for status, _ in replies] == [403, 403, 403], replies
    assert server.clock.show()["mode"] == "running"


def test_the_servers_files_are_out_of_reach(server, make_function, call):
    source = """
    import os
    def attempt(action):
        try:
            return repr(action())
        except OSError as error:
            return type(error).__name__
    def handler(event, context):
        data, found = event["data"], {}
        found["listed"] = attempt(lambda: os.listdir(data))
        found["store"] = attempt(lambda: os.listdir(data + "/store"))
        found["read"] = attempt(lambda: open(data + "/store/CURRENT").read())
        found["written"] = attempt(lambda: open(data + "/mine", "w"))
        found["code"] = attempt(lambda: open("/var/task/app.py", "a"))
        found["system"] = attempt(lambda: open("/usr/mine", "w"))
        found["others"] = [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())
                           and b"orrery" in open("/proc/%s/cmdline" % p, "rb").read() and b"serve" in
                           open("/proc/%s/cmdline" % p, "rb").read()]
        open("/tmp/mine", "w").write("fine")
        found["tmp"] = open("/tmp/mine").read()
        return found
    """
    found, failed = call(make_function(source), {"data": str(server.data_dir)})
    assert failed is None, found
    assert found["tmp"] == "fine" and found["others"] == []
    assert found["listed"] in ("[]", "FileNotFoundError", "PermissionError")
    for name in ("store", "read", "written", "code", "system"):
        assert found[name] in ("FileNotFoundError", "PermissionError", "NotADirectoryError", "OSError"), (name, found)
    assert (server.data_dir / "store" / "CURRENT").exists() and not (server.data_dir / "mine").exists()


def test_environments_do_not_share_files(make_function, call):
    source = "import os\ndef handler(e, c):\n    open('/tmp/' + e, 'w')\n    return sorted(os.listdir('/tmp'))\n"
    one, other = make_function(source), make_function(source)
    assert call(one, "a") == (["a"], None)
    assert call(other, "b") == (["b"], None)
    assert call(one, "c") == (["a", "c"], None)


HOSTILE = SIGNED + """
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")

def as_root(service, *request, **more):
    kept = {name: os.environ.pop(name) for name in (*KEYS, "AWS_SESSION_TOKEN")}
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_SESSION_TOKEN="")
    try:
        return call(service, *request, **more)
    finally:
        os.environ.update(kept)

def handler(event, context):
    form = {"content-type": "application/x-www-form-urlencoded"}
    json_1 = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.ListTables"}
    identity = b"Action=GetCallerIdentity&Version=2011-06-15"
    return {
        "sts": as_root("sts", "POST", "/", form, identity),
        "dynamodb": as_root("dynamodb", "POST", "/", json_1, b"{}"),
        "s3": as_root("s3", "GET", "/"),
        "orrery": as_root("orrery", "GET", "/_orrery/clock"),
        "own": call("sts", "POST", "/", form, identity),
    }
"""


def need_separate_users(server):
    protections = server.admin("GET", "/_orrery/functions")["protections"]
    if not any(one["name"] == "root credential" and one["active"] for one in protections):
        pytest.skip("functions run as the server's own user here")


def test_the_servers_start_says_what_protects(server):
    known = server.admin("GET", "/_orrery/functions")["protections"]
    started = server.log_text().splitlines()
    [said] = [line for line in started if "functions are sandboxed" in line]
    for one in known:
        if one["active"]:
            assert one["name"] in said
        else:
            assert any("functions run without a protection" in line and one["name"] in line for line in started)


def test_a_function_is_not_root(server, make_function, call):
    """Everybody knows test/test: a function that signs with it is refused, and goes on as its role."""
    need_separate_users(server)
    source = HOSTILE.replace('"x-amz-security-token": os.environ["AWS_SESSION_TOKEN"], ',
                             '**({"x-amz-security-token": t} if (t := os.environ["AWS_SESSION_TOKEN"]) else {}), ')
    assert source != HOSTILE
    answers, failed = call(make_function(source, Timeout=20))
    assert failed is None
    for service, code in [("sts", "InvalidClientTokenId"), ("dynamodb", "UnrecognizedClientException"),
                          ("s3", "InvalidAccessKeyId"), ("orrery", "InvalidClientTokenId")]:
        status, text = answers[service]
        assert status in (400, 403) and code in text, (service, text)
        assert "comes from a function and is signed with the well-known root credential" in text, service
    assert answers["own"][0] == 200
    assert server.client("sts").get_caller_identity()["Arn"].endswith(":root")  # others go on being root


def test_a_function_is_not_root_either_when_it_hangs_up(server, make_function, call, unique):
    """The kernel forgets whose a socket was when its process closes it."""
    need_separate_users(server)
    bucket = unique("stolen")
    source = HOSTILE.replace('"x-amz-security-token": os.environ["AWS_SESSION_TOKEN"], ', "") + (
        "import socket, time\n"
        "def handler(event, context):\n"
        "    sent = []\n"
        "    def keep(request, *more, **options):\n"
        "        sent.append(request)\n"
        "        raise urllib.error.HTTPError(request.full_url, 0, 'kept', {}, __import__('io').BytesIO())\n"
        "    urllib.request.urlopen = keep\n"
        "    as_root('s3', 'PUT', '/' + event)\n"
        "    lines = [f'PUT /{event} HTTP/1.1', 'Content-Length: 0']\n"
        "    lines += [f'{name}: {value}' for name, value in sent[0].header_items()]\n"
        "    host = urllib.parse.urlsplit(os.environ['AWS_ENDPOINT_URL'])\n"
        "    with socket.create_connection((host.hostname, host.port)) as connection:\n"
        "        connection.sendall(('\\r\\n'.join(lines) + '\\r\\n\\r\\n').encode())\n"
        "    time.sleep(0.3)\n"
        "    return len(lines)\n"
    )
    lines, failed = call(make_function(source, Timeout=20), bucket)
    assert failed is None and lines > 5
    names = {one["Name"] for one in server.client("s3").list_buckets()["Buckets"]}
    assert bucket not in names
