"""`eventq config show`, as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

SECRET = "hush-hush"


def config_show(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eventq", "config", "show", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**kept, **variables}
    )


def test_each_setting_is_shown_with_its_source_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(f"{SECRET}\n")
    config = tmp_path / "client.properties"
    config.write_text(
        f"# shared\nsasl.password=${{file:{tmp_path}/pw}}\nsecurity.protocol=SASL_SSL\nkey.serializer=x.Y\n"
    )
    arguments = ["--command-config", str(config), "-X", "linger.ms=5", "-b", "a:1"]
    done = config_show(*arguments, "-o", "json", KAFKA_TOPIC="orders")
    shown = json.loads(done.stdout)
    settings = {row["name"]: (row["value"], row["source"]) for row in shown["settings"]}
    properties = {row.pop("name"): row for row in shown["properties"]}
    assert settings["bootstrap-server"] == ("a:1", "--bootstrap-server")
    assert settings["topic"] == ("orders", "KAFKA_TOPIC")
    assert settings["linger-ms"] == ("5", "-X")
    assert settings["batch-bytes"] == (None, "default")
    assert properties["sasl.password"] == {
        "value": "********",
        "source": f"{config}:2",
        "used_by": ["admin", "producer", "consumer"],
    }
    assert properties["key.serializer"]["used_by"] == []
    assert properties["linger.ms"]["used_by"] == ["producer"]
    assert shown["client"] in {"librdkafka", "kafka-python"}
    assert set(shown["versions"]) == {"eventq", "python", "kafka-python", "confluent-kafka"}
    text = config_show(*arguments, "-v")
    assert "key.serializer x.Y" in text.stderr
    assert "ignored" in text.stderr
    assert len(set(text.stderr.splitlines())) == len(text.stderr.splitlines())
    assert SECRET not in done.stdout + done.stderr + text.stdout + text.stderr


def test_a_bad_setting_is_told_with_file_and_line(tmp_path: Path) -> None:
    config = tmp_path / "client.properties"
    config.write_text("acks=all\nlingr.ms=5\n")
    done = config_show("--command-config", str(config))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{config}:2: lingr.ms" in done.stderr
    assert "did you mean linger.ms?" in done.stderr


def test_a_file_that_a_client_would_need_must_be_there() -> None:
    done = config_show("-X", "security.protocol=SSL", "-X", "ssl.ca.location=/no/such.pem")
    assert done.returncode == 2
    assert "ssl.ca.location /no/such.pem" in done.stderr


def test_quiet_and_verbose_exclude_each_other() -> None:
    assert config_show("-q", "-v").returncode == 2


def test_a_duration_and_an_address_that_are_none_are_usage_errors_that_say_so() -> None:
    assert "--connect-timeout: not a duration: '5'" in config_show("--connect-timeout", "5").stderr
    assert config_show("-b", "").returncode == config_show("-b", "host:port").returncode == 2


def test_help_cut_off_by_a_closed_pipe_is_no_error() -> None:
    shell = f"set -o pipefail; {sys.executable} -m eventq --help | head -1"
    assert subprocess.run(["bash", "-c", shell], capture_output=True, check=False).returncode == 0
