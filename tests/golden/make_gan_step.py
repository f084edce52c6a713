"""Makes gan_ten_steps.safetensors: ten alternating steps of the article's GAN, in float64 PyTorch.

  python tests/golden/make_gan_step.py            (PyTorch, NumPy from PyPI; writes beside itself)

The C++ test reads the file and demands the same losses and weights; it needs no Python.

Networks (small, so that the file stays small): G 12-24-20-36, D 36-28-16-1, LeakyReLU(0.2) after
each hidden layer, D ends in a logit; G ends in `output`: tanh, sigmoid or identity. Batch 8.

Inputs of each variant, drawn in float64 and rounded to float32 so that both sides start equal: the
initial weights, z [10, 8, 12] (standard normal), x [10, 8, 36] (inside the range of `output`).

Step t = 0..9, every mean over the 8 rows of the batch, real, fake and fooled as in LOSSES:
  1. fake = G(z[t]), once.
  2. d_loss_real = mean real(D(x[t]), real_target)
     d_loss_fake = mean fake(D(fake)), fake held constant
  3. if r1_gamma > 0 and t % r1_every == 0:
       r1 = r1_gamma / 2 * mean_b |grad_x D(x[t])_b|^2      (else r1 = 0)
     D minimises d_loss_real + d_loss_fake + r1_every * r1  (lazy: StyleGAN2, section B).
     The stored r1 is without the factor r1_every.
  4. Adam on D: rate lr_d, betas (0.5, 0.999), eps 1e-8 outside the root, bias-corrected moments.
  5. g_loss = mean fooled(D_new(fake)), the same fake; its gradient reaches G only. Adam on G, lr_g.
  6. if ema_decay > 0: ema = c * ema + (1 - c) * w, from the initial weights, with
     c = min(ema_decay, (2 + t) / (11 + t)): the warm-up of TensorFlow's ExponentialMovingAverage.

Tensors, float32 (rounded from float64), named VARIANT/...:
  x, z, d_loss_real [10], d_loss_fake [10], r1 [10], g_loss [10]
  init|final|adam_m|adam_v / g|d . LAYER . weight|bias
  ema / g . LAYER . weight|bias                         where ema_decay > 0
LAYER counts dense layers from 0. A weight is [in, out], row-major: the transpose of PyTorch's.
The file's __metadata__ holds, as JSON text, each variant's settings and the shared ones.

The seed is chosen so that no hidden unit comes near LeakyReLU's kink and no gradient nearly
cancels: the script repeats every variant in float32 and refuses a seed for which that strays from
float64 by more than MARGIN, or the 1e-5 asked of the C++ side would measure luck.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from torch.nn import functional as F

STEPS, BATCH, SLOPE = 10, 8, 0.2
G_LAYERS, D_LAYERS = [12, 24, 20, 36], [36, 28, 16, 1]
BETAS, EPS = (0.5, 0.999), 1e-8
MARGIN = 1e-6  # relative to the largest magnitude in the tensor

PLAIN = dict(loss="bce", output="tanh", real_target=1.0, r1_gamma=0.0, r1_every=1, ema_decay=0.0,
             lr_d=2e-4, lr_g=2e-4)
VARIANTS = {
    "plain": PLAIN,
    "smooth": PLAIN | dict(real_target=0.9),
    "r1": PLAIN | dict(r1_gamma=0.5),
    "r1_lazy": PLAIN | dict(r1_gamma=0.5, r1_every=4),
    "ema_two_rates": PLAIN | dict(ema_decay=0.999, lr_d=4e-4),
    "sigmoid": PLAIN | dict(output="sigmoid"),
    "identity": PLAIN | dict(output="identity"),
    "everything": PLAIN | dict(output="sigmoid", real_target=0.9, r1_gamma=5.0, r1_every=4,
                               ema_decay=0.9, lr_d=4e-4),
    "minimax": PLAIN | dict(loss="minimax"),
    "article": PLAIN | dict(loss="article"),
    "lsgan": PLAIN | dict(loss="lsgan", real_target=0.9),
    "hinge": PLAIN | dict(loss="hinge", r1_gamma=0.5, r1_every=2),
}
OUTPUTS = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda x: x}


def draw_inputs(seed, output):
    """Everything random, float64 holding values that float32 can hold."""
    rng = np.random.default_rng(seed)
    inputs = {}
    for net, widths in (("g", G_LAYERS), ("d", D_LAYERS)):
        for layer, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
            inputs[f"{net}.{layer}.weight"] = rng.normal(0, 1.4 / fan_in**0.5, (fan_in, fan_out))
            inputs[f"{net}.{layer}.bias"] = rng.normal(0, 0.1, fan_out)
    inputs["z"] = rng.normal(size=(STEPS, BATCH, G_LAYERS[0]))
    x = rng.normal(size=(STEPS, BATCH, D_LAYERS[0]))
    inputs["x"] = OUTPUTS[output](torch.from_numpy(x)).numpy()
    return {name: value.astype(np.float32).astype(np.float64) for name, value in inputs.items()}


def dense_net(net, w, x, output=None):
    last = len(G_LAYERS) - 2
    for layer in range(last + 1):
        x = x @ w[f"{net}.{layer}.weight"] + w[f"{net}.{layer}.bias"]
        x = F.leaky_relu(x, SLOPE) if layer < last else x
    return OUTPUTS[output](x) if output else x


def bce(logits, target):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def minimax(logits):
    return torch.log1p(-torch.sigmoid(logits)).mean()


# (real(logits, target), fake(logits), fooled(logits)) of each loss; the equations are in
# kernels/math/gan_loss.hpp, here in PyTorch's own functions.
D_BCE = (bce, lambda l: bce(l, 0.0))
LOSSES = {
    "bce": (*D_BCE, lambda l: bce(l, 1.0)),
    "minimax": (*D_BCE, minimax),
    "article": (*D_BCE, lambda l: -torch.sigmoid(l).mean()),
    "lsgan": (lambda l, target: F.mse_loss(l, torch.full_like(l, target)) / 2,
              lambda l: F.mse_loss(l, torch.zeros_like(l)) / 2,
              lambda l: F.mse_loss(l, torch.ones_like(l)) / 2),
    "hinge": (lambda l, target: F.relu(1 - l).mean(), lambda l: F.relu(1 + l).mean(),
              lambda l: -l.mean()),
}


def step(t, w, x, z, d_params, adam_d, adam_g, s):
    """One alternating step; returns the four numbers that the file keeps."""
    fake = dense_net("g", w, z, s["output"])
    real = x.clone().requires_grad_()
    logits = dense_net("d", w, real)
    of_real, of_fake, fooled = LOSSES[s["loss"]]
    loss_real = of_real(logits, s["real_target"])
    loss_fake = of_fake(dense_net("d", w, fake.detach()))
    r1 = torch.zeros((), dtype=x.dtype)
    if s["r1_gamma"] > 0 and t % s["r1_every"] == 0:
        (slope,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
        r1 = s["r1_gamma"] / 2 * slope.square().sum(1).mean()
    adam_d.zero_grad()
    (loss_real + loss_fake + s["r1_every"] * r1).backward()
    adam_d.step()

    for p in d_params:
        p.requires_grad_(False)
    g_loss = fooled(dense_net("d", w, fake))
    adam_g.zero_grad()
    g_loss.backward()
    adam_g.step()
    for p in d_params:
        p.requires_grad_(True)
    return [value.item() for value in (loss_real, loss_fake, r1, g_loss)]


def run_variant(inputs, s, dtype):
    """Ten steps in `dtype`; returns name -> float64 array, as stored."""
    given = {name: torch.from_numpy(value).to(dtype) for name, value in inputs.items()}
    x, z = given.pop("x"), given.pop("z")
    w = {name: value.clone().requires_grad_() for name, value in given.items()}
    ema = {name: value.clone() for name, value in given.items() if name[0] == "g"}
    params = {net: [p for name, p in w.items() if name[0] == net] for net in "dg"}
    adam = {net: torch.optim.Adam(params[net], lr=s[f"lr_{net}"], betas=BETAS, eps=EPS)
            for net in "dg"}
    trace = []
    for t in range(STEPS):
        trace.append(step(t, w, x[t], z[t], params["d"], adam["d"], adam["g"], s))
        for name in ema if s["ema_decay"] > 0 else ():
            decay = min(s["ema_decay"], (2 + t) / (11 + t))
            ema[name] = decay * ema[name] + (1 - decay) * w[name].detach()

    out = dict(x=x, z=z)
    out |= {f"init/{name}": value for name, value in given.items()}
    for k, name in enumerate(("d_loss_real", "d_loss_fake", "r1", "g_loss")):
        out[name] = torch.tensor([row[k] for row in trace], dtype=torch.float64)
    for name, value in w.items():
        state = adam[name[0]].state[value]
        out[f"final/{name}"] = value.detach()
        out[f"adam_m/{name}"], out[f"adam_v/{name}"] = state["exp_avg"], state["exp_avg_sq"]
    if s["ema_decay"] > 0:
        out |= {f"ema/{name}": value for name, value in ema.items()}
    return {name: value.double().numpy() for name, value in out.items()}


def worst_deviation(exact, other):
    """The largest |difference| over all tensors, each relative to its own largest magnitude."""
    def deviation(name):
        scale = max(np.abs(exact[name]).max(), 1e-30)
        return float(np.abs(exact[name] - other[name]).max() / scale)

    worst = max(exact, key=deviation)
    return deviation(worst), worst


def write_safetensors(path, tensors, metadata):
    """8 bytes of header length (little-endian), JSON header padded to 8 with blanks, the data."""
    header, blobs, at = {"__metadata__": metadata}, [], 0
    for name, value in tensors.items():
        blob = np.ascontiguousarray(value, "<f4").tobytes()
        header[name] = dict(dtype="F32", shape=list(value.shape), data_offsets=[at, at + len(blob)])
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(__file__).with_name("gan_ten_steps.safetensors"),
                        help="default: gan_ten_steps.safetensors beside this script")
    parser.add_argument("--seed", type=int, default=70,
                        help="of the inputs, default 70; variant k uses seed + k")
    args = parser.parse_args()
    torch.set_num_threads(1)
    tensors, recipe = {}, {}
    for k, (variant, settings) in enumerate(VARIANTS.items()):
        inputs = draw_inputs(args.seed + k, settings["output"])
        exact = run_variant(inputs, settings, torch.float64)
        deviation, name = worst_deviation(exact, run_variant(inputs, settings, torch.float32))
        print(f"{variant:14s} float32 strays by {deviation:.1e} at {name}")
        if not deviation <= MARGIN:
            raise SystemExit(f"more than {MARGIN:.0e}: choose another --seed")
        tensors |= {f"{variant}/{name}": value for name, value in exact.items()}
        recipe[variant] = settings | dict(seed=args.seed + k, float32_deviation=deviation)
    shared = dict(steps=STEPS, batch=BATCH, g_layers=G_LAYERS, d_layers=D_LAYERS, leaky_slope=SLOPE,
                  beta1=BETAS[0], beta2=BETAS[1], eps=EPS, weight_layout="[in, out] row-major",
                  made_by="tests/golden/make_gan_step.py", torch=torch.__version__.split("+")[0],
                  numpy=np.__version__, computed_in="float64", stored_in="float32")
    write_safetensors(args.out, tensors,
                      {"recipe": json.dumps(shared), "variants": json.dumps(recipe)})
    print(f"{args.out}: {len(tensors)} tensors, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
