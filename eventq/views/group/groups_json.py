"""Groups, their members and their topics, as JSON documents."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eventq.core.errors import EventqError
from eventq.core.group.groups import Described, topics_of_group
from eventq.core.lag.reads import GroupReads, ListedGroup, MemberDescription
from eventq.core.lag.snapshot import GroupLag
from eventq.core.timestamps import rfc3339


def list_document(groups: Iterable[ListedGroup]) -> dict[str, Any]:
    return {"groups": [{"group": g.group, "type": g.type, "state": g.state} for g in groups]}


def describe_document(moment: float, groups: Sequence[Described]) -> dict[str, Any]:
    return {
        "at": rfc3339(moment),
        "groups": [
            {**_group_document(read, lag), "lag": lag.lag, "lost": lag.lost, "topics": _topics_document(lag)}
            for read, lag in groups
        ],
    }


def _topics_document(lag: GroupLag) -> list[dict[str, Any]]:
    return [
        {"topic": t.topic, "partitions": t.partitions, "committed": t.committed, "lag": t.lag, "lost": t.lost}
        for t in topics_of_group(lag)
    ]


def members_document(moment: float, groups: Sequence[Described]) -> dict[str, Any]:
    return {"at": rfc3339(moment), "groups": [_group_document(read, lag) for read, lag in groups]}


def _group_document(read: GroupReads, lag: GroupLag) -> dict[str, Any]:
    return {
        "group": lag.group,
        "state": lag.state,
        "type": lag.type,
        "assignor": lag.assignor,
        "member_count": lag.member_count,
        "members": member_documents(read.description.members),
        "warnings": list(lag.warnings),
        "error": lag.error,
    }


def member_documents(members: Iterable[MemberDescription] | None) -> list[dict[str, Any]]:
    return [
        {
            "member_id": member.member_id,
            "client_id": member.client_id,
            "host": member.host,
            "assignment": [{"topic": key.topic, "partition": key.partition} for key in member.assignment],
        }
        for member in members or ()
    ]


def deleted_document(groups: Iterable[str], failed: Mapping[str, EventqError]) -> dict[str, Any]:
    return {
        "groups": [
            {
                "group": group,
                "result": "failed" if group in failed else "deleted",
                "error": str(failed[group]) if group in failed else None,
            }
            for group in groups
        ]
    }
