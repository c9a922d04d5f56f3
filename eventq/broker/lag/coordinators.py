"""Requests about groups over kafka-python, each to the coordinator that the group has at that moment.

The client's own calls remember a group's coordinator for good, and ask it even after the group has moved.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kafka.protocol.metadata import FindCoordinatorRequest

from eventq.broker.lag.nodes import Nodes
from eventq.broker.patience import NOT_YET

_PER_REQUEST = 100


def refused_for_now(answer: Any) -> bool:
    """Whether this is an answer with an error code that passes by itself."""
    return getattr(answer, "error_code", None) in NOT_YET


def _described(answer: Any) -> Mapping[str, Any]:
    return {row.group_id: row for row in answer.groups}


class Coordinators:
    """What is refused for now is asked again, of the coordinator of that moment, while patience lasts."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes

    def ask(
        self,
        groups: Iterable[str],
        request: Callable[[list[str]], Any],
        rows: Callable[[Any], Mapping[str, Any]] = _described,
    ) -> dict[str, Any]:
        """Each group's row of the answer to a request about many.

        Of a group that could not be asked about: FindCoordinator's row, with its error code, or the error.
        """
        return self._nodes.patience.settled(
            "coordinators", groups, lambda names: self._asked(names, request, rows), refused_for_now
        )

    def ask_one(self, group: str, request: Any) -> Any:
        """The answer to a request about one group; else what `ask` has for it."""
        return self.ask([group], lambda _: request, lambda answer: {group: answer})[group]

    def _asked(
        self,
        groups: Sequence[str],
        request: Callable[[list[str]], Any],
        rows: Callable[[Any], Mapping[str, Any]],
    ) -> dict[str, Any]:
        found = self._coordinators(groups)
        batches = _by_node(found)
        answers = self._nodes.ask([(request(names), node) for node, names in batches])
        for (_, names), answer in zip(batches, answers, strict=True):
            found |= dict.fromkeys(names, answer) if isinstance(answer, Exception) else rows(answer)
        return found

    def _coordinators(self, groups: Sequence[str]) -> dict[str, Any]:
        """Each group's row of FindCoordinator's answer, or the error."""
        batches = [list(groups[i : i + _PER_REQUEST]) for i in range(0, len(groups), _PER_REQUEST)]
        requests = [FindCoordinatorRequest(key_type=0, coordinator_keys=b, min_version=4) for b in batches]
        found: dict[str, Any] = {}
        for names, answer in zip(batches, self._nodes.ask_any(requests), strict=True):
            if isinstance(answer, Exception):
                found |= dict.fromkeys(names, answer)
            else:
                found |= {row.key: row for row in answer.coordinators}
        return found


def _by_node(coordinators: Mapping[str, Any]) -> list[tuple[int, list[str]]]:
    """Batches of the groups that have a coordinator, and its node."""
    nodes: dict[int, list[str]] = defaultdict(list)
    for group, row in coordinators.items():
        if not (isinstance(row, Exception) or row.error_code):
            nodes[row.node_id].append(group)
    return [
        (node, names[i : i + _PER_REQUEST])
        for node, names in nodes.items()
        for i in range(0, len(names), _PER_REQUEST)
    ]
