"""Sentences as numbers, by an encoder that the installation brings: a folder with a program of ONNX's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

# As many pieces of words of a title are read; what follows adds little and takes long.
PIECES_MAX = 64
# As many titles are encoded at once: of about the same length, so that little is filled up.
AT_ONCE = 64
# The largest number of a vector that is kept in 8 bits: of a direction, the length says nothing.
LARGEST = 127

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]


class Unusable(Exception):
    """There is no encoder in the folder, or none of this form."""


class Encoder:
    """One encoder. Safe to use from several threads.

    The folder holds `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`. The program takes `input_ids` and
    `attention_mask` (and `token_type_ids`), and gives either one vector a sentence, or one a piece: then the mean is
    taken, or the first where `1_Pooling/config.json` says so. Raises Unusable.
    """

    def __init__(self, folder: Path) -> None:
        program = next(
            (path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.exists()), None
        )
        if program is None or not (folder / "tokenizer.json").exists():
            raise Unusable(f"{folder} lacks model.onnx or tokenizer.json")
        options = onnxruntime.SessionOptions()
        # Many texts are shared out by their reader; one is done in milliseconds.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(program), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # whatever either says of a file that is none
            raise Unusable(f"{folder}: {error}") from error
        self._tokenizer.enable_truncation(PIECES_MAX)
        self._tokenizer.enable_padding()
        self._wanted = {each.name for each in self._session.get_inputs()}
        self._first = _takes_the_first(folder)
        # Vectors of another encoder say nothing to this one's.
        self.name = hashlib.blake2b(program.read_bytes(), digest_size=8).hexdigest()
        self.numbers = self.encode(["a"]).shape[1]
        if self.numbers % 64:
            raise Unusable(f"{folder} gives {self.numbers} numbers a sentence; they must be a multiple of 64")

    def encode(self, texts: Sequence[str]) -> Floats:
        """A row of length one for each."""
        read = self._tokenizer.encode_batch_fast(list(texts))
        given = {
            "input_ids": np.array([each.ids for each in read], dtype=np.int64),
            "attention_mask": np.array([each.attention_mask for each in read], dtype=np.int64),
        }
        given["token_type_ids"] = np.zeros_like(given["input_ids"])
        said = self._session.run(None, {name: value for name, value in given.items() if name in self._wanted})
        # Of several outputs, the one that has a vector a sentence.
        found = cast("Floats", min(said, key=lambda each: each.ndim))
        if found.ndim == 3:
            mask = given["attention_mask"][:, :, None]
            found = found[:, 0] if self._first else (found * mask).sum(axis=1) / mask.sum(axis=1)
        return cast("Floats", (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32))


def small(vectors: Floats) -> Bytes:
    """The same directions in 8 bits a number."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return cast("Bytes", np.rint(vectors * (LARGEST / np.maximum(largest, 1e-9))).astype(np.int8))


def _takes_the_first(folder: Path) -> bool:
    try:
        said = json.loads((folder / "1_Pooling" / "config.json").read_text())
    except (OSError, ValueError):
        return False
    return bool(said.get("pooling_mode_cls_token"))


@lru_cache(maxsize=2)
def opened(folder: Path) -> Encoder:
    """The encoder of a folder, loaded once a process. Raises Unusable."""
    return Encoder(folder)
