"""Repeat a seeded computation on one process, on several or on a cluster, with one answer.

The seed of a replication is made of the run's seed and the replication's own number, never of the
order in which it happens to run, and linear algebra keeps to one thread, whose sums have one order.
So the list that comes back does not depend on processes, chunks or machines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

import numpy as np

from analysis.errors import SpecificationError, require_seed

__all__ = ["generator", "replicate"]

Result = TypeVar("Result")
_TASKS = 16  # chunks a run is cut into by default: enough to balance, few enough to send
_LONGEST = 50


def replicate(
    function: Callable[..., Result], numbers: int | Iterable[int], *, seed: int,
    key: Sequence[int] = (), arguments: Sequence[Any] = (), chunk: int | None = None,
    jobs: int | None = None, scheduler: str | None = None,
) -> list[Result]:  # fmt: skip
    """Call ``function(rng, *arguments)`` once per replication; a list in the order of `numbers`.

    Parameters
    ----------
    function
        Pure: it reads its arguments and draws from `rng` only. Workers must be able to import it.
    numbers
        How many replications, or which ones: ``range(500, 1000)`` is the second half of a thousand,
        for a run that is split by hand.
    seed, key
        Entropy of the whole run, and what else the seeds are made of, such as the number of a
        design.
    arguments
        Sent to every worker once per chunk; give a path rather than a large table.
    chunk
        Replications per task; a sixteenth of the run by default, fifty at most.
    jobs
        Processes. By default what `joblib.parallel_config` says around the call, and one process
        without it: ``with parallel_config(backend="dask"): replicate(...)`` uses the cluster of the
        current Dask client.
    scheduler
        Address of a Dask scheduler, such as "tcp://head:8786", to connect to for this call.

    Returns
    -------
    list
        One answer per replication.

    Raises
    ------
    SpecificationError
        No replication, a negative number or seed, a chunk or jobs of zero, or a scheduler without
        Dask installed. An error of the function is passed on with the replication that raised it.

    Examples
    --------
    >>> def draw(rng, scale):
    ...     return scale * rng.standard_normal()
    >>> replicate(draw, range(2), seed=1, arguments=[10.0]) == replicate(
    ...     draw, 4, seed=1, arguments=[10.0])[:2]
    True
    """
    from joblib import Parallel, delayed  # joblib is needed here only

    wanted = list(range(numbers)) if isinstance(numbers, int) else list(map(int, numbers))
    if not wanted or min(wanted) < 0:
        raise SpecificationError(
            "There is no replication to run, or one has a negative number: ask for one or more."
        )
    if chunk is not None and chunk < 1:
        raise SpecificationError(f"A chunk of {chunk} replications is empty: use one or more.")
    if jobs == 0:
        raise SpecificationError("There are 0 jobs to share the work: give one or more.")
    require_seed(seed)
    size = chunk or min(_LONGEST, -(-len(wanted) // _TASKS))
    tasks = (
        delayed(_run)(function, tuple(arguments), seed, tuple(key), wanted[start : start + size])
        for start in range(0, len(wanted), size)
    )
    with nullcontext() if scheduler is None else _cluster(scheduler):
        done = Parallel(n_jobs=jobs, batch_size=1)(tasks)
    return [result for part in done for result in part]


def generator(seed: int, number: int, key: Sequence[int] = ()) -> np.random.Generator:
    """Random numbers of one replication, to run it again alone."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(*key, number)))


def _run(
    function: Callable[..., Result], arguments: tuple[Any, ...], seed: int, key: tuple[int, ...],
    numbers: Sequence[int],
) -> list[Result]:  # fmt: skip
    from threadpoolctl import threadpool_limits  # workers import it, the front need not

    out = []
    with threadpool_limits(limits=1):
        for number in numbers:
            try:
                out.append(function(generator(seed, number, key), *arguments))
            except Exception as error:
                error.add_note(f"In replication {number} of the run with seed {seed}.")
                raise
    return out


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    try:
        from distributed import Client  # optional: only those with a cluster need it
    except ImportError:
        raise SpecificationError(
            f"Scheduler {address} needs the package 'distributed': install it or leave the "
            "scheduler out."
        ) from None
    from joblib import parallel_config

    with Client(address, set_as_default=False) as client, parallel_config("dask", client=client):
        yield
