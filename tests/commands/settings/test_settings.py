"""Where settings come from: every source beats the ones below it, for every setting."""

import subprocess
import sys
from pathlib import Path

import pytest

from eventq.commands.options import Shared, output_format
from eventq.commands.settings.settings import layers, number, setting, text_if_given
from eventq.core.errors import UsageError
from eventq.core.settings.settings import SETTINGS, properties
from tests.consume_harness import ConsumeHarness

NONE = Shared(None, (), None, None, None, None, None, quiet=False, verbose=False, debug=False)


def shared(**given: object) -> Shared:
    return Shared(**{**{name: getattr(NONE, name) for name in Shared.__slots__}, **given})


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file or variable of the machine that runs the tests has a say in them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for known in SETTINGS.values():
        for variable in known.variables:
            monkeypatch.delenv(variable, raising=False)
    (tmp_path / "eventq").mkdir()
    layers.cache_clear()


def profile(tmp_path: Path, body: str, name: str = "dev") -> str:
    with (tmp_path / "eventq" / "config.toml").open("a") as file:
        file.write(f"[profiles.{name}]\n{body}\n")
    return name


@pytest.mark.parametrize("name", SETTINGS)
def test_each_source_beats_those_below_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = SETTINGS[name]
    config = tmp_path / "client.properties"
    assert setting(NONE, None, name).value == known.default
    found = [setting(NONE, None, name).source]
    steps: dict[str, object] = {"profile": profile(tmp_path, f'"{name}" = "1"')}
    found.append(setting(shared(**steps), None, name).source)
    expected = ["default", "profile dev"]
    if known.java:
        config.write_text(f"{known.java} = 2\n")
        steps["command_config"] = config
        found.append(setting(shared(**steps), None, name).source)
        expected.append(f"{config}:1")
    for variable in reversed(known.variables):
        monkeypatch.setenv(variable, "3")
        layers.cache_clear()
        found.append(setting(shared(**steps), None, name).source)
        expected.append(variable)
    if known.java:
        steps["properties"] = (f"{known.java}=4",)
        found.append(setting(shared(**steps), None, name).source)
        expected.append("-X")
    last = setting(shared(**steps), "5", name)
    assert [*found, (last.value, last.source)] == [*expected, ("5", f"--{name}")]


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_ADDRESS", "")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "b:1")
    assert setting(NONE, None, "bootstrap-server").value == "b:1"
    assert text_if_given(NONE, None, "topic") is None


def test_a_java_value_means_what_the_option_would_say() -> None:
    said = shared(properties=("isolation.level=read_committed", "session.timeout.ms=6000", "acks=-1"))
    assert [setting(said, None, name).value for name in ("isolation", "session-timeout", "acks")] == [
        "read-committed",
        "6000ms",
        "all",
    ]


def test_properties_come_from_every_source_and_the_strongest_counts(tmp_path: Path) -> None:
    config = tmp_path / "c.properties"
    config.write_text("client.id=file\nclient.rack=file\n")
    name = profile(tmp_path, 'client.id = "profile"\nsasl.mechanism = "PLAIN"\nretries = 3\ntopic = "t"')
    found = properties(layers(shared(command_config=config, profile=name, properties=("client.id=a=b",))))
    assert {key: value.value for key, value in found.items()} == {
        "client.id": "a=b",
        "client.rack": "file",
        "sasl.mechanism": "PLAIN",
        "retries": "3",
    }


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5"])
def test_a_number_that_is_none_is_told_with_its_source(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_CONSUMER_COUNT", value)
    with pytest.raises(UsageError, match="KAFKA_CONSUMER_COUNT"):
        number(NONE, None, "count")


def test_an_unknown_profile_lists_those_that_there_are(tmp_path: Path) -> None:
    profile(tmp_path, "", "prod")
    profile(tmp_path, "", "dev")
    with pytest.raises(UsageError) as error:
        layers(shared(profile="prd"))
    assert error.value.hint == "profiles there: dev, prod"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"properties": ("acks",)}, "acks"),
        ({"properties": ("=1",)}, "without a value"),
        ({"command_config": Path("/no/such.properties")}, "/no/such.properties"),
        ({"profile": "x"}, r"config\.toml"),
    ],
)
def test_a_source_that_cant_be_read_is_a_usage_error_that_names_it(
    given: dict[str, object], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        layers(shared(**given))


@pytest.mark.parametrize(
    ("habit", "meant"),
    [
        ("beginning", "--from-beginning"),
        ("end", "at the end"),
        ("1234", "--from 1234"),
        ("xml", "text, json"),
    ],
)
def test_a_format_that_is_none_gets_an_error_that_names_the_option_meant(habit: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"-o {habit}") as error:
        output_format(shared(output=habit), ("text", "json"))
    assert meant in (error.value.hint or "")


@pytest.mark.parametrize(
    ("client", "bad"),
    [("librdkafka", "delivery.timeout.ms=1"), ("kafka-python", "delivery.timeout.ms=1")],
)
def test_a_setting_that_only_the_client_knows_to_be_bad_is_a_usage_error(
    harness: ConsumeHarness, client: str, bad: str
) -> None:
    harness.create()
    command = [
        sys.executable,
        "-m",
        "eventq",
        "produce",
        "-n",
        "1",
        "-b",
        harness.bootstrap,
        "-t",
        harness.topic,
    ]
    done = subprocess.run(
        [*command, "--client", client, "-X", bad], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert f"{client} refuses these settings" in done.stderr
