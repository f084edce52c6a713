#!/usr/bin/env python3
"""What measuring on the way costs: one run with evaluations over the run without, in turn.

usage: evaluation_cost.py BINARY [--data DATA] [--epochs N] [--every N] [--repeats N] [FLAGS...]

Each repeat trains twice with the same flags, once with --evaluate-every N (default auto) and once with 0. Printed are
the medians of the processor time that each took, with its children, and of the time on the clock, and the ratios of
the medians. Processor time is what other work on the machine changes least. FLAGS go to `vgan_cuda train`.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


def train(binary: str, flags: list[str], folder: str) -> tuple[float, float]:
    before, clock = os.times(), time.monotonic()
    subprocess.run([binary, "train", *flags, "--out", folder, "--quiet"], check=True)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, time.monotonic() - clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--data", default="digits")
    parser.add_argument("--epochs", default="10000")
    parser.add_argument("--every", default="auto")
    parser.add_argument("--repeats", type=int, default=3)
    args, flags = parser.parse_known_args()
    shared = ["--data", args.data, "--epochs", args.epochs, *flags]
    taken: dict[str, list[tuple[float, float]]] = {args.every: [], "0": []}
    evaluations = 0
    with tempfile.TemporaryDirectory() as place:
        for repeat in range(args.repeats):
            for every in taken:
                folder = pathlib.Path(place) / f"{repeat}-{every}"
                taken[every].append(train(args.binary, [*shared, "--evaluate-every", every], str(folder)))
                if every != "0":
                    evaluations = (folder / "metrics.jsonl").read_text().count('"event":"evaluation"')
    print(f"{evaluations} evaluations in {args.epochs} epochs, {args.repeats} repeats")
    print("| | with | without | ratio |\n|---|--:|--:|--:|")
    for at, name in enumerate(("processor seconds", "seconds")):
        with_, without = (statistics.median(one[at] for one in taken[every]) for every in taken)
        print(f"| {name} | {with_:.1f} | {without:.1f} | {with_ / without:.3f} |")


if __name__ == "__main__":
    main()
