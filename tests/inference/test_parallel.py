"""The same replications on one process, on two, in any chunks and on a Dask cluster."""

import sys

import numpy as np
import pytest
from joblib import parallel_config

from analysis.errors import SpecificationError
from analysis.inference.parallel import generator, replicate


def draw(rng, scale):
    x = rng.normal(size=(60, 40))
    return scale * np.linalg.solve(x.T @ x, x.T @ rng.normal(size=60))


def fails(rng):
    raise ValueError("no luck")


@pytest.fixture(scope="module")
def serial():
    return replicate(draw, 23, seed=5, arguments=(2.0,))


def same(left, right):
    return len(left) == len(right) and all(map(np.array_equal, left, right))


def test_replication_can_be_run_again_alone(serial):
    assert np.array_equal(serial[7], draw(generator(5, 7), 2.0))
    part = replicate(draw, range(20, 23), seed=5, arguments=(2.0,))
    assert same(part, serial[20:])


@pytest.mark.parametrize("chunk", [1, 4, 23, 100])
def test_chunks_do_not_change_the_answer(chunk, serial):
    assert same(replicate(draw, 23, seed=5, arguments=(2.0,), chunk=chunk), serial)


def test_two_processes_give_bit_for_bit_the_same(serial):
    def nested(rng, scale):  # sent by value: workers cannot import a test module
        x = rng.normal(size=(60, 40))
        return scale * np.linalg.solve(x.T @ x, x.T @ rng.normal(size=60))

    assert same(replicate(nested, 23, seed=5, arguments=(2.0,), jobs=2), serial)


def test_seed_and_key_change_the_answer(serial):
    other = replicate(draw, 2, seed=6, arguments=(2.0,))
    keyed = replicate(draw, 2, seed=5, key=(9,), arguments=(2.0,))
    assert not np.array_equal(other[0], serial[0])
    assert not np.array_equal(keyed[0], serial[0])
    assert np.array_equal(keyed[1], draw(generator(5, 1, (9,)), 2.0))
    # The seeding of the certificates: method and effect as the key.
    rng = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(9, 1)))
    assert np.array_equal(keyed[1], draw(rng, 2.0))


def test_dask_cluster_gives_bit_for_bit_the_same(serial):
    distributed = pytest.importorskip("distributed", reason="the Dask backend needs distributed")
    options = {"processes": False, "dashboard_address": None, "threads_per_worker": 1}
    with distributed.LocalCluster(n_workers=2, **options) as cluster:
        by_address = replicate(
            draw, 23, seed=5, arguments=(2.0,), scheduler=cluster.scheduler_address
        )
        with distributed.Client(cluster), parallel_config(backend="dask"):
            by_config = replicate(draw, 23, seed=5, arguments=(2.0,), chunk=3)
    assert same(by_address, serial)
    assert same(by_config, serial)


def test_scheduler_without_dask_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SpecificationError, match="needs the package 'distributed'"):
        replicate(draw, 2, seed=1, arguments=(1.0,), scheduler="tcp://nowhere:1")


def test_error_names_its_replication():
    with pytest.raises(ValueError, match="no luck") as caught:
        replicate(fails, 3, seed=4)
    assert caught.value.__notes__ == ["In replication 0 of the run with seed 4."]


def test_nothing_to_do_is_refused():
    for numbers in (0, [], [-1]):
        with pytest.raises(SpecificationError, match="no replication to run"):
            replicate(draw, numbers, seed=1)
    with pytest.raises(SpecificationError, match="A chunk of 0"):
        replicate(draw, 3, seed=1, chunk=0)
    with pytest.raises(SpecificationError, match="0 jobs"):
        replicate(draw, 3, seed=1, jobs=0)
    with pytest.raises(SpecificationError, match="The seed is -1"):
        replicate(draw, 3, seed=-1)
