"""What every end-to-end test uses: the release build as a real process on a data folder of its own.

`server` is one that runs; `start_server` makes more of them, on a chosen data folder if need be. The binary is
$ANABRANCH_BINARY, else build/release/anabranch. A test fails when a server of its own died without being asked to.
"""

import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("ANABRANCH_BINARY", ROOT / "build/release/anabranch"))

READY_SECONDS_MAX = 60  # far more than it takes: a sign of life, not a measurement
STOP_SECONDS_MAX = 60
LOG_LINES_SHOWN = 60

# Below the range that Linux gives to outgoing connections, so that none of them sits on a port we chose.
PORT_MIN, PORT_MAX = 10_000, 32_000


def free_port():
    """A port on which nothing listens now."""
    while True:
        port = random.randrange(PORT_MIN, PORT_MAX)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Server:
    """`anabranch serve` as a child process. start() after stop() or kill() serves the same data on the same ports."""

    def __init__(self, data, access_key_id="AKIAIOSFODNN7EXAMPLE", secret_access_key="wJalrXUtnFEMI/K7MDENG/test",
                 options=(), wrapper=()):  # fmt: skip
        self.data = pathlib.Path(data)
        self.wrapper = [*wrapper]  # a command that becomes the one after it (env, nsenter)
        self.access_key_id = access_key_id
        self.secret_access_key = secret_access_key
        self.options = [*options]
        self.address = f"127.0.0.1:{free_port()}"
        self.s3_address = f"127.0.0.1:{free_port()}"
        self.endpoint = f"http://{self.address}"
        self.s3_endpoint = f"http://{self.s3_address}"
        self.log = self.data.with_name(self.data.name + ".log")
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def environment(self):
        """What clients read: ours, and those of S3 and lakeFS."""
        return {
            "ANABRANCH_ENDPOINT": self.endpoint,
            "ANABRANCH_ACCESS_KEY_ID": self.access_key_id,
            "ANABRANCH_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "LAKECTL_SERVER_ENDPOINT_URL": self.endpoint,
            "LAKECTL_CREDENTIALS_ACCESS_KEY_ID": self.access_key_id,
            "LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY": self.secret_access_key,
        }

    def start(self):
        """Starts it and waits until it is ready."""
        assert self.process is None, "it runs already"
        self.data.parent.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {
            "ANABRANCH_ROOT_ACCESS_KEY_ID": self.access_key_id,
            "ANABRANCH_ROOT_SECRET_ACCESS_KEY": self.secret_access_key,
        }
        command = [*self.wrapper, BINARY, "serve", "--data", self.data, "--listen", self.address, "--s3-listen", self.s3_address]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*command, *self.options], env=environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT)  # fmt: skip
        give_up = time.monotonic() + READY_SECONDS_MAX
        while not self.is_ready():
            if self.process.poll() is not None:
                status, self.process = self.process.returncode, None
                pytest.fail(f"the server ended with {status} before it was ready:\n{self.log_tail()}")
            if time.monotonic() > give_up:
                self.kill()
                pytest.fail(f"the server was not ready within {READY_SECONDS_MAX} s:\n{self.log_tail()}")
            time.sleep(0.005)
        return self

    def is_ready(self):
        no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with no_proxy.open(f"{self.endpoint}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self):
        """kill -9: no goodbye, no flush."""
        self.fail_if_dead()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        """As an operator stops it. Fails unless it ends by itself with 0."""
        self.fail_if_dead()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"the server did not stop within {STOP_SECONDS_MAX} s:\n{self.log_tail()}")
        self.process = None
        if status != 0:
            pytest.fail(f"the server ended with {status} when it was asked to stop:\n{self.log_tail()}")

    def fail_if_dead(self):
        """Fails the test if the process ended although nobody asked it to."""
        assert self.process is not None, "it was not started"
        if (status := self.process.poll()) is not None:
            self.process = None
            pytest.fail(f"the server died with {status}:\n{self.log_tail()}")

    def log_tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])

    def s3(self, endpoint=None, **config):
        """A boto3 client as root; keywords go into its botocore Config."""
        import boto3
        from botocore.config import Config

        return boto3.client("s3", endpoint_url=endpoint or self.endpoint, region_name="us-east-1",
                            aws_access_key_id=self.access_key_id, aws_secret_access_key=self.secret_access_key,
                            config=Config(**({"retries": {"max_attempts": 1}} | config)))  # fmt: skip

    @property
    def port(self):
        return int(self.address.rpartition(":")[2])

    @property
    def auth(self):
        """For requests: HTTP Basic as root."""
        return self.access_key_id, self.secret_access_key

    @property
    def api(self):
        return f"{self.endpoint}/api/v1"

    def lakefs(self):
        """A client of the `lakefs` package as root."""
        from lakefs.client import Client

        return Client(host=self.endpoint, username=self.access_key_id, password=self.secret_access_key)


@pytest.fixture
def start_server(tmp_path):
    """start_server(data=None, **arguments of Server) starts one more server; all are stopped after the test."""
    if not os.access(BINARY, os.X_OK):
        pytest.fail(f"there is no program {BINARY}: run `make build`")
    servers = []

    def start(data=None, **arguments):
        server = Server(data or tmp_path / f"data-{len(servers)}", **arguments)
        servers.append(server)
        return server.start()

    yield start
    failures = []
    for server in servers:
        if server.process is None:
            continue
        try:
            server.stop()
        except pytest.fail.Exception as failure:
            failures.append(str(failure))
    if failures:
        pytest.fail("\n".join(failures))


@pytest.fixture
def server(start_server):
    """A server on a fresh data folder."""
    return start_server()


@pytest.fixture
def name():
    """A name for the test's bucket or repository."""
    return "under-test"
