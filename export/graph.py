"""A few lines around onnx.helper with which the decoder and the encoder graph are written by hand.

Used by ``to_onnx`` and ``encoder``. Graphs keep to what ONNX Runtime 1.23 has: opset 17, IR 8.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
CONTRIB = "com.microsoft"
FLOAT, INT32, INT64 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64

Shape: TypeAlias = Sequence[int | str]


class Graph:
    """An ONNX graph under construction; every value is named once, in the order of writing."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, dtype: int, shape: Shape) -> str:
        """Declare an input; strings in ``shape`` are free dimensions."""
        self._inputs.append(helper.make_tensor_value_info(name, dtype, list(shape)))
        return name

    def output(self, name: str, dtype: int, shape: Shape) -> None:
        """Declare that the value ``name`` is an output."""
        self._outputs.append(helper.make_tensor_value_info(name, dtype, list(shape)))

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Store an array in the graph."""
        self._constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def weight(self, name: str, value: NDArray[np.generic]) -> str:
        """Store an array in the graph as float32."""
        return self.constant(name, np.asarray(value, np.float32))

    def op(
        self,
        kind: str,
        inputs: Sequence[str],
        output: str | Sequence[str] = "",
        domain: str = "",
        **attributes: object,
    ) -> str:
        """Append a node and return the name of its first output."""
        outputs = [output] if isinstance(output, str) else list(output)
        if outputs == [""]:
            outputs = [f"{kind.lower()}_{len(self._nodes)}"]
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(kind, list(inputs), outputs, name=name, domain=domain, **attributes)
        )
        return outputs[0]

    def model(self) -> onnx.ModelProto:
        """The finished model."""
        graph = helper.make_graph(
            self._nodes, self.name, self._inputs, self._outputs, self._constants
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="amt-live"
        )
        # The quantiser warns about graphs that an exporter left unsimplified; these are by hand.
        helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
        return model

    def save(self, path: Path) -> None:
        """Write the model to ``path``."""
        path.write_bytes(self.model().SerializeToString(deterministic=True))


def quantise_matmuls(source: Path, target: Path) -> None:
    """Write a copy of the graph whose MatMul weights are uint8, one scale per output channel.

    Unsigned, because signed 8-bit products saturate in the 16-bit sums of AVX2.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul"],
        weight_type=QuantType.QUInt8,
        per_channel=True,
        extra_options={"DefaultTensorType": FLOAT, "MatMulConstBOnly": True},
    )


BLOCK = 32
"""Weights that share one 4-bit scale."""


def quantise_blocks(source: Path, target: Path) -> None:
    """Write a copy of the graph whose MatMul weights have 4 bits, one scale per block of 32.

    With 8-bit products: full precision ones (accuracy level 1) are ten times slower on a CPU.
    """
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantiser = MatMulNBitsQuantizer(
        onnx.load(source), bits=4, block_size=BLOCK, is_symmetric=False, accuracy_level=4
    )
    quantiser.process()
    target.write_bytes(quantiser.model.model.SerializeToString(deterministic=True))


def quantise_cache(source: Path, target: Path, peaks: NDArray[np.float32]) -> None:
    """Write a copy of a decoder graph that keeps keys and values in 8 bits, a scale per channel.

    ``peaks`` [layers, key or value, heads, head size] are the largest magnitudes that occurred in
    music; larger ones are cut off. Needs a runtime that has it (1.32 does, 1.23 does not); filling
    a cache in chunks is slower than with 32 bits, steps are faster from some hundred positions on.
    """
    model = onnx.load(source)
    graph = model.graph
    layers = [node for node in graph.node if node.op_type == "GroupQueryAttention"]
    for layer, node in enumerate(layers):
        names = []
        for kind, peak in zip(("key", "value"), peaks[layer], strict=True):
            names.append(f"cache_scale.{layer}.{kind}")
            scale = np.maximum(peak, TINY_PEAK)[None, :, None, :] / 127
            graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), names[-1]))
        # Optional inputs that stand before the scales stay empty.
        node.input.extend([""] * (SCALES_AT - len(node.input)) + names)
        node.attribute.extend(
            helper.make_attribute(name, value)
            for name, value in (
                ("k_quant_type", "PER_CHANNEL"),
                ("v_quant_type", "PER_CHANNEL"),
                ("kv_cache_bit_width", 8),
            )
        )
    for value in (*graph.input, *graph.output):
        if value.name.startswith(("past_key_values.", "present.")):
            value.type.tensor_type.elem_type = TensorProto.INT8
    target.write_bytes(model.SerializeToString(deterministic=True))


SCALES_AT = 12
"""Index of the first scale among GroupQueryAttention's inputs."""
TINY_PEAK = 1e-6
"""A channel that never spoke still needs a scale."""
