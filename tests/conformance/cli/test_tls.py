"""HTTPS: clients, the command line, and functions behind it."""

import json
import shutil
import subprocess

import botocore.config
import botocore.exceptions
import pytest

from support.aws import BASIC_EXECUTION, trust, zipped
from support.server import Server, plain_environment


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
        check=True, capture_output=True, env=plain_environment(),
    )  # fmt: skip
    server = Server(folder / "data", "--tls-cert", str(certificate), "--tls-key", str(key), scheme="https")
    server.certificate = str(certificate)
    start_secure(server)
    yield server
    assert server.stop() == 0


def start_secure(server):
    """Server.start() asks for /_orrery/health by urllib, which trusts what SSL_CERT_FILE names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", server.certificate)
        server.start()


def client(server, service, verify=True):
    return server.session().client(
        service,
        endpoint_url=server.url,
        verify=server.certificate if verify else None,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


def test_clients(secure):
    s3 = client(secure, "s3")
    s3.create_bucket(Bucket="secure")
    body = b"x" * 300_000
    s3.put_object(Bucket="secure", Key="a", Body=body)
    assert s3.get_object(Bucket="secure", Key="a")["Body"].read() == body
    assert client(secure, "dynamodb").list_tables()["TableNames"] == []


def test_strangers_are_not_trusted(secure):
    with pytest.raises(botocore.exceptions.SSLError):
        client(secure, "dynamodb", verify=False).list_tables()


def test_the_clock(secure, orrery):
    done = orrery("clock", "show", "--url", secure.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("(running)\n")


@pytest.mark.parametrize("sdk", ["none", "boto3"])
def test_a_function_reaches_the_server(secure, sdk):
    """Functions know nothing of the certificate: what they are told to talk to is not secured by it."""
    iam = client(secure, "iam")
    role = iam.create_role(RoleName=sdk, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=sdk, PolicyArn=BASIC_EXECUTION)
    sources = {
        "none": "import os, urllib.request\ndef handler(e, c):\n"
        "    return urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/_orrery/health').status\n",
        "boto3": "import boto3\ndef handler(e, c):\n    return boto3.client('sts').get_caller_identity()['Arn']\n",
    }
    functions = client(secure, "lambda")
    functions.create_function(
        FunctionName=f"reach-{sdk}",
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": zipped(sources[sdk])},
    )
    reply = functions.invoke(FunctionName=f"reach-{sdk}")
    seen = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, seen
    assert seen == 200 if sdk == "none" else seen.endswith(f":assumed-role/{sdk}/reach-{sdk}")


def test_a_wrong_certificate(orrery, tmp_path):
    for name in ("key", "certificate"):
        (tmp_path / name).write_text("no PEM")
    given = ["--tls-cert", str(tmp_path / "certificate"), "--tls-key", str(tmp_path / "key")]
    done = orrery("serve", "--data", str(tmp_path / "data"), "--port", "0", *given)
    assert done.returncode in (1, 2) and "certificate" in done.stderr
    assert done.stderr.count("\n") <= 2
