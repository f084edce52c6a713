#!/usr/bin/env python3
"""Makes the networks as .onnx that tests of features run. Needs onnx, of PyPI (made with 1.23.2).

usage: make_onnx.py FOLDER

pooled.onnx   N x 3 x 8 x 8 -> N x 4: a 1 x 1 convolution, ReLU, and the mean over all positions
last.onnx     N x any x any x 1 -> N x 1: the mean over all positions
flat.onnx     2 x 6 -> 2 x 2: a product, two trials at a time, no more and no fewer
"""
import sys
from pathlib import Path

from onnx import TensorProto, checker, helper, save


def numbers(name, shape, values):
    return helper.make_tensor(name, TensorProto.FLOAT, shape, values)


def network(nodes, takes, gives, weights):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, takes)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, gives)
    graph = helper.make_graph(nodes, "features", [x], [y], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    checker.check_model(model)
    return model


def pooled():
    # Output j is the mean of relu(w[j] . pixel + b[j]).
    weight = [0.5, -1.0, 2.0, 1.0, 1.0, 1.0, -1.0, 0.25, 0.0, 0.0, 0.0, -3.0]
    return network(
        [helper.make_node("Conv", ["x", "w", "b"], ["c"]), helper.make_node("Relu", ["c"], ["r"]),
         helper.make_node("GlobalAveragePool", ["r"], ["p"]),
         helper.make_node("Flatten", ["p"], ["y"])],
        ["N", 3, 8, 8], ["N", 4],
        [numbers("w", [4, 3, 1, 1], weight), numbers("b", [4], [0.0, -0.5, 0.5, 1.0])])


def last():
    return network(
        [helper.make_node("ReduceMean", ["x"], ["m"], axes=[1, 2], keepdims=0),
         helper.make_node("Flatten", ["m"], ["y"])],
        ["N", "H", "W", 1], ["N", 1], [])


def flat():
    weight = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0]
    return network([helper.make_node("MatMul", ["x", "w"], ["y"])], [2, 6], [2, 2],
                   [numbers("w", [6, 2], weight)])


for make in (pooled, last, flat):
    save(make(), Path(sys.argv[1]) / f"{make.__name__}.onnx")
