"""Where the ledgers of a run are."""


def ledger_file(path: str, worker: int) -> str:
    """The file that was named is worker 0's, the others' lie beside it."""
    return f"{path}.{worker}" if worker else path
