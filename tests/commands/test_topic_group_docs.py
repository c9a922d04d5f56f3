"""docs/json.md shows the documents of `eventq topic` and `eventq group` with the fields that they have."""

import json

from tests.group_fixture import GroupFixture
from tests.json_docs import documented, shape


def test_topic_documents_are_as_documented(group_fixture: GroupFixture) -> None:
    def topic(*arguments: str) -> object:
        return shape(json.loads(group_fixture.eventq("topic", *arguments, "-o", "json").stdout))

    assert topic("create", group_fixture.topic, "--if-not-exists") == shape(
        documented("eventq topic create | alter | delete -o json")
    )
    assert topic("list") == shape(documented("eventq topic list -o json"))
    group_fixture.eventq("topic", "alter", group_fixture.topic, "-c", "retention.ms=60000")
    assert topic("describe", group_fixture.topic) == shape(documented("eventq topic describe -o json"))


def test_group_documents_are_as_documented(group_fixture: GroupFixture) -> None:
    group_fixture.commit(40, 50)
    assert shape(group_fixture.json("list")) == shape(documented("eventq group list -o json"))
    reset = documented("eventq group reset -o json")
    assert shape(group_fixture.json("reset", "-g", group_fixture.group, "--to", "1")) == shape(reset)
    described = shape(documented("eventq group describe | members -o json"))
    member = group_fixture.member()
    assert shape(group_fixture.json("describe", group_fixture.group)) == described
    found = shape(group_fixture.json("members", group_fixture.group))
    member.close()
    for field in ("lag", "lost", "topics"):
        del described["groups"][0][field]
    assert found == described
    assert shape(group_fixture.json("delete", group_fixture.group, "--yes")) == shape(
        documented("eventq group delete -o json")
    )
