"""The list of jars and what it is made of agree."""

import hashlib
from pathlib import Path

import pytest
from jar_list import renew

from eventq.core.local.jars import Jar, parse_jars
from eventq.loops.local.jars import pinned_jars


def test_the_list_is_of_the_version_in_the_pom() -> None:
    assert pinned_jars().kafka_version == renew.pinned_version()


def test_a_folder_as_maven_lays_it_out_becomes_a_list(tmp_path: Path) -> None:
    place = tmp_path / "org" / "apache" / "kafka" / "kafka_2.13" / "4.3.1"
    place.mkdir(parents=True)
    (place / "kafka_2.13-4.3.1.jar").write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    assert parse_jars(renew.list_of(tmp_path)).jars == (
        Jar("org.apache.kafka", "kafka_2.13", "4.3.1", digest, 7),
    )
    (place / "kafka_2.13-4.3.1-linux.jar").write_bytes(b"other")
    with pytest.raises(SystemExit, match="classifier"):
        renew.list_of(tmp_path)
