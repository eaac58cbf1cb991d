"""The `orrery` command: its help, its complaints, the clock."""

import datetime
import json
import re

import pytest

from support.aws import policy, allow, trust


def test_help(orrery):
    for words in ([], ["help"], ["--help"], ["-h"], ["serve", "--help"], ["clock", "-h"]):
        done = orrery(*words)
        assert done.returncode == 0 and done.stderr == ""
        for expected in ("orrery serve", "orrery clock advance DURATION", "--data DIR", "--tls-cert FILE", "AWS_ENDPOINT_URL"):
            assert expected in done.stdout, words
    assert max(len(line) for line in done.stdout.splitlines()) <= 120


def test_version(orrery):
    assert re.fullmatch(r"orrery \d+\.\d+\.\d+\S*\n", orrery("version").stdout)
    assert orrery("--version").stdout == orrery("version").stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["srve"], "unknown command srve; did you mean serve?"),
        (["clok", "show"], "unknown command clok; did you mean clock?"),
        (["serve", "--prot", "1"], "unknown flag --prot; did you mean --port?"),
        (["serve", "--dta=x"], "unknown flag --dta; did you mean --data?"),
        (["serve", "-port", "1"], "unknown flag -port; did you mean --port?"),
        (["serve", "--port"], "--port needs a value"),
        (["serve", "--port", "high"], '--port: "high" is not a number from 0 to 65535'),
        (["serve", "--port", "65536"], '--port: "65536" is not a number from 0 to 65535'),
        (["serve", "--durability", "some"], '--durability: "some" is not one of: full, relaxed'),
        (["serve", "--clock", "frozen@noon"], "--clock: "),
        (["serve", "--account", "12"], '--account: "12" is not an account number of 12 digits'),
        (["serve", "--tls-cert", "x.pem"], "--tls-cert and --tls-key go together"),
        (["clock", "advanc", "1h"], "unknown word advanc; did you mean orrery clock advance?"),
        (["clock", "advance"], "`orrery clock advance` needs a duration: 90s, 24h, 7d"),
        (["clock", "set"], "`orrery clock set` needs a time (ISO 8601)"),
        (["clock", "show", "--ur", "x"], "unknown flag --ur; did you mean --url?"),
    ],
)
def test_a_wrong_word(orrery, words, complaint):
    done = orrery(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("orrery: ") and complaint in done.stderr


def test_a_wrong_variable(orrery):
    done = orrery("serve", ORRERY_PROT="1")
    assert done.returncode == 2
    assert done.stderr == "orrery: unknown environment variable ORRERY_PROT; did you mean ORRERY_PORT?\n"
    done = orrery("serve", ORRERY_PORT="x")
    assert done.returncode == 2 and "port" in done.stderr


def test_a_wrong_file(orrery, tmp_path):
    file = tmp_path / "orrery.yaml"
    for text, complaint in [
        ("prot: 1\n", f"{file}: unknown key prot; did you mean port?"),
        ("port: [1]\n", f"{file}: port needs a single value"),
        ("- port\n", f"{file}: expected `name: value` lines"),
        ("port: {\n", f"{file}: "),
        ("port: high\n", '"high" is not a number from 0 to 65535'),
    ]:
        file.write_text(text)
        done = orrery("serve", "--config", str(file))
        assert done.returncode == 2 and complaint in done.stderr, text
    done = orrery("serve", "--config", str(tmp_path / "absent.yaml"))
    assert done.returncode == 2 and "absent.yaml" in done.stderr


def test_a_data_folder_that_cannot_be(orrery, tmp_path):
    (tmp_path / "file").write_text("")
    done = orrery("serve", "--data", str(tmp_path / "file"), "--port", "0")
    assert done.returncode == 1 and str(tmp_path / "file") in done.stderr


def test_one_server_a_folder(orrery, server):
    done = orrery("serve", "--data", str(server.data_dir), "--port", "0")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and str(server.data_dir) in done.stderr


def test_a_port_taken(orrery, server, tmp_path):
    done = orrery("serve", "--data", str(tmp_path / "data"), "--port", str(server.port))
    assert done.returncode == 1 and str(server.port) in done.stderr


def test_settings_come_from_everywhere(own_server, tmp_path, monkeypatch):
    """Flags before variables before the file."""
    file = tmp_path / "orrery.yaml"
    file.write_text("account: '111111111111'\nclock: frozen@2026-05-01T00:00:00Z\n")
    server = own_server("--config", str(file))
    assert server.client("sts").get_caller_identity()["Account"] == "111111111111"
    assert server.clock.show() == {"mode": "frozen", "now": "2026-05-01T00:00:00.000Z"}


# --- The clock -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def frozen(own_server):
    return own_server("--clock", "frozen@2026-03-01T09:00:00Z")


def test_the_clock(orrery, frozen):
    def clock(*words):
        done = orrery("clock", *words, "--url", frozen.url)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert clock("show") == clock() == "2026-03-01T09:00:00.000Z (frozen)\n"
    assert clock("advance", "6m30s") == "2026-03-01T09:06:30.000Z (frozen)\n"
    assert clock("advance", "PT1H") == "2026-03-01T10:06:30.000Z (frozen)\n"
    assert clock("freeze", "2027-01-01T00:00:00Z") == "2027-01-01T00:00:00.000Z (frozen)\n"
    assert re.fullmatch(r"2028-02-29T12:00:0\d\.\d{3}Z \(offset\)\n", clock("set", "2028-02-29T12:00:00Z"))
    assert re.fullmatch(r"2028-02-29T12:00:0\d\.\d{3}Z \(frozen\)\n", clock("freeze"))
    shown = clock("run")
    assert shown.endswith("Z (running)\n")
    now = datetime.datetime.fromisoformat(shown.split()[0])
    assert abs(now - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(seconds=10)


def test_winding_lists_what_ran(orrery, frozen):
    """A rule without a function behind it: the tick is listed."""
    events = frozen.client("events")
    events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    done = orrery("clock", "advance", "2h", "--url", frozen.url)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "2026-03-01T11:00:00.000Z (frozen)"
    assert [line.split()[0] for line in lines[:-1]] == ["2026-03-01T10:00:00.000Z", "2026-03-01T11:00:00.000Z"]
    assert all("hourly" in line and " ok " in line for line in lines[:-1])


def test_where_the_server_is(orrery, frozen):
    expected = "2026-03-01T09:00:00.000Z (frozen)\n"
    assert orrery("clock", "show", ORRERY_URL=frozen.url).stdout == expected
    assert orrery("clock", "show", AWS_ENDPOINT_URL=frozen.url).stdout == expected
    assert orrery("clock", "show", AWS_ENDPOINT_URL=frozen.url + "/").stdout == expected
    assert orrery("clock", "show", ORRERY_URL=frozen.url, AWS_ENDPOINT_URL="http://127.0.0.1:1").stdout == expected
    assert orrery("clock", "show", f"--url={frozen.url}", ORRERY_URL="http://127.0.0.1:1").stdout == expected
    done = orrery("clock", "show", "--url", "http://127.0.0.1:1")
    assert done.returncode != 0 and "no answer from http://127.0.0.1:1" in done.stderr


def test_who_may_wind(orrery, frozen):
    done = orrery("clock", "show", "--url", frozen.url, AWS_SECRET_ACCESS_KEY="wrong")
    assert done.returncode == 1 and "the server answered 403" in done.stderr
    iam = frozen.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(AWS="*"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("*")))
    keys = frozen.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
    done = orrery(
        "clock", "advance", "1h", "--url", frozen.url,
        AWS_ACCESS_KEY_ID=keys["AccessKeyId"], AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
        AWS_SESSION_TOKEN=keys["SessionToken"],
    )  # fmt: skip
    assert done.returncode == 1 and "root credential" in done.stderr
    assert frozen.clock.show()["now"] == "2026-03-01T09:00:00.000Z"


@pytest.mark.parametrize("words", [["advance", "tomorrow"], ["advance", "-1h"], ["freeze", "noon"], ["set", "2026-13-01"]])
def test_a_wrong_time(orrery, frozen, words):
    done = orrery("clock", *words, "--url", frozen.url)
    assert done.returncode != 0 and ("span of time" in done.stderr or "ISO 8601" in done.stderr)
    assert frozen.clock.show() == {"mode": "frozen", "now": "2026-03-01T09:00:00.000Z"}


def test_the_clock_survives_a_restart(orrery, frozen):
    orrery("clock", "advance", "90m", "--url", frozen.url)
    assert frozen.stop() == 0
    frozen.flags = ()
    frozen.start()
    assert frozen.clock.show() == {"mode": "frozen", "now": "2026-03-01T10:30:00.000Z"}
    orrery("clock", "set", "2030-06-01T00:00:00Z", "--url", frozen.url)
    frozen.kill()
    frozen.start()
    shown = frozen.clock.show()
    assert shown["mode"] == "offset" and shown["now"].startswith("2030-06-01T00:00:")
    orrery("clock", "run", "--url", frozen.url)
    frozen.stop()
    frozen.start()
    assert frozen.clock.show()["mode"] == "running"


# --- A credential of one's own -----------------------------------------------------------------------------------------


def test_init(orrery, own_server):
    server = own_server(start=False)
    done = orrery("init", "--data", str(server.data_dir))
    assert done.returncode == 0
    made = dict(re.findall(r"^export (\w+)=(\S+)$", done.stdout, re.MULTILINE))
    kept = server.data_dir / "root-credential.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["AccessKeyId"] == made["AWS_ACCESS_KEY_ID"]
    again = orrery("init", "--data", str(server.data_dir))
    assert again.returncode == 1 and again.stdout == ""
    assert json.loads(kept.read_text())["AccessKeyId"] == made["AWS_ACCESS_KEY_ID"]

    server.start()
    own = server.client("sts", made["AWS_ACCESS_KEY_ID"], made["AWS_SECRET_ACCESS_KEY"])
    assert own.get_caller_identity()["Arn"].endswith(":root")
    done = orrery("clock", "show", "--url", server.url)
    assert done.returncode == 1
    assert orrery("clock", "show", "--url", server.url, **made).returncode == 0
    assert made["AWS_SECRET_ACCESS_KEY"] not in server.log_text()


def test_the_world_needs_a_credential(orrery, tmp_path):
    done = orrery("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path / "data"))
    assert done.returncode == 2
    assert "refusing to listen on 0.0.0.0 with the well-known credential test/test: run `orrery init" in done.stderr


def test_localhost(own_server):
    """--host takes addresses, and this one name."""
    server = own_server("--host", "localhost")
    assert server.client("sts").get_caller_identity()["Account"] == "000000000000"
