"""What finds advice on groups, for the commands that watch them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from eventq.commands.options import Shared
from eventq.commands.settings.connect import connection
from eventq.core.kafka import Isolation
from eventq.loops.clock import SystemClock
from eventq.loops.lag.advise import Adviser


@contextmanager
def adviser_of(shared: Shared, isolation: Isolation) -> Iterator[Adviser]:
    """Over kafka-python whichever client reads the lag: nothing is connected before something is asked."""
    from eventq.broker.lag.first_record import FirstRecords
    from eventq.broker.lag.last_keys import KafkaLastKeys
    from eventq.broker.lag.retention_facts import KafkaRetentionFacts

    to = connection(shared)
    with closing(FirstRecords(to, isolation)) as records, closing(KafkaRetentionFacts(to)) as facts:
        yield Adviser(facts, records, KafkaLastKeys(to, isolation), SystemClock())
