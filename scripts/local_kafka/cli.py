"""scripts/kafka: what was asked, in words; see `scripts/kafka --help`."""

import argparse
import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from local_kafka import compose, jars, java, layout
from local_kafka.layout import Cluster, KafkaProblem

_PORT = 9092


def main() -> int:
    given = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a terminated `up`, too, leaves no broker
    try:
        with nullcontext() if given.run in {_status, _logs} else _one_at_a_time():
            code: int = given.run(given)
    except KafkaProblem as problem:
        print(f"scripts/kafka: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two calls in one checkout follow each other: both may pick ports, or download the jars."""
    layout.HOME.mkdir(exist_ok=True)
    with (layout.HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _up(given: argparse.Namespace) -> int:
    kept = layout.load(given.port) if given.port else None
    cluster = _wanted(given, kept)
    began = time.monotonic()
    layout.save(cluster)
    try:
        (compose if cluster.way == "docker" else java).up(cluster)
    except BaseException:
        layout.save(kept) if kept else layout.forget(cluster)
        raise
    count = len(cluster.nodes)
    _say(
        f"Kafka {jars.kafka_version()} is up ({cluster.way}, {count} node{'s' * (count > 1)}, "
        f"{time.monotonic() - began:.1f} s); scripts/kafka down --port {cluster.port} stops it"
    )
    if cluster.sasl:
        _say(f"SASL_PLAINTEXT, PLAIN or SCRAM-SHA-256/512, user {layout.USER}, password {layout.PASSWORD}")
        _say(f"without SASL at {cluster.plain_bootstrap}")
    print(cluster.bootstrap)
    return 0


def _wanted(given: argparse.Namespace, kept: Cluster | None) -> Cluster:
    """What `up` was asked for; what it was not asked about stays as it was."""
    settings = dict(_setting(text) for text in given.config) if given.config else None
    if kept is None:
        count, way = given.nodes or 1, _way(given)
        return layout.new_cluster(
            given.port, count, way, sasl=given.sasl, settings=settings or {}, small=given.small
        )
    asked = replace(
        kept,
        sasl=given.sasl or kept.sasl,
        settings=kept.settings if settings is None else settings,
        small=given.small or kept.small,
    )
    same_way = given.way in {"auto", kept.way} and not (kept.way == "docker" and (settings or asked.small))
    same_nodes = given.nodes in {None, len(kept.nodes)}
    if not (same_way and same_nodes and asked.sasl == kept.sasl):
        raise KafkaProblem(
            f"another cluster is kept at port {kept.port}: scripts/kafka wipe --port {kept.port}"
        )
    if asked != kept and _runs(kept):
        raise KafkaProblem(f"it runs with other settings: scripts/kafka down --port {kept.port} first")
    return asked


def _way(given: argparse.Namespace) -> str:
    """Docker's compose file holds one plain node; what is more than that goes the way with Java."""
    plain = not (given.sasl or given.config or given.small or (given.nodes or 1) > 1)
    if given.way != "auto":
        if given.way == "docker" and not plain:
            raise KafkaProblem("with Docker there is one node without SASL, -c and --small: use --way java")
        return str(given.way)
    if plain and compose.answers():
        return "docker"
    if jars.java() is None:
        raise KafkaProblem(
            "no Docker engine answers and no Java 17+ was found: install Docker, or Java and Maven"
        )
    return "java"


def _setting(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise KafkaProblem(f"-c wants key=value, not {text!r}")
    return key, value


def _runs(cluster: Cluster) -> bool:
    return compose.is_ready(cluster) if cluster.way == "docker" else bool(java.running(cluster))


def _down(given: argparse.Namespace) -> int:
    for cluster in _named(given):
        if cluster.way == "docker":
            compose.down(cluster)
        else:
            java.stop(java.brokers(cluster))
        _say(f"{cluster.bootstrap} is down; its data is kept (scripts/kafka wipe --port {cluster.port})")
    return 0


def _wipe(given: argparse.Namespace) -> int:
    for cluster in _named(given):
        if cluster.way == "docker":
            compose.wipe(cluster)
        else:
            java.stop(java.brokers(cluster), now=True)
        layout.forget(cluster)
        _say(f"{cluster.bootstrap} is stopped, and its data removed")
    return 0


def _status(given: argparse.Namespace) -> int:
    """Exit 0 when there is a cluster and each one is up."""
    clusters = _named(given)
    ready = [(compose if cluster.way == "docker" else java).is_ready(cluster) for cluster in clusters]
    for cluster, up in zip(clusters, ready, strict=True):
        pids = [str(broker.pid()) for broker in java.running(cluster)] if cluster.way == "java" else []
        print(f"{cluster.bootstrap} {'up' if up else 'down'} {cluster.way} {' '.join(pids)}".rstrip())
    return 0 if ready and all(ready) else 1


def _logs(given: argparse.Namespace) -> int:
    for cluster in _named(given):
        if cluster.way == "docker":
            words = ["--tail", str(given.lines), *(["--follow"] if given.follow else [])]
            command = compose.command(cluster, "logs", *words)
            subprocess.run(command, env=compose.environment(cluster), check=False)
        else:
            files = [str(broker.log) for broker in java.brokers(cluster)]
            subprocess.run(
                ["tail", *(["-F"] if given.follow else []), f"-n{given.lines}", *files], check=False
            )
    return 0


def _jars(_given: argparse.Namespace) -> int:
    print(jars.ensure())
    return 0


def _named(given: argparse.Namespace) -> list[Cluster]:
    """The clusters a call is about; a port where none is kept is said, not an error."""
    every = getattr(given, "all", False)
    found = [(port, layout.load(port)) for port in (layout.known() if every else [given.port])]
    for port, cluster in found:
        if cluster is None:
            others = ", ".join(map(str, layout.known())) or "none"
            _say(f"no Kafka of this checkout at port {port} (kept: {others})")
    return [cluster for _, cluster in found if cluster is not None]


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/kafka", description="A real Kafka for tests and experiments."
    )
    verbs = parser.add_subparsers(required=True, metavar="up|down|status|logs|wipe|jars")
    up = _verb(verbs, "up", _up, "start it and wait until it answers; prints the address")
    up.add_argument("--nodes", type=int, choices=range(1, 10), metavar="N", help="a cluster of N (default 1)")
    up.add_argument("--sasl", action="store_true", help="clients log in (development user and password)")
    up.add_argument(
        "-c", "--config", action="append", metavar="KEY=VALUE", help="a broker setting; repeatable"
    )
    up.add_argument("--small", action="store_true", help="starts in half the time, is slower under load")
    up.add_argument("--way", choices=("auto", "docker", "java"), default="auto", help="default auto")
    for name, run, text in (
        ("down", _down, "stop it, keep its data"),
        ("status", _status, "is it up? exit 0 or 1"),
        ("wipe", _wipe, "stop it and remove its data"),
    ):
        _verb(verbs, name, run, text).add_argument("--all", action="store_true", help="all of this checkout")
    logs = _verb(verbs, "logs", _logs, "the end of the brokers' logs")
    logs.add_argument("--lines", type=int, default=50, metavar="N")
    logs.add_argument("-f", "--follow", action="store_true")
    _verb(verbs, "jars", _jars, "download the jars and print their folder")
    return parser


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: object, text: str
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(run=run)
    verb.add_argument(
        "--port", type=int, default=_PORT, metavar="N", help=f"default {_PORT}; up: 0 finds one"
    )
    return verb
