"""The same training step in PyTorch and in vgan_cuda on this CPU, side by side in one run.

  python tests/bench/compare_cpu.py --binary build/vgan_cuda --data MNIST_FOLDER --threads 2
  python tests/bench/compare_cpu.py --data MNIST_FOLDER       the PyTorch half alone

The step: the article's networks, batch 128, one alternating update of D and G, Adam(2e-4, 0.5),
tanh output; "plain", and "r1+ema" (R1 gamma 0.5 in every step, EMA of G 0.999). The data set lies
in memory. First both sides train --parity-epochs epochs from their own start and their losses must
land in one band; then they take turns, --rounds times, and the table shows medians.

PyTorch's side is as strong as this file can make it: D sees [real; fake] in one pass, the fake
batch is drawn once, D's weights get no gradient in G's step, R1's input gradient is written out so
that it costs one more backward pass instead of autograd's double one and shares the loss's masks,
the faster of fused and foreach Adam, EMA by one foreach call, no value read by the host, data
already normalised, denormals flushed; eager and torch.compile; bf16 is autocast with R1 in fp32.
vgan_cuda's time is its own epochs per second: gathering, noise and the metrics file included.
"""

import argparse
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
import torch
from torch.nn import functional as F

G_LAYERS, D_LAYERS = [100, 256, 512, 1024, 784], [784, 512, 256, 128, 1]
SLOPE, RATE, BETAS = 0.2, 2e-4, (0.5, 0.999)
KINDS = {"plain": dict(r1=0.0, ema=0.0), "r1+ema": dict(r1=0.5, ema=0.999)}
BAND = np.array([0.25, 0.25, 0.5])  # around PyTorch's span: D loss, G loss, R1 (the noisiest)
WARM_UP = 30


def read_images(folder):
    """float32 [60000, 784] in [-1, 1]."""
    path = pathlib.Path(folder) / "train-images-idx3-ubyte.gz"
    pixels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, -1, 16)
    return torch.from_numpy(pixels.reshape(-1, 784).astype(np.float32) / 127.5 - 1)


def new_net(widths):
    """[weight [out, in], bias [out], ...] with PyTorch's default start, uniform 1/sqrt(in)."""
    net = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        net += [torch.empty(shape).uniform_(-fan_in**-0.5, fan_in**-0.5).requires_grad_()
                for shape in ((fan_out, fan_in), (fan_out,))]
    return net


def forward(net, x):
    """The last layer's linear output and the hidden layers' activations."""
    hidden = []
    for k in range(0, len(net) - 2, 2):
        x = F.leaky_relu(F.linear(x, net[k], net[k + 1]), SLOPE)
        hidden.append(x)
    return F.linear(x, net[-2], net[-1]), hidden


def input_gradient(net, hidden):
    """grad_x of the logit, [batch, in]: the weights' chain through LeakyReLU's slopes."""
    u = net[-2]
    for k, h in zip(range(len(net) - 4, -1, -2), reversed(hidden)):
        u = torch.where(h > 0, u, SLOPE * u) @ net[k]
    return u


class Step:
    """One alternating update; `mode` is eager or compile, `precision` fp32 or bf16."""

    def __init__(self, images, kind, precision, mode, adam, batch, seed):
        torch.manual_seed(seed)
        self.images, self.batch, self.r1, self.ema = images, batch, kind["r1"], kind["ema"]
        self.bf16 = precision == "bf16"
        self.g, self.d = new_net(G_LAYERS), new_net(D_LAYERS)
        self.frozen_d = [p.detach() for p in self.d]  # the same memory, asking for no gradient
        self.average = [p.detach().clone() for p in self.g]
        self.adam_g, self.adam_d = (
            torch.optim.Adam(net, RATE, BETAS, **{adam: True}) for net in (self.g, self.d))
        self.ones, self.zeros = torch.ones(batch, 1), torch.zeros(batch, 1)
        wrap = torch.compile if mode == "compile" else lambda function: function
        self.fake_of, self.d_loss, self.g_loss = (
            wrap(f) for f in (self._fake_of, self._d_loss, self._g_loss))

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16, enabled=self.bf16)

    def _fake_of(self, z):
        with self.autocast():
            return torch.tanh(forward(self.g, z)[0]).float()

    def _d_loss(self, real, fake):
        n = len(real)
        with self.autocast():
            logits, hidden = forward(self.d, torch.cat([real, fake]))
        logits = logits.float()
        loss = (F.binary_cross_entropy_with_logits(logits[:n], self.ones)
                + F.binary_cross_entropy_with_logits(logits[n:], self.zeros))
        if not self.r1:
            return loss, loss
        slope = input_gradient(self.d, [h[:n] for h in hidden])
        return loss, loss + self.r1 / 2 * slope.square().sum(1).mean()  # without R1, with R1

    def _g_loss(self, fake):
        with self.autocast():
            logits = forward(self.frozen_d, fake)[0]
        return F.binary_cross_entropy_with_logits(logits.float(), self.ones)

    def __call__(self):
        real = self.images[torch.randint(len(self.images), (self.batch,))]
        fake = self.fake_of(torch.randn(self.batch, G_LAYERS[0]))
        loss, objective = self.d_loss(real, fake.detach())
        self.adam_d.zero_grad()
        objective.backward()
        self.adam_d.step()
        g_loss = self.g_loss(fake)
        self.adam_g.zero_grad()
        g_loss.backward()
        self.adam_g.step()
        if self.ema:
            torch._foreach_lerp_(self.average, [p.detach() for p in self.g], 1 - self.ema)
        return loss.detach(), g_loss.detach(), (objective - loss).detach()


def check_input_gradient():
    """The written-out gradient of R1 against autograd's."""
    net, x = new_net(D_LAYERS), torch.randn(16, D_LAYERS[0], requires_grad=True)
    logits, hidden = forward(net, x)
    (wanted,) = torch.autograd.grad(logits.sum(), x)
    torch.testing.assert_close(input_gradient(net, hidden), wanted)


def seconds_per_step(step, count):
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count


def faster_adam(images, batch):
    steps = {adam: Step(images, KINDS["plain"], "fp32", "eager", adam, batch, 1)
             for adam in ("fused", "foreach")}
    best = {adam: min(seconds_per_step(step, 2) for _ in range(WARM_UP // 2))
            for adam, step in steps.items()}
    return min(best, key=best.get)


def run_vgan(args, kind, precision, epochs, seed):
    """Trains with vgan_cuda in a folder of its own; returns the lines of its metrics.jsonl."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "run"
        done = subprocess.run(
            [args.binary, "--data", args.data, "--epochs", str(epochs), "--batch", str(args.batch),
             "--device", "cpu", "--precision", precision, "--threads", str(args.threads),
             "--seed", str(seed), "--out", str(out), "--output", "tanh", "--lr", str(RATE),
             "--lr-d", str(RATE), "--lr-g", str(RATE), "--beta1", str(BETAS[0]),
             "--label-smoothing", "1", "--instance-noise", "0", "--r1", str(kind["r1"]),
             "--r1-every", "1", "--ema", str(kind["ema"]), "--save-every", "0",
             "--sample-every", "0", "--quiet"], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"vgan_cuda: exit {done.returncode}: {done.stderr.strip()}")
        return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def vgan_losses(rows):
    """[epochs, 3]: D's loss (both terms, without R1), G's, and the R1 penalty."""
    return np.array([(row["d_loss_real"] + row["d_loss_fake"], row["g_loss"], row["r1"])
                     for row in rows if "g_loss" in row])


def parity(args, images, kind, precision, adam):
    """Mean losses of the last third, three seeds, against PyTorch's span widened by BAND."""
    epochs, seeds = args.parity_epochs, (1, 2, 3)
    theirs, ours = [], []
    for seed in seeds:
        step = Step(images, KINDS[kind], precision, "eager", adam, args.batch, seed)
        theirs.append(np.array([[float(v) for v in step()] for _ in range(epochs)]))
        ours.append(vgan_losses(run_vgan(args, KINDS[kind], precision, epochs, seed)))
        if len(ours[-1]) != epochs:
            raise SystemExit(f"metrics.jsonl has losses of {len(ours[-1])} epochs, not {epochs}")
    theirs, ours = (np.array([run[-epochs // 3:].mean(0) for run in runs])
                    for runs in (theirs, ours))
    low, high = theirs.min(0) * (1 - BAND), theirs.max(0) * (1 + BAND)
    inside = ((ours >= low) & (ours <= high)).all(0)
    for k, name in enumerate(("D loss", "G loss", "R1")):
        print(f"parity {kind} {precision}: {name}, 3 seeds: vgan {np.round(ours[:, k], 4)}, "
              f"band {low[k]:.4f} to {high[k]:.4f}", "ok" if inside[k] else "OUT", flush=True)
    return inside.all()


def torch_sides(args, images, kind, precision, adam):
    """Warm steps by mode; a mode that fails here is left out, with its reason."""
    sides = {}
    for mode in args.modes:
        try:
            step = Step(images, KINDS[kind], precision, mode, adam, args.batch, 1)
            seconds_per_step(step, WARM_UP)
            sides[mode] = step
        except Exception as error:
            reason = (str(error).strip().splitlines() or [""])[0][:150]
            print(f"PyTorch {mode} {kind} {precision} left out: {type(error).__name__}: {reason}")
    return sides


def race(args, images, adam):
    """(kind, precision, side) -> milliseconds a step, one for each round; sides take turns."""
    sides = {(kind, precision): torch_sides(args, images, kind, precision, adam)
             for kind in args.kinds for precision in args.precisions}
    times = {}
    for _ in range(args.rounds):
        for (kind, precision), modes in sides.items():
            if args.binary:
                last = run_vgan(args, KINDS[kind], precision, args.epochs, 1)[-1]
                times.setdefault((kind, precision, "vgan"), []).append(
                    1000 / last["epochs_per_second"])
            for mode, step in modes.items():
                seconds_per_step(step, 5)
                times.setdefault((kind, precision, mode), []).append(
                    1000 * seconds_per_step(step, args.epochs))
    return times


def table(args, times):
    def cell(side):
        values = sorted(times.get((kind, precision, side), []))
        if not values:
            return "-"
        return f"{statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"

    lines = ["| step | precision | vgan, ms | PyTorch eager, ms | PyTorch compiled, ms | "
             "fastest PyTorch / vgan |", "|---|---|--:|--:|--:|--:|"]
    for kind in args.kinds:
        for precision in args.precisions:
            median = {side: statistics.median(values)
                      for (*which, side), values in times.items() if which == [kind, precision]}
            ours = median.pop("vgan", None)
            ratio = f"{min(median.values()) / ours:.2f}" if ours and median else "-"
            lines.append(f"| {kind} | {precision} | {cell('vgan')} | {cell('eager')} | "
                         f"{cell('compile')} | {ratio} |")
    return "\n".join(lines)


def machine(args):
    info = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
    text = (f"{names[0] if names else 'unknown CPU'}, {len(os.sched_getaffinity(0))} logical CPUs, "
            f"{args.threads} threads; PyTorch {torch.__version__} "
            f"({torch.backends.cpu.get_cpu_capability()})")
    if "OMP_WAIT_POLICY" in os.environ:
        text += f", OMP_WAIT_POLICY={os.environ['OMP_WAIT_POLICY']}"
    if args.binary:
        version = subprocess.run([args.binary, "--version"], capture_output=True, text=True)
        text += f"; {version.stdout.splitlines()[0]}"
    return text + f"; batch {args.batch}, {args.rounds} rounds of {args.epochs} steps"


def main():
    cpus = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="folder with MNIST's IDX .gz files")
    parser.add_argument("--binary", help="vgan_cuda; without it PyTorch is measured alone")
    parser.add_argument("--threads", type=int, default=cpus, help=f"of each side (default {cpus})")
    parser.add_argument("--batch", type=int, default=128, help="default 128")
    parser.add_argument("--epochs", type=int, default=300, help="steps in a round (default 300)")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--parity-epochs", type=int, default=300, help="default 300; 0 = no check")
    for name, known in (("kinds", list(KINDS)), ("precisions", ["fp32", "bf16"]),
                        ("modes", ["eager", "compile"])):
        parser.add_argument(f"--{name}", nargs="+", choices=known, default=known)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    check_input_gradient()
    images = read_images(args.data)
    adam = faster_adam(images, args.batch)
    if args.binary and args.parity_epochs:
        held = [parity(args, images, kind, precision, adam)
                for kind in args.kinds for precision in args.precisions]
        if not all(held):
            raise SystemExit("the two sides do not train alike: times would compare nothing")
    times = race(args, images, adam)
    print(f"\n{machine(args)}; medians (least to most); PyTorch's Adam: {adam}\n")
    print(table(args, times))


if __name__ == "__main__":
    main()
