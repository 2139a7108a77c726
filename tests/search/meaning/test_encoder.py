"""Which encoders can be used, and what happens without one."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from search import engines
from search.engine import Filters
from search.meaning.cache import Cache, digest
from search.meaning.encoder import Encoder, Unusable
from tests.search.conftest import Shelf


def _pieces(folder: Path, encoder: Path, *, first: bool) -> Path:
    """An encoder that gives a vector for each piece: its number in the vocabulary, 64 times."""
    shutil.copy(encoder / "tokenizer.json", folder)
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["numbers", "last"], ["column"]),
        helper.make_node("Mul", ["column", "ones"], ["last_hidden_state"]),
    ]
    ones = np.concatenate([np.ones((1, 1, 32)), np.arange(32).reshape(1, 1, 32)], axis=2).astype(np.float32)
    kept = [numpy_helper.from_array(np.array([2]), "last"), numpy_helper.from_array(ones, "ones")]
    asked = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])
    said = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "length", 64])
    graph = helper.make_graph(nodes, "pieces", [asked], [said], kept)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (folder / "onnx").mkdir()
    onnx.save(made, folder / "onnx" / "model.onnx")
    if first:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    return folder


def test_sentences_that_say_the_same_are_near(encoder: Path) -> None:
    same, other, third = Encoder(encoder).encode(
        ["I cannot sign in to my account", "Login does not work", "The battery is empty after an hour"]
    )
    assert same @ other > 0.5 > same @ third


def test_a_sentence_means_the_same_whatever_stands_beside_it(encoder: Path) -> None:
    made = Encoder(encoder)
    alone = made.encode(["No signal"])[0]
    beside = made.encode(["No signal", "Since the update of last week there is no signal in the whole house at all"])[0]
    assert alone @ beside > 0.95  # 8 bits take their measure of all that is read at once


@pytest.mark.parametrize("first", [False, True])
def test_an_encoder_that_gives_a_vector_a_piece_is_read_by_its_pooling(
    encoder: Path, tmp_path: Path, first: bool
) -> None:
    made = Encoder(_pieces(tmp_path, encoder, first=first))
    assert made.numbers == 64
    assert np.linalg.norm(made.encode(["one", "and another one"]), axis=1) == pytest.approx([1, 1])


def test_a_folder_without_an_encoder_is_refused_and_says_why(tmp_path: Path, encoder: Path) -> None:
    with pytest.raises(Unusable, match=r"model\.onnx"):
        Encoder(tmp_path)
    (tmp_path / "model.onnx").write_text("no program")
    shutil.copy(encoder / "tokenizer.json", tmp_path)
    with pytest.raises(Unusable, match=str(tmp_path)):
        Encoder(tmp_path)


def test_vectors_are_kept_by_their_text(tmp_path: Path) -> None:
    cache = Cache(tmp_path, "one")
    cache.put([(digest("a"), b"1"), (digest("b"), b"2")])
    assert Cache(tmp_path, "one").get([digest("b"), digest("c")]) == {digest("b"): b"2"}
    assert Cache(tmp_path, "another").get([digest("a")]) == {}
    many = [digest(str(number)) for number in range(1_200)]
    cache.put((each, b"3") for each in many)
    assert len(cache.get(many)) == 1_200


@pytest.mark.django_db
def test_searches_go_by_words_where_the_encoder_cannot_be_used(
    tmp_path: Path, threads: Shelf, index: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SEARCH_ENCODER = str(tmp_path / "nowhere")
    threads.put(1, "My phone is lost")
    with caplog.at_level(logging.WARNING):
        found = index().query("phone", lang="en", filters=Filters()).found
    assert len(found) == 1
    assert "Searches go by words alone" in caplog.text


@pytest.mark.django_db
def test_searches_go_by_words_where_the_extra_is_not_installed(
    threads: Shelf, index: Any, settings: Any, encoder: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    settings.SEARCH_ENCODER = str(encoder)
    settings.SEARCH_ENCODER_LANGUAGES = ["en", "nobody else asked for this"]
    monkeypatch.setitem(sys.modules, "search.meaning.finder", None)
    threads.put(1, "My phone is lost")
    with caplog.at_level(logging.WARNING):
        found = index().query("phone", lang="en", filters=Filters()).found
    assert len(found) == 1
    assert "extra `semantic` is not installed" in caplog.text
    engines.meaning.cache_clear()
