"""`eventq config`: the settings that are in force, and where each came from."""

import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

import typer

from eventq import __version__
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import write, write_json
from eventq.commands.redaction import MASK
from eventq.commands.settings.connect import connection, data_client
from eventq.commands.settings.settings import layers
from eventq.core.settings.config import Effective, with_users
from eventq.core.settings.properties import is_secret
from eventq.core.settings.settings import SETTINGS, Setting, properties, resolve


@kafka_command
def show(shared: Shared) -> None:
    """Show every setting in effect and where it comes from; contacts no broker."""
    wanted = output_format(shared, ("text", "json"))
    effective = _effective(shared)
    from eventq.views.settings import config as view

    if wanted == "json":
        write_json(view.document(effective))
    else:
        write(view.text(effective))


def _effective(shared: Shared) -> Effective:
    client = data_client(connection(shared))
    said = {name: _masked(setting) for name, setting in properties(layers(shared)).items()}
    given = {
        "bootstrap-server": shared.bootstrap_server,
        "client": shared.client and shared.client.value,
        "connect-timeout": shared.connect_timeout,
    }
    return Effective(
        client=client,
        versions={
            "eventq": __version__,
            "python": platform.python_version(),
            "kafka-python": _version("kafka-python"),
            "confluent-kafka": _version("confluent-kafka"),
        },
        settings=tuple(resolve(name, given.get(name), layers(shared)) for name in SETTINGS),
        properties=with_users(said, client),
    )


def _masked(setting: Setting) -> Setting:
    return replace(setting, value=MASK) if is_secret(setting.name) else setting


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Show the settings in effect.", no_args_is_help=True)
    group.command("show")(show)
    app.add_typer(group, name="config")
