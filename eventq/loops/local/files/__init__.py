"""What comes with the package: the list of jars, the brokers' settings and logging, Docker's compose file."""

from pathlib import Path

FILES = Path(__file__).parent
