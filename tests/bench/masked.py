"""A masked model's training and drawing beside the same network in PyTorch, in one run.

usage: python3 masked.py VGAN_CUDA [--rounds N] [--threads N] [--steps N] [--rows N] [--processor] [--data TABLE]
                         [--precision NAME]

Trains `--preset masked` on the built-in wind tunnel, or on TABLE, and draws rows of it, and does the same in PyTorch
with a network of the same widths on as many columns, cells and features (of random numbers: the time does not depend
on them), batch 256, with the loss, clipping, AdamW and average of docs/models.md; rows column by column, each by the
whole network, in blocks of 3,000. The two take turns, N rounds (5), on N threads (1). Prints the medians and their
ratios. --processor divides by the processor's seconds in place of the clock's, for one thread of a machine with busy
neighbours; vgan's start is taken off. --precision is vgan's; PyTorch computes in fp32.

Needs numpy and PyTorch (PyPI: torch).
"""
import argparse
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

import torch
from torch import nn
from torch.nn import functional as F

BATCH, WIDTH, BLOCK = 256, 128, 3000


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.to_hidden, self.back = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x):
        return x + self.back(self.dropout(F.silu(self.to_hidden(self.norm(x)))))


class Peer:
    """The network over `columns` columns of `cells` cells with `features` features each."""

    def __init__(self, columns, cells, features):
        self.columns, self.cells = columns, cells
        self.tables = [torch.randn(cells, features) for _ in range(columns)]
        self.net = nn.Sequential(nn.Linear(columns * features, WIDTH), Residual(), Residual(), nn.LayerNorm(WIDTH),
                                 nn.Linear(WIDTH, columns * cells))
        self.average = [weight.detach().clone() for weight in self.net.parameters()]
        self.optimiser = torch.optim.AdamW(self.net.parameters(), 2e-3, betas=(0.9, 0.99), weight_decay=0.01)
        self.rows = torch.randint(0, cells, (1500, columns))
        at = torch.arange(cells)
        bell = torch.exp(-0.5 * (at[:, None] - at[None]) ** 2.0)
        self.targets = bell / bell.sum(1, keepdim=True)

    def inputs(self, rows, observed):
        return torch.cat([F.embedding(rows[:, j], table) * observed[:, j:j + 1]
                          for j, table in enumerate(self.tables)], 1)

    def masks(self, rows):
        shown = torch.randint(0, self.columns, (rows,))
        ranks = torch.rand(rows, self.columns).argsort(1).argsort(1)
        return (ranks < shown[:, None]).float()

    def step(self):
        rows = self.rows[torch.randint(0, len(self.rows), (BATCH,))]
        observed = self.masks(BATCH)
        logits = self.net(self.inputs(rows, observed)).view(BATCH, self.columns, self.cells)
        hidden = (1 - observed) / (1 - observed).sum(1, keepdim=True)
        loss = (-(self.targets[rows] * logits.log_softmax(2)).sum(2) * hidden).sum(1).mean()
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        with torch.no_grad():
            for average, weight in zip(self.average, self.net.parameters()):
                average.lerp_(weight, 0.005)

    @torch.no_grad()
    def draw(self, count):
        self.net.eval()
        rows = torch.zeros(count, self.columns, dtype=torch.long)
        observed = torch.zeros(count, self.columns)
        for j in range(self.columns):
            shares = self.net(self.inputs(rows, observed))[:, j * self.cells:(j + 1) * self.cells].softmax(1)
            rows[:, j] = torch.multinomial(shares, 1)[:, 0]
            observed[:, j] = 1
        self.net.train()


def seconds(body):
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def processor_seconds(body):
    start = time.process_time()
    body()
    return time.process_time() - start


def child_seconds(words):
    """The processor's seconds that a command takes."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    run(words)
    return used() - before


def run(words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("vgan")
    for name, value in (("rounds", 5), ("threads", 1), ("steps", 400), ("rows", 60000)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--processor", action="store_true")
    parser.add_argument("--data", default="wind-tunnel")
    parser.add_argument("--precision", default="auto")
    args = parser.parse_args()
    if args.processor and args.threads != 1:
        parser.error("--processor is for --threads 1")
    clock = processor_seconds if args.processor else seconds
    torch.set_num_threads(args.threads)
    folder = pathlib.Path(tempfile.mkdtemp())
    common = ["--threads", str(args.threads), "--device", "cpu"]

    def train(steps, out):
        return [args.vgan, "--preset", "masked", "--data", args.data, "--precision", args.precision, "--epochs", str(steps), "--save-every", "0",
                "--sample-every", "0", "--out", str(folder / out)] + common

    def draw(count):
        return [args.vgan, "generate", str(folder / "first"), "--count", str(count), "--out",
                str(folder / "rows.csv")] + common

    text = run(train(args.steps, "first"))
    features, cells, columns = map(int, re.search(r"network +(\d+)-.*-(\d+), \d+ parameters, (\d+) columns", text)
                                   .groups())
    peer = Peer(columns, round(cells / columns), round(features / columns))
    own_steps, own_rows, peer_steps, peer_rows = [], [], [], []
    for index in range(args.rounds):
        if args.processor:
            start = child_seconds(train(1, f"start{index}"))
            own_steps.append((args.steps - 1) / (child_seconds(train(args.steps, f"run{index}")) - start))
            own_rows.append((args.rows - 1) / (child_seconds(draw(args.rows)) - child_seconds(draw(1))))
        else:
            text = run(train(args.steps, f"run{index}"))
            own_steps.append(float(re.search(r"([\d.]+) epochs/s; ", text).group(1)))
            own_rows.append(float(re.search(r", (\d+) a second; from", run(draw(args.rows))).group(1)))
        peer_steps.append(args.steps / clock(lambda: [peer.step() for _ in range(args.steps)]))
        blocks = max(1, args.rows // BLOCK // 4)
        peer_rows.append(blocks * BLOCK / clock(lambda: [peer.draw(BLOCK) for _ in range(blocks)]))
    shutil.rmtree(folder)
    print(f"{columns} columns, {cells} cells, {features} features; {args.threads} thread(s), medians of {args.rounds}"
          + (", of the processor's seconds" if args.processor else ""))
    print("| | vgan | PyTorch | ratio |\n|---|--:|--:|--:|")
    for what, own, other in (("steps a second", own_steps, peer_steps), ("rows a second", own_rows, peer_rows)):
        own, other = statistics.median(own), statistics.median(other)
        print(f"| {what} | {own:.0f} | {other:.0f} | {own / other:.1f} |")


if __name__ == "__main__":
    main()
