"""Other programs that answer the same requests, from npm and Maven, installed under build/peers."""

import contextlib
import dataclasses
import pathlib
import shutil
import socket
import subprocess
import time

import boto3
import botocore.config
import scenarios
from support.server import free_port, plain_environment

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "build" / "peers"


@dataclasses.dataclass
class Running:
    port: int = 0
    pid: int = 0
    skipped: str = ""


def install(command: list[str], wanted: pathlib.Path) -> None:
    if wanted.exists():
        return
    if shutil.which(command[0]) is None:
        raise RuntimeError(f"{command[0]} is not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=300)
    if done.returncode != 0 or not wanted.exists():
        raise RuntimeError(f"{command[0]} cannot install it: {(done.stderr or done.stdout).strip()[-200:]}")


@dataclasses.dataclass
class Peer:
    name: str  # the package and its program
    what: str  # "item" or "object"
    service: str
    keys: tuple[str, str]

    @property
    def credential(self) -> list[str]:
        return ["--access-key", self.keys[0], "--secret", self.keys[1]]

    def _command(self, port: int, data: pathlib.Path) -> list[str]:
        """How to start it, once it is installed; a RuntimeError says why there is none."""
        program = FOLDER / "node_modules" / ".bin" / self.name
        install(["npm", "install", "--no-fund", "--no-audit", "--prefix", str(FOLDER), self.name], program)
        flags = ["--path", str(data)] if self.service == "dynamodb" else ["--directory", str(data), "--silent"]
        address = ["--host", "127.0.0.1"] if self.service == "dynamodb" else ["--address", "127.0.0.1"]
        return [str(program), "--port", str(port), *address, *flags]

    def _prepare(self, port: int) -> None:
        session = boto3.Session(*self.keys, region_name="us-east-1")
        config = botocore.config.Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        client = session.client(self.service, endpoint_url=f"http://127.0.0.1:{port}", config=config)
        if self.service == "dynamodb":
            scenarios.make_table(client)
        else:
            client.create_bucket(Bucket=scenarios.NAME)

    @contextlib.contextmanager
    def start(self, work: pathlib.Path):
        port = free_port()
        data = work / self.name
        data.mkdir()
        try:
            command = self._command(port, data)
        except (RuntimeError, subprocess.TimeoutExpired) as problem:
            yield Running(skipped=f"{self.name}: {problem}")
            return
        process = subprocess.Popen(command, env=plain_environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            problem = self._wait(process, port)
            yield Running(port, process.pid, problem)
        finally:
            process.kill()
            process.wait()

    def _wait(self, process: subprocess.Popen, port: int) -> str:
        for _ in range(200):
            if process.poll() is not None:
                return f"{self.name}: it ended with {process.returncode} at its start"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        try:
            self._prepare(port)
        except Exception as problem:  # noqa: BLE001  (whatever it is, the peer cannot be measured)
            return f"{self.name}: {problem}"
        return ""


class DynamoDbLocal(Peer):
    """AWS's own, in Java: with -dbPath it keeps its data in SQLite files."""

    VERSION = "2.5.4"
    POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>peer</artifactId><version>1</version>
      <dependencies><dependency><groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId>
      <version>{VERSION}</version></dependency></dependencies></project>"""

    def _command(self, port: int, data: pathlib.Path) -> list[str]:
        if shutil.which("java") is None:
            raise RuntimeError("java is not installed")
        FOLDER.mkdir(parents=True, exist_ok=True)
        pom, jars = FOLDER / "pom.xml", FOLDER / "jars"
        pom.write_text(self.POM)
        install(["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"],
                jars / f"DynamoDBLocal-{self.VERSION}.jar")
        return ["java", f"-Djava.library.path={jars}", "-cp", f"{jars}/*",
                "com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-port", str(port), "-dbPath", str(data),
                "-disableTelemetry"]


# dynalite with --path keeps its data in LevelDB, without syncing; s3rver writes files, without syncing.
ALL = [Peer("dynalite", "item", "dynamodb", ("test", "test")),
       DynamoDbLocal("DynamoDB Local", "item", "dynamodb", ("test", "test")),
       Peer("s3rver", "object", "s3", ("S3RVER", "S3RVER"))]
