"""Many requests at once, on a real broker."""

from kafka.protocol.metadata import MetadataRequest

from eventq.broker.lag.nodes import IN_FLIGHT, Nodes
from eventq.core.settings.settings import Connection


def test_more_requests_to_one_node_than_the_client_takes_at_once_are_all_answered(bootstrap: str) -> None:
    nodes = Nodes(Connection(bootstrap=bootstrap))
    answers = nodes.ask([(MetadataRequest(topics=[]), nodes.ids[0])] * (IN_FLIGHT * 4 + 1))
    nodes.close()
    assert len(answers) == IN_FLIGHT * 4 + 1
    assert not [answer for answer in answers if isinstance(answer, Exception)]
