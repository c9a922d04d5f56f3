"""The Dockerfile: what can be told without building it."""

import json
import re

from tests.deploy_files import DEPLOY
from tests.run_folder import CHECKOUT

TEXT = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
LINES = re.sub(r"\\\n\s*", "", TEXT).splitlines()
STEPS = [line.split(maxsplit=1) for line in LINES if line and not line.startswith("#")]
PROJECT = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
EXTRAS = set(
    re.findall(r"^(\w+) = \[", PROJECT.partition("[project.optional-dependencies]")[2], re.MULTILINE)
)


def said(instruction: str) -> list[str]:
    return [rest for name, rest in STEPS if name == instruction]


def test_the_last_stage_has_only_what_the_first_has_installed() -> None:
    assert len(said("FROM")) == 2
    assert said("COPY")[-1].startswith("--from=build ")


def test_it_installs_extras_that_exist_from_files_that_exist() -> None:
    (extras,) = re.findall(r"'\.\[([\w,]+)\]'", TEXT)
    assert set(extras.split(",")) <= EXTRAS
    copied = [word for rest in said("COPY")[:-1] for word in rest.split()[:-1]]
    assert copied
    assert all((CHECKOUT / path).exists() for path in copied)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{path}" for path in copied} <= set(ignored)


def test_it_is_not_root_by_a_number_that_kubernetes_can_check() -> None:
    assert all(int(number) > 0 for number in said("USER")[-1].split(":"))


def test_signals_reach_eventq_as_there_is_no_shell_before_it() -> None:
    (command,) = (json.loads(rest) for rest in said("ENTRYPOINT"))
    assert f'{command[0]} = "eventq.__main__:main"' in PROJECT
    assert isinstance(json.loads(said("CMD")[0]), list)
