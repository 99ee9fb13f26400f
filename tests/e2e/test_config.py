"""Options from a TOML file, below those of the command line."""

import http.client
import json
import subprocess

import conftest


def test_serve_takes_its_options_from_a_file(start_server, tmp_path):
    file = tmp_path / "serve.toml"
    file.write_text('log-format = "json"\nlog-requests = true\nstop-grace-seconds = 3\ndomain = ["example.org", "example.net"]\n')
    server = start_server(options=["--config", file])
    server.s3().list_buckets()
    for host, is_s3 in (("data.example.org", True), ("data.example.net", True), ("data.example.com", False)):
        connection = http.client.HTTPConnection(server.address)
        connection.request("GET", "/api/v1/config", headers={"Host": host})
        answer = connection.getresponse()
        assert (answer.getheader("Content-Type") == "application/xml") == is_s3, host
        connection.close()
    server.stop()
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert any(line.get("method") == "GET" for line in lines), lines


def test_the_command_line_goes_before_the_file(start_server, tmp_path):
    file = tmp_path / "serve.toml"
    file.write_text('log-format = "json"\n')
    server = start_server(options=["--config", file, "--log-format", "text"])
    server.stop()
    assert "serving listen=" in server.log.read_text()


def test_a_bad_file_is_named(tmp_path):
    file = tmp_path / "serve.toml"
    file.write_text("no-such-option = 1\n")
    for config, told in ((file, "no-such-option"), (tmp_path / "missing.toml", "missing.toml")):
        done = subprocess.run([conftest.BINARY, "serve", "--data", tmp_path / "data", "--config", config],
                              capture_output=True, text=True, timeout=30)  # fmt: skip
        assert done.returncode == 2, done
        assert told in done.stderr
    assert not (tmp_path / "data").exists()
