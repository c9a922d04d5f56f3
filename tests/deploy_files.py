"""The files of deploy/, and Prometheus's own programs to try them with."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.run_folder import CHECKOUT

DEPLOY = CHECKOUT / "deploy"


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def manifests() -> Iterator[tuple[str, Any]]:
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for document in documents(path):
            yield f"{path.name} {document['kind']}", document


def prometheus_program(name: str, folder: Path) -> Path:
    """`promtool` of the PATH, or of Debian's package, unpacked in `folder`: nothing is installed.

    Where neither is: skipped on a laptop, a failure in CI.
    """
    found = shutil.which(name)
    if found:
        return Path(found)
    unpacked = folder / "usr" / "bin" / name
    if not unpacked.exists() and not _unpack(folder):
        if os.environ.get("CI") == "true":
            pytest.fail(f"no {name}, and Debian's package prometheus can't be had")
        pytest.skip(f"no {name}")
    return unpacked


def _unpack(folder: Path) -> bool:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    for refresh in (False, True):
        if refresh:
            subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        subprocess.run(
            ["apt-get", "download", "-qq", "prometheus"], cwd=folder, check=False, capture_output=True
        )
        for package in folder.glob("prometheus_*.deb"):
            return subprocess.run(["dpkg-deb", "-x", package, folder], check=False).returncode == 0
    return False
