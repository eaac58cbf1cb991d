"""Function URLs, through the path that needs no name resolution, and through the Host header."""

import base64
import json

import pytest

from support.aws import ACCOUNT, raw, refusal, sign, trust, policy, allow

ECHO = "def handler(event, context):\n    return event\n"


@pytest.fixture
def make_url(functions, make_function):
    """make_url(source, …) -> the URL's id; everybody may call it."""

    def make(source, auth="NONE", permit=True, **more):
        name = make_function(source)
        made = functions.create_function_url_config(FunctionName=name, AuthType=auth, **more)
        if permit:
            functions.add_permission(
                FunctionName=name, StatementId="all", Action="lambda:InvokeFunctionUrl", Principal="*",
                FunctionUrlAuthType=auth,
            )  # fmt: skip
        return made["FunctionUrl"].split("//")[1].split(".")[0]

    return make


def get(server, url_id, path="/", method="GET", headers=None, body=b""):
    return raw(server, method, f"/_lambda-url/{url_id}{path}", headers, body)


def test_the_event(server, make_url):
    url = make_url(ECHO)
    event = get(server, url, "/a%20b?x=1&x=2&y=z", headers={"Cookie": "one=1; two=2", "X-Mine": "v"}).json
    assert event["version"] == "2.0" and event["rawPath"] == "/a b" and event["rawQueryString"] == "x=1&x=2&y=z"
    assert event["queryStringParameters"] == {"x": "1,2", "y": "z"}
    assert event["cookies"] == ["one=1", "two=2"] and event["headers"]["x-mine"] == "v"
    context = event["requestContext"]
    assert context["http"]["method"] == "GET" and context["http"]["path"] == "/a b"
    assert context["accountId"] == "anonymous" and context["apiId"] == url
    assert event["isBase64Encoded"] is False and "body" not in event


def test_the_host_names_it_too(server, make_url):
    url = make_url("def handler(event, context):\n    return event['rawPath']\n")
    reply = raw(server, "GET", "/here", {"Host": f"{url}.lambda-url.us-east-1.localhost:{server.port}"})
    assert (reply.status, reply.text) == (200, '"/here"')


def test_bodies(server, make_url):
    url = make_url(ECHO)
    event = get(server, url, method="POST", headers={"Content-Type": "application/json"}, body=b'{"a":1}').json
    assert event["body"] == '{"a":1}' and event["isBase64Encoded"] is False
    event = get(server, url, method="POST", headers={"Content-Type": "image/png"}, body=b"\x89PNG").json
    assert base64.b64decode(event["body"]) == b"\x89PNG" and event["isBase64Encoded"] is True


def test_responses(server, make_url):
    url = make_url("""
        import base64
        def handler(event, context):
            return {"statusCode": 418, "headers": {"X-Pot": "tea", "content-type": "image/gif"},
                    "cookies": ["a=1; Path=/", "b=2"], "isBase64Encoded": True,
                    "body": base64.b64encode(b"GIF\\xff").decode()}
    """)
    reply = get(server, url)
    assert reply.status == 418 and reply.body == b"GIF\xff"
    assert reply.headers["X-Pot"] == "tea" and reply.headers["Content-Type"] == "image/gif"
    assert reply.headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2"]


def test_failures_are_502(server, make_url):
    reply = get(server, make_url("def handler(event, context):\n    raise ValueError('secret')\n"))
    assert reply.status == 502 and "secret" not in reply.text
    assert get(server, make_url("def handler(e, c):\n    return {'statusCode': 'x'}\n")).status == 502


@pytest.mark.parametrize("answer", [
    {"statusCode": 100}, {"statusCode": 101}, {"statusCode": 600},
    {"statusCode": 200, "headers": {"x a": "1"}}, {"statusCode": 200, "headers": {"": "1"}},
    {"statusCode": 200, "headers": {"x\r\nx-smuggled": "1"}}, {"statusCode": 200, "headers": {"x": ["1"]}},
])  # fmt: skip
def test_answers_that_are_no_http(server, make_url, answer):
    reply = get(server, make_url(f"def handler(event, context):\n    return {answer!r}\n"))
    assert (reply.status, reply.text) == (502, "Internal Server Error")
    assert "x-smuggled" not in reply.headers


def test_values_of_headers_stay_within_their_line(server, make_url):
    url = make_url("def handler(e, c):\n    return {'statusCode': 200, 'headers': {'x': 'a\\r\\ny: b', 'n': 2.5}}\n")
    reply = get(server, url)
    assert (reply.status, reply.headers["x"], reply.headers["n"], "y" in reply.headers) == (200, "a  y: b", "2.5", False)


def test_bytes_that_are_no_text(server, make_url):
    event = get(server, make_url(ECHO), "/a%ff?b=%fe", headers={"X-Mine": "\xff"}).json
    assert event["rawPath"] == "/a\ufffd" and event["queryStringParameters"] == {"b": "\ufffd"}
    assert event["rawQueryString"] == "b=%fe" and event["headers"]["x-mine"] == "\ufffd"


def test_nobody_may_unless_the_policy_says_so(server, make_url):
    reply = get(server, make_url(ECHO, permit=False))
    assert reply.status == 403 and reply.json["Message"].startswith("Forbidden.")
    assert get(server, "nosuchurl").status == 403


def test_signed_requests(server, make_url):
    url = make_url(ECHO, auth="AWS_IAM", permit=False)
    path = f"/_lambda-url/{url}/x"
    assert raw(server, "GET", path).status == 403
    reply = raw(server, "GET", path, sign(server, "lambda", "GET", path))
    assert reply.status == 200, reply.text
    iam = reply.json["requestContext"]["authorizer"]["iam"]
    assert iam["accountId"] == ACCOUNT and iam["accessKey"] == "test" and iam["userArn"].endswith(":root")
    wrong = sign(server, "lambda", "GET", path, secret="other")
    assert raw(server, "GET", path, wrong).status == 403


def test_a_role_needs_the_permission(server, make_url, unique):
    url = make_url(ECHO, auth="AWS_IAM", permit=False)
    iam, sts = server.client("iam"), server.client("sts")
    name = unique("caller")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]

    def status():
        made = sts.assume_role(RoleArn=role, RoleSessionName="s1")["Credentials"]
        path = f"/_lambda-url/{url}/"
        keys = {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"], "token": made["SessionToken"]}
        return raw(server, "GET", path, sign(server, "lambda", "GET", path, **keys)).status

    assert status() == 403
    iam.put_role_policy(
        RoleName=name, PolicyName="p",
        PolicyDocument=policy(allow("lambda:InvokeFunctionUrl",
                                    Condition={"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}})),
    )  # fmt: skip
    assert status() == 200


def test_cors(server, make_url):
    cors = {"AllowOrigins": ["https://good.test"], "AllowMethods": ["GET"], "AllowHeaders": ["x-mine"], "MaxAge": 5}
    url = make_url(ECHO, Cors=cors)
    asks = {"Origin": "https://good.test", "Access-Control-Request-Method": "GET"}
    reply = get(server, url, method="OPTIONS", headers=asks)
    assert reply.status == 200 and reply.headers["Access-Control-Allow-Origin"] == "https://good.test"
    assert reply.headers["Access-Control-Allow-Methods"] == "GET" and reply.headers["Access-Control-Max-Age"] == "5"
    assert get(server, url, headers={"Origin": "https://good.test"}).headers["Access-Control-Allow-Origin"]
    other = get(server, url, headers={"Origin": "https://evil.test"})
    assert other.status == 200 and "Access-Control-Allow-Origin" not in other.headers


def test_streaming_mode(server, make_url):
    url = make_url("def handler(event, context):\n    return {'a': 1}\n", InvokeMode="RESPONSE_STREAM")
    reply = get(server, url)
    assert reply.status == 200 and reply.json == {"a": 1}
    assert reply.headers["Transfer-Encoding"] == "chunked"


def test_the_configuration(functions, make_function):
    name = make_function(ECHO)
    gone = ("ResourceNotFoundException", "The resource you requested does not exist.")
    assert refusal(functions.get_function_url_config, FunctionName=name) == gone
    made = functions.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert made["InvokeMode"] == "BUFFERED" and ".lambda-url.us-east-1.localhost:" in made["FunctionUrl"]
    code, message = refusal(functions.create_function_url_config, FunctionName=name, AuthType="NONE")
    assert code == "ResourceConflictException" and "FunctionUrlConfig exists for this Lambda function" in message
    changed = functions.update_function_url_config(FunctionName=name, AuthType="AWS_IAM", Cors={"AllowOrigins": ["*"]})
    assert changed["AuthType"] == "AWS_IAM" and changed["FunctionUrl"] == made["FunctionUrl"]
    [listed] = functions.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    assert listed["Cors"] == {"AllowOrigins": ["*"]} and json.dumps(listed, default=str)
    functions.delete_function_url_config(FunctionName=name)
    assert refusal(functions.delete_function_url_config, FunctionName=name) == gone
