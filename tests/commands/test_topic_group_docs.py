"""docs/json.md shows the documents of `eventq topic` and `eventq group` with the fields that they have."""

import json

from tests.group_ward import Ward
from tests.json_docs import documented, shape


def test_topic_documents_are_as_documented(ward: Ward) -> None:
    def topic(*arguments: str) -> object:
        return shape(json.loads(ward.eventq("topic", *arguments, "-o", "json").stdout))

    assert topic("create", ward.topic, "--if-not-exists") == shape(
        documented("eventq topic create | alter | delete -o json")
    )
    assert topic("list") == shape(documented("eventq topic list -o json"))
    ward.eventq("topic", "alter", ward.topic, "-c", "retention.ms=60000")
    assert topic("describe", ward.topic) == shape(documented("eventq topic describe -o json"))


def test_group_documents_are_as_documented(ward: Ward) -> None:
    ward.commit(40, 50)
    assert shape(ward.json("list")) == shape(documented("eventq group list -o json"))
    reset = documented("eventq group reset -o json")
    assert shape(ward.json("reset", "-g", ward.group, "--to", "1")) == shape(reset)
    described = shape(documented("eventq group describe | members -o json"))
    member = ward.member()
    assert shape(ward.json("describe", ward.group)) == described
    found = shape(ward.json("members", ward.group))
    member.close()
    for field in ("lag", "lost", "topics"):
        del described["groups"][0][field]
    assert found == described
    assert shape(ward.json("delete", ward.group, "--yes")) == shape(documented("eventq group delete -o json"))
