"""The vectors beside the embedded index."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from search.meaning.encoder import Bytes, Floats, small
from search.meaning.store import KEYS, Name, Store

WIDTH = 64
EVER = [(None, 10)]


def _vectors(count: int, seed: int = 1) -> Floats:
    made = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def _names(count: int, start: int = 0) -> list[Name]:
    return [Name(7, number, 1_000 * number) for number in range(start, start + count)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "vectors", WIDTH)


def _found(store: Store, question: Floats, **more: int) -> list[int]:
    return [each.object_id for each in store.nearest(question, windows=EVER, **more)]


def test_the_nearest_come_first(store: Store) -> None:
    vectors = _vectors(5_000)
    store.add(_names(5_000), small(vectors))
    hits = 0
    for question in _vectors(20, seed=2):
        exact = np.argsort(-(vectors @ question))[:10].tolist()
        found = store.nearest(question, windows=EVER)
        hits += len({each.object_id for each in found} & set(exact))
        assert [each.cosine for each in found] == sorted((each.cosine for each in found), reverse=True)
        assert found[0].cosine == pytest.approx(float(vectors[found[0].object_id] @ question), abs=0.02)
    assert hits >= 190  # of 200


def test_nothing_is_near_where_nothing_was_written(store: Store) -> None:
    assert store.nearest(_vectors(1)[0], windows=EVER) == []


def test_windows_and_a_limit_keep_to_their_times(store: Store) -> None:
    vectors = _vectors(50)
    store.add([*_names(49), Name(7, 49, None)], small(vectors))
    assert set(_found(store, vectors[3], until=5_000)) == {0, 1, 2, 3, 4}
    recent = store.nearest(vectors[3], windows=[(45_000, 10)])
    assert {each.object_id for each in recent} == {45, 46, 47, 48}
    assert _found(store, vectors[49])[0] == 49


def test_a_document_that_is_written_again_counts_once_and_by_its_last_vector(store: Store) -> None:
    vectors = _vectors(3)
    store.add(_names(2), small(vectors[:2]))
    store.add([Name(7, 0)], small(vectors[2:]))
    found = store.nearest(vectors[2], windows=EVER)
    assert (found[0].object_id, round(found[0].cosine, 1)) == (0, 1.0)
    assert len(found) == 2


def test_what_is_only_to_be_added_leaves_what_is_there(store: Store) -> None:
    vectors = _vectors(3)
    store.add(_names(1), small(vectors[:1]))
    store.add(_names(2), small(vectors[1:]), new_only=True)
    assert store.names() == {(7, 0), (7, 1)}
    assert store.nearest(vectors[0], windows=EVER)[0].cosine == pytest.approx(1, abs=0.02)


def test_what_is_taken_out_is_not_found_even_by_who_had_read_it(store: Store) -> None:
    vectors = _vectors(3)
    store.add(_names(3), small(vectors))
    assert 1 in _found(store, vectors[1])
    store.remove([Name(7, 1)])
    assert 1 not in _found(store, vectors[1])
    assert 1 not in _found(Store(store._folder, WIDTH), vectors[1])


def test_another_process_reads_what_was_added_since(store: Store) -> None:
    reader = Store(store._folder, WIDTH)
    vectors = _vectors(2_000)
    for start in range(0, 2_000, 100):
        store.add(_names(100, start), small(vectors[start : start + 100]))
        assert _found(reader, vectors[start + 50])[0] == start + 50


def test_what_a_killed_writer_left_half_is_written_over(store: Store) -> None:
    vectors = _vectors(3)
    store.add(_names(2), small(vectors[:2]))
    for name in ("numbers", "signs", "keys"):
        with (store._folder / name).open("ab") as file:
            file.write(b"x" * 7)
    store.add([Name(7, 2)], small(vectors[2:]))
    assert (store._folder / "keys").stat().st_size == 3 * KEYS.itemsize
    assert _found(store, vectors[2])[0] == 2
    assert _found(Store(store._folder, WIDTH), vectors[0])[0] == 0


def test_several_may_write_at_once(store: Store) -> None:
    vectors = _vectors(400)

    def write(start: int) -> None:
        for at in range(start, 400, 4):
            numbers: Bytes = small(vectors[at : at + 1])
            Store(store._folder, WIDTH).add([Name(7, at)], numbers)

    writers = [threading.Thread(target=write, args=(start,)) for start in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(store.names()) == 400
    assert all(_found(store, vectors[at])[0] == at for at in range(0, 400, 37))
