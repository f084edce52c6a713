"""The small networks of make_model_steps.py: PyTorch functions over one dictionary of tensors.

A layer is a dictionary, kept in the golden file as it is here. `kind` is one of
  dense            y = x w + b, w [inputs, outputs]
  conv             large -> small: correlation, w [kernel_h * kernel_w * channels, filters]
  conv_transposed  small -> large: the adjoint, the same w
with the names of ConvGeometry (kernels/ops/conv.hpp): height, width, channels of the large image,
small_height, small_width, filters of the small one. Images are NHWC, one row each. `activation` is
leaky_relu, tanh, sigmoid or identity. `batch_norm` is 0 or the number of channels of y: the layer
then has gamma, beta and running mean and variance in place of a bias (momentum 0.1, epsilon 1e-5).
"""

import math

import numpy as np
import torch
from torch.nn import functional as F

from make_gan_step import OUTPUTS, SLOPE

MOMENTUM, NORM_EPS, STDDEV_EPS = 0.1, 1e-5, 1e-8
BUFFERS = ("mean", "variance", "u", "v", "embedding_u", "embedding_v")  # tensors that Adam does not move


def dense(inputs, outputs, activation="identity", batch_norm=0):
    return dict(kind="dense", inputs=inputs, outputs=outputs, activation=activation,
                batch_norm=batch_norm)


def stack(*widths, last="identity"):
    acts = ["leaky_relu"] * (len(widths) - 2) + [last]
    return [dense(*layer) for layer in zip(widths, widths[1:], acts)]


def conv(kind, large, filters, activation="leaky_relu", batch_norm=False):
    """Kernel 4, stride 2, padding 1 along each side of `large` (height, width, channels) but 1."""
    height, width, channels = large
    layer = dict(kind=kind, height=height, width=width, channels=channels)
    for name, axis in (("height", "h"), ("width", "w")):
        kernel, stride, pad = (4, 2, 1) if layer[name] > 1 else (1, 1, 0)
        layer |= {f"small_{name}": layer[name] // stride, f"kernel_{axis}": kernel,
                  f"stride_{axis}": stride, f"pad_{axis}": pad}
    out = channels if kind == "conv_transposed" else filters
    return layer | dict(filters=filters, activation=activation, batch_norm=out * batch_norm)


def fan(layer):
    """Shape of the weight, numbers that one output sums, and channels of the output."""
    if layer["kind"] == "dense":
        return (layer["inputs"], layer["outputs"]), layer["inputs"], layer["outputs"]
    patch = layer["kernel_h"] * layer["kernel_w"] * layer["channels"]
    shape = (patch, layer["filters"])
    if layer["kind"] == "conv":
        return shape, patch, layer["filters"]
    overlap = layer["kernel_h"] // layer["stride_h"] * (layer["kernel_w"] // layer["stride_w"])
    return shape, overlap * layer["filters"], layer["channels"]


def outputs_of(layer):
    if layer["kind"] == "dense":
        return layer["outputs"]
    large = layer["kind"] == "conv_transposed"
    sides = ("height", "width", "channels") if large else ("small_height", "small_width", "filters")
    return math.prod(layer[side] for side in sides)


def draw(net, layers, rng, spectral=False, embedding=0):
    """Initial tensors of a network, float64."""
    w = {}
    for l, layer in enumerate(layers):
        shape, fan_in, channels = fan(layer)
        w[f"{net}.{l}.weight"] = rng.normal(0, 1.4 / fan_in**0.5, shape)
        if layer["batch_norm"]:
            count = layer["batch_norm"]
            w[f"{net}.{l}.gamma"] = 1 + rng.normal(0, 0.1, count)
            w[f"{net}.{l}.beta"] = rng.normal(0, 0.1, count)
            w[f"{net}.{l}.mean"], w[f"{net}.{l}.variance"] = np.zeros(count), np.ones(count)
        else:
            w[f"{net}.{l}.bias"] = rng.normal(0, 0.1, channels)
        if spectral:
            w[f"{net}.{l}.v"], w[f"{net}.{l}.u"] = (rng.normal(size=count) for count in shape)
    if embedding:
        shape = (embedding, layers[-1]["inputs"])
        last = f"{net}.{len(layers) - 1}.embedding"
        w[last] = rng.normal(0, shape[1]**-0.5, shape)
        if spectral:
            w[f"{last}_v"], w[f"{last}_u"] = (rng.normal(size=count) for count in shape)
    return w


def convolve(layer, weight, x):
    """Rows of NHWC images in and out."""
    kernel = weight.reshape(layer["kernel_h"], layer["kernel_w"], layer["channels"],
                            layer["filters"]).permute(3, 2, 0, 1)
    stride, pad = (layer["stride_h"], layer["stride_w"]), (layer["pad_h"], layer["pad_w"])
    if layer["kind"] == "conv":
        image = x.reshape(-1, layer["height"], layer["width"], layer["channels"])
        y = F.conv2d(image.permute(0, 3, 1, 2), kernel, None, stride, pad)
    else:
        image = x.reshape(-1, layer["small_height"], layer["small_width"], layer["filters"])
        y = F.conv_transpose2d(image.permute(0, 3, 1, 2), kernel, None, stride, pad)
    return y.permute(0, 2, 3, 1).flatten(1)


def group_statistic(x, group):
    """s of each row's group (kernels/ops/minibatch_stddev.hpp, MinibatchStddevTask): [rows, 1]."""
    variance = x.reshape(-1, group, x.shape[1]).var(1, correction=0)
    s = (variance + STDDEV_EPS).sqrt().mean(1)
    return s.repeat_interleave(group)[:, None]


class Net:
    """Layers `name`.0, `name`.1, ... of the tensors `w`; training mode. `nearest_kink` is the least
    magnitude that any leaky ReLU has seen."""

    def __init__(self, name, layers, w, spectral=False, stddev_group=0):
        self.name, self.layers, self.w = name, layers, w
        self.spectral, self.stddev_group = spectral, stddev_group
        self.nearest_kink = float("inf")

    def tensor(self, layer, name):
        return self.w.get(f"{self.name}.{layer}.{name}")

    def weight(self, l, name="weight", of=""):
        w = self.tensor(l, name)
        if not self.spectral:
            return w
        return w / (self.tensor(l, of + "v") @ w @ self.tensor(l, of + "u"))

    def embedding(self):
        return self.weight(len(self.layers) - 1, "embedding", "embedding_")

    @torch.no_grad()
    def iterate(self):
        """One power iteration of every layer and of the embedding: v = w u / |w u|, u = w^T v /
        |w^T v|."""
        triples = [(l, ("weight", "u", "v")) for l in range(len(self.layers) if self.spectral else 0)]
        if triples and self.tensor(len(self.layers) - 1, "embedding") is not None:
            triples.append((len(self.layers) - 1, ("embedding", "embedding_u", "embedding_v")))
        for l, names in triples:
            w, u, v = (self.tensor(l, name) for name in names)
            v.copy_(F.normalize(w @ u, dim=0, eps=1e-12))
            u.copy_(F.normalize(w.T @ v, dim=0, eps=1e-12))

    def layer(self, l, x):
        spec = self.layers[l]
        w = self.weight(l)
        y = x @ w if spec["kind"] == "dense" else convolve(spec, w, x)
        if spec["batch_norm"]:
            rows = y.reshape(-1, spec["batch_norm"])
            mean, variance, gamma, beta = (
                self.tensor(l, name) for name in ("mean", "variance", "gamma", "beta"))
            y = F.batch_norm(rows, mean, variance, gamma, beta, True, MOMENTUM,
                             NORM_EPS).reshape(y.shape)
        else:
            bias = self.tensor(l, "bias")
            y = (y.reshape(-1, len(bias)) + bias).reshape(y.shape)
        if spec["activation"] == "leaky_relu":
            self.nearest_kink = min(self.nearest_kink, y.detach().abs().min().item())
            return F.leaky_relu(y, SLOPE)
        return OUTPUTS[spec["activation"]](y)

    def __call__(self, x, conditions=None, constant_statistic=False):
        """conditions [rows, C]: for the projection. `constant_statistic`: no gradient through s."""
        last = len(self.layers) - 1
        for l in range(last):
            x = self.layer(l, x)
        features = x
        if self.stddev_group:
            s = group_statistic(x, self.stddev_group)
            x = torch.cat([x, s.detach() if constant_statistic else s], 1)
        y = self.layer(last, x)
        if conditions is not None:
            y = y + ((conditions @ self.embedding()) * features).sum(1, keepdim=True)
        return y
