"""Makes masked_ten_steps.json: ten steps of a small network over cells, in float64 PyTorch.

  python tests/golden/make_masked_steps.py            (PyTorch, NumPy from PyPI; writes beside itself)

The C++ test reads the file and demands the same losses, norms and weights; it needs no Python.

Network: Linear 9 -> 8; two blocks x + Linear(16 -> 8)(dropout(silu(Linear(8 -> 16)(LayerNorm(x))))); LayerNorm; Linear
8 -> 19. Columns of 3, 12 and 4 cells; the targets of the second are spread over cells near by: exp(-d^2 / 2) over its
12, normalised. The loss is the mean over rows of the mean over columns that are not shown of the cross-entropy.

Each step: gradient, its norm clipped to 1 as torch.nn.utils.clip_grad_norm_ does, AdamW (rate 5e-3, decay 0.01, betas
(0.9, 0.99), eps 1e-8), then average = c * average + (1 - c) * weight, c = min(0.995, (2 + t) / (11 + t)) at step t from 0.

Dropout of a quarter is that of kernels/ops/silu.hpp: element k of block b's [5, 16] is kept where half k % 2 (the lower
first) of word k / 2 of the stream (seed 3, purpose 14, step t), from word 2^40 * (its layer's number) on, is 16384 or
more; kept ones are divided by 0.75.
"""
import json
import pathlib

import numpy as np
import torch
from torch.nn import functional as F

import philox

STEPS, ROWS, FEATURES, WIDTH, HIDDEN, SEED = 10, 5, 9, 8, 16, 3
CELLS, SPREAD = [3, 12, 4], 1
RATE, DECAY, BETAS, MOST, EMA, DROPPED = 5e-3, 0.01, (0.9, 0.99), 1.0, 0.995, 16384
philox.PURPOSES["dropout"] = 14


def kept(layer, step):
    words = philox.words(SEED, "dropout", step, ROWS * HIDDEN // 2, first_block=(layer << 40) // 4).ravel()
    halves = np.stack([words & np.uint64(0xFFFF), words >> np.uint64(16)], 1).ravel()[:ROWS * HIDDEN]
    return torch.tensor((halves >= DROPPED).astype(np.float64).reshape(ROWS, HIDDEN))


def targets():
    tables = [torch.eye(size, dtype=torch.float64) for size in CELLS]
    at = torch.arange(CELLS[SPREAD], dtype=torch.float64)
    bell = torch.exp(-0.5 * (at[:, None] - at[None]) ** 2)
    tables[SPREAD] = bell / bell.sum(1, keepdim=True)
    return tables


def forward(w, x, step):
    h = x @ w["0.weight"] + w["0.bias"]
    for layer in (1, 2):
        n = F.layer_norm(h, (WIDTH,), w[f"{layer}.gamma"], w[f"{layer}.beta"], 1e-5)
        a = F.silu(n @ w[f"{layer}.weight_in"] + w[f"{layer}.bias_in"]) * kept(layer, step) / (1 - DROPPED / 65536)
        h = h + a @ w[f"{layer}.weight_out"] + w[f"{layer}.bias_out"]
    n = F.layer_norm(h, (WIDTH,), w["3.gamma"], w["3.beta"], 1e-5)
    return n @ w["4.weight"] + w["4.bias"]


def loss_of(logits, cells, observed, tables):
    total, first = 0.0, 0
    hidden = 1.0 - observed
    share = hidden / hidden.sum(1, keepdim=True)
    for j, size in enumerate(CELLS):
        log = F.log_softmax(logits[:, first:first + size], 1)
        total = total - (share[:, j] * (tables[j][cells[:, j]] * log).sum(1)).sum()
        first += size
    return total / ROWS


def main():
    rng = np.random.default_rng(7)
    shapes = {"0.weight": (FEATURES, WIDTH), "0.bias": (WIDTH,)}
    for layer in (1, 2):
        shapes |= {f"{layer}.gamma": (WIDTH,), f"{layer}.beta": (WIDTH,), f"{layer}.weight_in": (WIDTH, HIDDEN),
                   f"{layer}.bias_in": (HIDDEN,), f"{layer}.weight_out": (HIDDEN, WIDTH), f"{layer}.bias_out": (WIDTH,)}
    shapes |= {"3.gamma": (WIDTH,), "3.beta": (WIDTH,), "4.weight": (WIDTH, sum(CELLS)), "4.bias": (sum(CELLS),)}
    start = {name: (0.5 * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes.items()}
    x = rng.standard_normal((STEPS, ROWS, FEATURES)).astype(np.float32)
    cells = np.stack([rng.integers(0, size, (STEPS, ROWS)) for size in CELLS], 2)
    observed = (rng.random((STEPS, ROWS, len(CELLS))) < 0.5).astype(np.int64)
    observed[..., 0] *= observed[..., 1:].min(2) == 0  # no row shows all
    weights = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in start.items()}
    average = {name: value.detach().clone() for name, value in weights.items()}
    optimiser = torch.optim.AdamW(weights.values(), RATE, betas=BETAS, eps=1e-8, weight_decay=DECAY)
    tables = targets()
    losses, norms = [], []
    for t in range(STEPS):
        logits = forward(weights, torch.tensor(x[t], dtype=torch.float64), t)
        loss = loss_of(logits, torch.tensor(cells[t]), torch.tensor(observed[t], dtype=torch.float64), tables)
        optimiser.zero_grad()
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(weights.values(), MOST)))
        optimiser.step()
        losses.append(float(loss.detach()))
        c = min(EMA, (2 + t) / (11 + t))
        for name, value in weights.items():
            average[name] = c * average[name] + (1 - c) * value.detach()
    assert min(norms) < MOST < max(norms), norms  # both with and without clipping

    def numbers(array):
        return [float(f"{value:.9g}") for value in np.asarray(array, np.float64).ravel()]

    made = dict(x=numbers(x), cells=cells.ravel().tolist(), observed=observed.ravel().tolist(), losses=numbers(losses),
                norms=numbers(norms), init={name: numbers(value) for name, value in start.items()},
                final={name: numbers(value.detach()) for name, value in weights.items()},
                average={name: numbers(value) for name, value in average.items()})
    pathlib.Path(__file__).with_name("masked_ten_steps.json").write_text(json.dumps(made, indent=None) + "\n")


if __name__ == "__main__":
    main()
