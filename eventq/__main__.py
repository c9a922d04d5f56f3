"""The entry point. `--version` is answered here: it is not worth the import of a whole CLI."""

import sys


def main() -> None:
    if sys.argv[1:] in (["--version"], ["-V"]):
        from eventq import __version__

        sys.stdout.write(f"eventq {__version__}\n")
        return
    from eventq.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
