"""From the options of `eventq produce` to what is to be done, by settings alone: no broker is asked."""

import os
from pathlib import Path
from random import SystemRandom
from zlib import crc32

from eventq.commands.options import Shared
from eventq.commands.produce.bound_options import UNBOUNDED, BoundOptions, check_bound
from eventq.commands.produce.fault_options import FaultOptions
from eventq.commands.produce.load import load
from eventq.commands.produce.options import ProduceOptions
from eventq.commands.produce.shard_options import ShardOptions
from eventq.commands.produce.topic import TopicRules
from eventq.commands.produce.transaction_options import TransactionOptions, check_sending
from eventq.commands.settings import settings
from eventq.commands.settings.connect import connection, data_client
from eventq.core.errors import UsageError
from eventq.core.kafka import check_names
from eventq.core.parse import whole
from eventq.core.produce.keys import parse_key
from eventq.core.produce.plan import Acks, Compression, InputFormat, LedgerPlan, ProducePlan, SendPlan
from eventq.core.produce.shard import WHOLE, Shard
from eventq.core.produce.transactions import TransactionPlan
from eventq.core.settings.numbers import INT
from eventq.core.settings.settings import Role

_ALONE, _NO_TRANSACTIONS, _NO_FAULTS = ShardOptions(), TransactionOptions(), FaultOptions()


def produce_plan(
    shared: Shared,
    options: ProduceOptions,
    sharding: ShardOptions = _ALONE,
    transactions: TransactionOptions = _NO_TRANSACTIONS,
    faults: FaultOptions = _NO_FAULTS,
    bound: BoundOptions = UNBOUNDED,
) -> ProducePlan:
    """UsageError for what can't mean anything."""
    options.check(chooses=transactions.abort is not None)
    shard, start = sharding.part(options.workers), sharding.start()
    if shard is not None and options.input is not None:
        raise UsageError("--shard with --input", hint="lines are sent by one producer, and not in parts")
    seed = _seed(options, start if shard else None)
    paced = load(options, seed)
    key = parse_key(options.key)
    run = os.urandom(4).hex()  # the module secrets would load OpenSSL
    if shard is not None:
        run = _run_of_all(seed, start, settings.text(shared, options.topic, "topic"))
    send = _send_plan(shared, options, transactions.plan(run))
    queue = bound.bound(shared)
    if queue is not None:
        check_bound(queue, send, paced=paced.paced, alone=shard is None)
    return ProducePlan(
        run=run,
        send=send,
        schedule=paced,
        seed=seed,
        key=key,
        workers=options.workers,
        input=options.input,
        input_format=options.input_format or InputFormat.LINES,
        keep_partition=options.keep_partition,
        keep_timestamp=options.keep_timestamp,
        stamp=options.stamped(),
        ledger=_ledger(options, shard or WHOLE),
        fault=faults.plan(options.input, options.workers),
        shard=shard or WHOLE,
        start=start,
        bound=queue,
    )


def _seed(options: ProduceOptions, start: int | None) -> int:
    """`start` is what all shards of a load know, None if there are no shards."""
    if options.seed is not None:
        return options.seed
    return SystemRandom().getrandbits(64) if start is None else start


def _run_of_all(*parts: object) -> str:
    """The same for all shards, so that their events and ledgers are of one run."""
    return f"{crc32(repr(parts).encode()):08x}"


def _ledger(options: ProduceOptions, shard: Shard) -> LedgerPlan | None:
    """UsageError for files that can't be made; the workers make them."""
    if options.ledger is None:
        return None
    ledger = LedgerPlan(options.ledger, options.ledger_append)
    for worker in range(options.workers):
        path = ledger.file(shard.share(worker, options.workers).worker)
        if not _is_there(path):
            continue
        if not ledger.append:
            raise UsageError(
                f"--ledger {path} is there already",
                hint="name a new file, or continue this one by --ledger-append",
            )
        from eventq.stores.produce.ledger_file import check_appendable

        check_appendable(Path(path))
    return ledger


def _is_there(path: str) -> bool:
    """UsageError where no such file could be."""
    try:
        if not Path(path).parent.is_dir():
            raise UsageError(
                f"--ledger {path} can't be written: there is no such folder", hint="make the folder first"
            )
        return Path(path).exists() or Path(path).is_symlink()
    except (OSError, ValueError) as error:
        raise UsageError(f"--ledger {path} can't be written: {error}", hint="name another file") from error


def topic_rules(shared: Shared, options: ProduceOptions) -> TopicRules:
    return TopicRules(
        partitions=settings.number(shared, options.partitions, "partitions"),
        replicas=settings.number(shared, options.replicas, "replicas"),
        asked=settings.setting(shared, options.partitions, "partitions").given,
        create=options.create,
        grow=options.grow,
    )


def _send_plan(shared: Shared, options: ProduceOptions, transactions: TransactionPlan | None) -> SendPlan:
    to = connection(shared, Role.PRODUCER)
    (topic,) = check_names([settings.text(shared, options.topic, "topic")])
    plan = SendPlan(
        connection=to,
        client=data_client(to),
        topic=topic,
        partition=options.partition,
        acks=settings.choice(shared, Acks, options.acks, "acks"),
        compression=settings.choice(shared, Compression, options.compression, "compression"),
        linger_ms=_number(shared, options.linger_ms, "linger-ms"),
        batch_bytes=_number(shared, options.batch_bytes, "batch-bytes"),
        transactions=transactions,
    )
    check_sending(plan)
    return plan


def _number(shared: Shared, given: int | None, name: str) -> int | None:
    text = settings.text_if_given(shared, None if given is None else str(given), name)
    value = None if text is None else whole(text)
    if text is not None and (value is None or value > INT):
        raise UsageError(f"--{name} is not a whole number in 32 bits: {text!r:.120}", hint="such as 5")
    return value
