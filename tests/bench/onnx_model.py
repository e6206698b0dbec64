#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Lamina developers
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write a model's network for ONNX Runtime; see inference.sh.

onnx_model.py MODEL OUT FRAMES

The graph is the network FRAMES times with the same weights, one frame after the other, so that a
call from JavaScript costs little of what is measured.  A layer reads its taps from one frame.
"""

import json
import struct
import sys

import numpy
from onnx import TensorProto, helper, numpy_helper, save

ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softplus": "Softplus"}


def read_layers(path):
    """Taps, weights [n_taps * n_in, n_out], bias and activation of each layer."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()

    def tensor(name):
        begin, end = header[name]["data_offsets"]
        return numpy.frombuffer(data[begin:end], "<f4").reshape(header[name]["shape"])

    words = header["__metadata__"]
    for part in "encoder", "decoder":
        for l in range(int(words[part + ".layers"])):
            key = "%s.%d." % (part, l)
            w = tensor(key + "weight")
            flat = w.reshape(-1, w.shape[-1])
            yield w.shape[0], flat, tensor(key + "bias"), words[key + "activation"]


def main():
    layers = list(read_layers(sys.argv[1]))
    n_frames = int(sys.argv[3])
    n_in = layers[0][1].shape[0] // layers[0][0]
    n_out = layers[-1][1].shape[1]
    shared = []
    for l, (_, w, b, _) in enumerate(layers):
        shared += [numpy_helper.from_array(w, "w%d" % l), numpy_helper.from_array(b, "b%d" % l)]

    frames = ["x%d" % t for t in range(n_frames)]
    nodes = [helper.make_node("Split", ["x"], frames, axis=0)]
    for t in range(n_frames):
        last = frames[t]
        for l, (n_taps, _, _, activation) in enumerate(layers):
            name = "%d_%d" % (t, l)
            nodes.append(helper.make_node("Concat", [last] * n_taps, ["t" + name], axis=1))
            gemm = ["t" + name, "w%d" % l, "b%d" % l]
            nodes.append(helper.make_node("Gemm", gemm, ["a" + name]))
            nodes.append(helper.make_node(ACTIVATIONS[activation], ["a" + name], ["y" + name]))
            last = "y" + name
        frames[t] = last
    nodes.append(helper.make_node("Concat", frames, ["y"], axis=0))

    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [n_frames, n_in])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [n_frames, n_out])
    graph = helper.make_graph(nodes, "network", [x], [y], shared)
    opset = helper.make_opsetid("", 12)
    save(helper.make_model(graph, opset_imports=[opset], ir_version=7), sys.argv[2])


main()
