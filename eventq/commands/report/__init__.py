"""Reports of runs: what several machines did, as one."""
