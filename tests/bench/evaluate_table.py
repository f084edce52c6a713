#!/usr/bin/env python3
"""How long `vgan_cuda evaluate` takes for large tables.

usage: evaluate_table.py VGAN_CUDA [--rows N] [--threads N] [--runs N] [--work DIR]

Makes three tables of 15 columns and N rows (100,000 unless said) in DIR: what was trained on, what was held out and
virtual rows, which are drawn from a distribution that is a little off. Ten columns are numbers of which some follow
others, one of them with a twentieth missing, and five are words. Then measures the virtual rows, as often as --runs
says, and prints the median seconds of the whole command, reading included, and how many the processor worked.
"""
import argparse
import math
import pathlib
import random
import resource
import statistics
import subprocess
import tempfile
import time

NUMBERS = [f"n{i}" for i in range(10)]
WORDS = [f"w{i}" for i in range(5)]


def row(dice, off):
    """One row; `off` is how far its distribution is from the real one."""
    first, second = dice.gauss(0, 1), dice.gauss(0, 1)
    numbers = [first, second, first + 0.5 * second + off, first * second, math.sin(3 * first) + 0.1 * dice.gauss(0, 1),
               math.exp(0.5 * second), abs(first) + dice.random(), round(20 * dice.random()),
               round(2 * first * (1 + off) + dice.gauss(0, 1), 1), second * dice.random()]
    cells = [f"{number:.5g}" for number in numbers]
    if dice.random() < 0.05:
        cells[8] = ""
    words = ["yes" if first > 0.2 else "no", "abc"[int(3 * dice.random())], f"k{int(abs(4 * second))}",
             f"g{min(int(12 * dice.random() ** (2 + off)), 11)}", "hi" if numbers[2] > 1 else "lo"]
    return cells + words


def write(path, rows, seed, off):
    dice = random.Random(seed)
    with open(path, "w", encoding="ascii") as file:
        file.write(",".join(NUMBERS + WORDS) + "\n")
        for _ in range(rows):
            file.write(",".join(row(dice, off)) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vgan")
    parser.add_argument("--rows", type=int, default=100000)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=pathlib.Path)
    args = parser.parse_args()
    work = args.work or pathlib.Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    files = {}
    for seed, (name, off) in enumerate((("real", 0.0), ("test", 0.0), ("samples", 0.1))):
        files[name] = work / f"{name}-{args.rows}.csv"
        if not files[name].exists():
            write(files[name], args.rows, seed, off)
    command = [args.vgan, "evaluate", "--samples", str(files["samples"]), "--real", str(files["real"]), "--test",
               str(files["test"]), "--device", "cpu", "--threads", str(args.threads), "--json",
               str(work / "evaluation.json")]
    seconds, worked = [], []
    for _ in range(args.runs):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.monotonic() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"{args.rows} rows of {len(NUMBERS + WORDS)} columns: {statistics.median(seconds):.1f} s, "
          f"{statistics.median(worked):.1f} s of the processor, median of {args.runs}")


if __name__ == "__main__":
    main()
