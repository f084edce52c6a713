"""Makes conv_layers.safetensors: convolutional layers and batch normalisation, in float64 PyTorch.

  python tests/golden/make_conv_layers.py         (PyTorch, NumPy from PyPI; writes beside itself)

The C++ test reads the file and demands the same outputs and gradients; it needs no Python.

Convolutions (conv2d, conv_transpose2d, conv1d, conv_transpose1d of torch.nn.functional), with the
gradients of sum(dy * (op(x, w) + b)). Inputs are standard normal, drawn in float64 and rounded to
float32 so that both sides start equal. Tensors, float32 (rounded from float64), named LAYER/...:
  x [n, height, width, channels]    NHWC; PyTorch's are NCHW; curves have height 1
  w [kernel_h * kernel_w * channels, filters]    (kernel row, kernel column, channel of the large
     image) by channel of the small image; PyTorch's is [out, in, kh, kw], [in, out, kh, kw] transposed
  b, y, dy, dx, dw, db
Batch normalisation (batch_norm in training, eps 1e-5, momentum 0.1), then LeakyReLU(0.2):
  x, gamma, beta, running_mean, running_variance, y, dy (of y), dx, dgamma, dbeta,
  new_running_mean, new_running_variance, inference (y by the new running ones)
The file's __metadata__ holds, as JSON text, each layer's geometry.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from torch.nn import functional as F

from make_gan_step import write_safetensors

SLOPE = 0.2
# n, height and width of x; channels of the large image, filters; kernel, stride, padding; what
# PyTorch calls output_padding
CONVOLUTIONS = {
    "down": dict(n=3, x=(8, 8), channels=3, filters=5, kernel=(4, 4), stride=(2, 2), pad=(1, 1)),
    "same": dict(n=2, x=(5, 6), channels=16, filters=4, kernel=(3, 3), stride=(1, 1), pad=(1, 1)),
    "odd": dict(n=2, x=(9, 7), channels=2, filters=17, kernel=(3, 2), stride=(3, 2), pad=(2, 0)),
    "up": dict(n=3, x=(4, 4), channels=3, filters=5, kernel=(4, 4), stride=(2, 2), pad=(1, 1),
               transposed=True),
    "up_wide": dict(n=2, x=(3, 4), channels=18, filters=7, kernel=(3, 4), stride=(2, 1),
                    pad=(1, 2), transposed=True, more=(1, 0)),
    "curve": dict(n=4, x=(1, 37), channels=2, filters=6, kernel=(1, 5), stride=(1, 2), pad=(0, 2)),
    "curve_up": dict(n=4, x=(1, 19), channels=1, filters=6, kernel=(1, 5), stride=(1, 2),
                     pad=(0, 2), transposed=True),
}
NORMALISATIONS = {"norm": (6, 4, 3, 5), "norm_dense": (9, 1, 1, 4)}  # n, height, width, channels


def draw(rng, *shape):
    """A tensor of float64 that holds values that float32 can hold."""
    return torch.from_numpy(rng.normal(size=shape).astype(np.float32).astype(np.float64))


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def convolution(rng, s):
    """One layer: its tensors as stored, and its geometry."""
    transposed = s.get("transposed", False)
    into, out = (s["filters"], s["channels"]) if transposed else (s["channels"], s["filters"])
    x = draw(rng, s["n"], into, *s["x"]).requires_grad_()
    w = draw(rng, s["filters"], s["channels"], *s["kernel"]).requires_grad_()
    b = draw(rng, out).requires_grad_()
    options = dict(stride=s["stride"], padding=s["pad"])
    if transposed:
        y = F.conv_transpose2d(x, w, b, output_padding=s.get("more", 0), **options)
    else:
        y = F.conv2d(x, w, b, **options)
    if s["x"][0] == 1:  # the functions for curves, on the same numbers
        one = dict(stride=s["stride"][1], padding=s["pad"][1])
        call = F.conv_transpose1d if transposed else F.conv1d
        assert torch.equal(y[:, :, 0], call(x[:, :, 0], w[:, :, 0], b, **one))
    dy = draw(rng, *y.shape)
    (y * dy).sum().backward()

    def matrix(weight):
        return weight.permute(2, 3, 1, 0).reshape(-1, s["filters"])

    large, small = (y, x) if transposed else (x, y)
    geometry = dict(transposed=transposed, n=s["n"], channels=s["channels"], filters=s["filters"],
                    height=large.shape[2], width=large.shape[3], small_height=small.shape[2],
                    small_width=small.shape[3], kernel_h=s["kernel"][0], kernel_w=s["kernel"][1],
                    stride_h=s["stride"][0], stride_w=s["stride"][1], pad_h=s["pad"][0],
                    pad_w=s["pad"][1])
    return dict(x=nhwc(x), w=matrix(w), b=b, y=nhwc(y), dy=nhwc(dy), dx=nhwc(x.grad),
                dw=matrix(w.grad), db=b.grad), geometry


def normalisation(rng, shape):
    n, height, width, channels = shape
    x = (draw(rng, n, channels, height, width) + 1.5).requires_grad_()
    gamma, beta = draw(rng, channels).requires_grad_(), draw(rng, channels).requires_grad_()
    mean, variance = draw(rng, channels), draw(rng, channels).square().float().double()
    new_mean, new_variance = mean.clone(), variance.clone()
    y = F.leaky_relu(F.batch_norm(x, new_mean, new_variance, gamma, beta, training=True), SLOPE)
    inference = F.leaky_relu(F.batch_norm(x, new_mean, new_variance, gamma, beta), SLOPE)
    dy = draw(rng, *y.shape)
    (y * dy).sum().backward()
    return dict(x=nhwc(x), gamma=gamma, beta=beta, running_mean=mean, running_variance=variance,
                y=nhwc(y), dy=nhwc(dy), dx=nhwc(x.grad), dgamma=gamma.grad, dbeta=beta.grad,
                new_running_mean=new_mean, new_running_variance=new_variance,
                inference=nhwc(inference))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(__file__).with_name("conv_layers.safetensors"),
                        help="default: conv_layers.safetensors beside this script")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(args.seed)
    tensors, geometries = {}, {}
    for name, settings in CONVOLUTIONS.items():
        made, geometries[name] = convolution(rng, settings)
        tensors |= {f"{name}/{key}": value.detach().numpy() for key, value in made.items()}
    for name, shape in NORMALISATIONS.items():
        made = normalisation(rng, shape)
        tensors |= {f"{name}/{key}": value.detach().numpy() for key, value in made.items()}
    recipe = dict(seed=args.seed, slope=SLOPE, made_by="tests/golden/make_conv_layers.py",
                  torch=torch.__version__.split("+")[0], numpy=np.__version__,
                  computed_in="float64", stored_in="float32")
    write_safetensors(args.out, tensors, {"recipe": json.dumps(recipe),
                                          "convolutions": json.dumps(geometries),
                                          "normalisations": json.dumps(list(NORMALISATIONS))})
    print(f"{args.out}: {len(tensors)} tensors, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
