"""Each rule of who may import whom, proved by an import against it in a copy of the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run_folder import CHECKOUT

LINT = Path(sys.executable).with_name("lint-imports")
PLANTED = {
    "cli -> commands -> { loops, broker, stores, views } -> core": ("loops/clock", "eventq.broker.patience"),
    "core is pure: no client, no database, no terminal": ("core/errors", "socket"),
    "only the broker floor imports a Kafka client": ("loops/clock", "kafka"),
    "only the stores floor imports a database driver": ("loops/clock", "sqlite3"),
    "only views import rich": ("commands/output", "rich"),
    "core: verify -> { produce, consume, group } -> topic -> lag -> { settings, local }": (
        "core/purchase",
        "eventq.core.consume.quota",
    ),
    "broker: verify -> { produce, consume, group } -> topic -> lag -> local": (
        "broker/patience",
        "eventq.broker.lag.wire",
    ),
    "loops: verify -> { produce, consume, group } -> lag -> local": (
        "loops/processes/exits",
        "eventq.loops.lag.keyboard",
    ),
    "stores: verify -> { produce, consume }": (
        "stores/private_postgresql/binaries",
        "eventq.stores.verify.id_lines",
    ),
    "views: verify -> { produce, consume, group } -> topic -> lag -> { settings, local }": (
        "views/live",
        "eventq.views.settings.config",
    ),
    "commands: verify -> { produce, consume, group } -> topic -> lag -> { settings, local }": (
        "commands/arguments",
        "eventq.commands.settings.settings",
    ),
    "settings knows nothing of lag, topic, group, produce, consume, verify": (
        "commands/settings/connect",
        "eventq.core.lag.eta",
    ),
    "lag knows nothing of topic, group, produce, consume, verify": (
        "views/lag/csv",
        "eventq.core.group.groups",
    ),
    "topic knows nothing of group, produce, consume, verify": (
        "views/topic/topics",
        "eventq.core.group.groups",
    ),
    "group knows nothing of produce, consume, verify": ("views/group/reset", "eventq.core.consume.work"),
    "produce knows nothing of group, consume, verify": ("loops/produce/worker", "eventq.core.consume.work"),
    "consume knows nothing of group, produce, verify": (
        "broker/consume/kafka_python",
        "eventq.core.produce.plan",
    ),
    "local knows nothing of any other feature": ("commands/local/options", "eventq.core.settings.numbers"),
    "no other feature knows of local": ("commands/topic/topic", "eventq.core.local.jars"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    shutil.copytree(CHECKOUT / "eventq", tmp_path / "eventq", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def contracts(where: Path) -> dict[str, bool]:
    """The contracts by name, and whether each is kept."""
    command = [str(LINT), "--no-cache", "--no-logo"]
    env = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(command, cwd=where, env=env, capture_output=True, text=True, check=False)
    found = re.findall(r"^(.+) (KEPT|BROKEN)$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return {name: kept == "KEPT" for name, kept in found}


def test_every_contract_is_proved_here(copy: Path) -> None:
    assert contracts(copy) == dict.fromkeys(PLANTED, True)


@pytest.mark.parametrize("name", PLANTED)
def test_an_import_against_a_contract_breaks_it_and_no_other(copy: Path, name: str) -> None:
    module, imported = PLANTED[name]
    with (copy / "eventq" / f"{module}.py").open("a") as file:
        file.write(f"\nimport {imported}\n")
    assert {each for each, kept in contracts(copy).items() if not kept} == {name}


@pytest.mark.parametrize("floor", ["core", "broker", "loops", "stores", "views", "commands"])
def test_a_feature_that_no_contract_names_is_refused(copy: Path, floor: str) -> None:
    (copy / "eventq" / floor / "unnamed").mkdir()
    (copy / "eventq" / floor / "unnamed" / "__init__.py").touch()
    (broken,) = (each for each, kept in contracts(copy).items() if not kept)
    assert broken.startswith(f"{floor}: ")
