"""The same networks under onnxruntime and Keras, behind LiteRT's interface.

A peer replaces the interpreter alone, so decoding, resizing, tiling and the merging of
boxes are the same code on both sides and only the runtime differs.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["keras_runner", "onnx_runner", "with_runner"]

#: Takes pixels, gives the outputs in the order of the LiteRT file.
Runner = Callable[[Any], list[Any]]


class _Peer:
    """Looks like a LiteRT interpreter, runs something else."""

    def __init__(self, litert: Any, run: Runner) -> None:
        self._litert, self._run = litert, run
        outputs = litert.get_output_details()
        self._place = {entry["index"]: k for k, entry in enumerate(outputs)}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._litert, name)

    def set_tensor(self, _index: int, pixels: Any) -> None:
        self._pixels = pixels

    def invoke(self) -> None:
        self._found = self._run(self._pixels)

    def get_tensor(self, index: int) -> Any:
        return np.asarray(self._found[self._place[index]])


def with_runner(model: Any, run: Runner) -> Any:
    """Make a classifier or detector like another whose network runs elsewhere."""
    litert = model._new_interpreter()

    class Other(type(model)):  # type: ignore[misc]
        def _new_interpreter(self) -> Any:
            return _Peer(litert, run)

    more = {
        name.lstrip("_"): getattr(model, name)
        for name in ("domain", "_classifier")
        if hasattr(model, name)
    }
    return Other(model.manifest, b"", threads=model.threads, **more)


def onnx_runner(model: Any, folder: Path) -> Runner:
    """Convert a model's LiteRT file to ONNX and run it with one thread a call.

    Raises
    ------
    ImportError
        If onnxruntime or tf2onnx is not installed.
    RuntimeError
        If the conversion fails.
    """
    import onnxruntime
    import tf2onnx  # noqa: F401  - told here, used by the command below

    source = folder / f"{model.manifest.name}.tflite"
    target = source.with_suffix(".onnx")
    source.write_bytes(model._model)
    command = [sys.executable, "-m", "tf2onnx.convert", "--opset", "17"]
    done = subprocess.run(
        [*command, "--tflite", str(source), "--output", str(target)],
        capture_output=True,
        text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if done.returncode:
        raise RuntimeError(f"tf2onnx: {done.stderr.strip().splitlines()[-1:]}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.graph_optimization_level = level
    session = onnxruntime.InferenceSession(
        str(target), options, providers=["CPUExecutionProvider"]
    )
    given = session.get_inputs()[0].name
    # The converter keeps the tensors' names, but not their order.
    names = [e["name"] for e in model._new_interpreter().get_output_details()]
    return lambda pixels: session.run(names, {given: pixels})


def keras_runner(model: Any, folder: Path) -> Runner:
    """Run the SavedModel of a model's folder, one thread a call.

    Raises
    ------
    ImportError
        If TensorFlow is not installed.
    RuntimeError
        If the model has no SavedModel.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    saved = folder / "saved_model"
    if not saved.is_dir():
        raise RuntimeError(f"{model.model_id} has no SavedModel")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    loaded = tf.saved_model.load(str(saved))
    serve = loaded.signatures["serving_default"]
    interpreter = model._new_interpreter()
    named = interpreter.get_signature_runner("serving_default").get_output_details()
    name_of = {entry["index"]: name for name, entry in named.items()}
    order = [name_of[e["index"]] for e in interpreter.get_output_details()]

    def run(pixels: Any, _keep: Any = loaded) -> list[Any]:
        found = serve(pixels=tf.constant(pixels))
        return [found[name].numpy() for name in order]

    return run
