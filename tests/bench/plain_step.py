"""The step that compare_cuda.py races: the article's networks and rates, plain BCE, one update of
D and one of G on the same fakes; and scripted draws, by which peers are shown to take the same
step."""

import argparse
import json
import os
import sys
import time

import numpy as np

G_WIDTHS, D_WIDTHS = [100, 256, 512, 1024, 784], [784, 512, 256, 128, 1]
SLOPE, RATE, BETA1, BETA2, EPSILON = 0.2, 2e-4, 0.5, 0.999, 1e-8

VGAN_FLAGS = ["--output", "tanh", "--lr", str(RATE), "--lr-d", str(RATE), "--lr-g", str(RATE),
              "--beta1", str(BETA1), "--beta2", str(BETA2), "--label-smoothing", "1",
              "--instance-noise", "0", "--r1", "0", "--ema", "0", "--save-every", "0",
              "--sample-every", "0", "--quiet"]


def random_net(random, widths):
    """[weight [out, in], bias [out], ...], uniform 1/sqrt(in)."""
    net = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        for shape in ((fan_out, fan_in), (fan_out,)):
            net.append(random.uniform(-fan_in**-0.5, fan_in**-0.5, shape).astype(np.float32))
    return net


def write_script(path, image_count, batch, steps, seed=1):
    """Start weights, and for each step the batch's indices [steps, batch] and noise."""
    random = np.random.default_rng(seed)
    arrays = {f"g{k}": p for k, p in enumerate(random_net(random, G_WIDTHS))}
    arrays |= {f"d{k}": p for k, p in enumerate(random_net(random, D_WIDTHS))}
    np.savez(path, indices=random.integers(image_count, size=(steps, batch), dtype=np.int32),
             noise=random.standard_normal((steps, batch, G_WIDTHS[0]), dtype=np.float32), **arrays)


def read_script(path):
    """(g, d, indices, noise); without a script, random start weights and no draws."""
    if not path:
        random = np.random.default_rng(1)
        return random_net(random, G_WIDTHS), random_net(random, D_WIDTHS), None, None
    with np.load(path) as arrays:
        nets = [[arrays[f"{net}{k}"] for k in range(2 * (len(widths) - 1))]
                for net, widths in (("g", G_WIDTHS), ("d", D_WIDTHS))]
        return *nets, arrays["indices"], arrays["noise"]


def serve(prepare):
    """A peer's process: `prepare()` gives an object with run(n), losses(n), versions. Then one JSON
    line on standard output for each line of standard input: "run N" gives the seconds of N steps,
    "losses N" the losses [N, 2] of D and G. Everything else that is printed goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    try:
        start = time.perf_counter()
        peer = prepare()
        answer(ready=time.perf_counter() - start, versions=peer.versions)
        for line in sys.stdin:
            order, count = line.split()
            if order == "run":
                answer(seconds=peer.run(int(count)))
            else:
                answer(losses=peer.losses(int(count)))
    except Exception as error:
        reason = (str(error).strip().splitlines() or [""])[0][:200]
        answer(error=f"{type(error).__name__}: {reason}")
        raise SystemExit(1)


def peer_main(about, peer):
    """The program of a peer: `peer(args)` is made once the flags of compare_cuda.py are read."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    for name in ("side", "precision", "device", "images", "script"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--batch", type=int)
    args = parser.parse_args()
    serve(lambda: peer(args))
