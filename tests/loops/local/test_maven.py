"""Where the jars come from, as the option, the environment and Maven's own files say."""

from pathlib import Path

import pytest

from eventq.core.errors import EventqError
from eventq.core.local.repository import CENTRAL, Repository
from eventq.loops.local.maven import VARIABLE, repository


def settings(path: Path, url: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mirror = f"<mirror><id>{url}</id><mirrorOf>central</mirrorOf><url>{url}</url></mirror>"
    path.write_text(f"<settings><mirrors>{mirror}</mirrors></settings>")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user whose home is the folder, without Maven."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in (VARIABLE, "M2_HOME", "MAVEN_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_order_is_option_variable_user_installation_central(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository(None) == Repository(CENTRAL)
    installed = machine / "opt" / "maven"
    settings(installed / "conf" / "settings.xml", "https://installed.example.com")
    monkeypatch.setenv("M2_HOME", str(installed))
    assert repository(None).url == "https://installed.example.com"
    settings(machine / ".m2" / "settings.xml", "https://user.example.com")
    assert repository(None).url == "https://user.example.com"
    monkeypatch.setenv(VARIABLE, "https://variable.example.com")
    assert repository(None).url == "https://variable.example.com"
    assert repository("https://option.example.com").url == "https://option.example.com"
    monkeypatch.setenv(VARIABLE, "")
    assert repository(None).url == "https://user.example.com"


def test_an_installation_is_found_by_its_program(machine: Path) -> None:
    program = machine / "opt" / "maven" / "bin" / "mvn"
    settings(machine / "opt" / "maven" / "conf" / "settings.xml", "https://installed.example.com")
    program.parent.mkdir()
    program.touch(mode=0o755)
    (machine / "bin" / "mvn").symlink_to(program)
    assert repository(None).url == "https://installed.example.com"


def test_a_file_that_can_not_be_read_is_told(machine: Path) -> None:
    (machine / ".m2" / "settings.xml").mkdir(parents=True)
    with pytest.raises(EventqError, match=r"settings.xml can't be read: Is a directory"):
        repository(None)
