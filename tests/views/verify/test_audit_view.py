"""What people read of an audit."""

from pathlib import Path

from eventq.core.consume.delivery import Delivery
from eventq.core.verify.names import Name
from eventq.views.verify.audit import lines, screen, verdict_line
from tests.verify_world import World, event_id


def test_lines_show_every_name_the_first_places_and_the_verdict_last(tmp_path: Path) -> None:
    world = World()
    world.processed.remove(event_id(17))
    text = lines(world.audit(tmp_path, group=True))
    rows = [line.split() for line in text.splitlines()]
    shown = [row[0] for row in rows if row and row[0] in {name.value for name in Name}]
    assert list(dict.fromkeys(shown)) == [name.value for name in Name]
    assert ["lost", "1", "no", "consumer"] in rows
    assert ["reordered", "-", "not", "checked"] in rows
    assert "lost orders:1 offset 8, event 17 of worker 0 of run 372d8a68" in text
    assert text.splitlines()[-1] == "exactly-once is broken: 1 lost"


def test_a_terminal_gets_the_same_in_a_table(tmp_path: Path) -> None:
    world = World()
    world.processed.remove(event_id(17))
    text = screen(world.audit(tmp_path), 100)
    assert "lost orders:1 offset 8" in text
    assert "exactly-once is broken: 1 lost" in text


def test_pending_events_are_said_to_be_unfinished(tmp_path: Path) -> None:
    world = World()
    del world.processed[-1]
    world.commits[1] -= 1
    found = world.audit(tmp_path, group=True, delivery=Delivery.AT_LEAST_ONCE)
    assert verdict_line(found) == "at-least-once is unfinished: 1 event pending"
