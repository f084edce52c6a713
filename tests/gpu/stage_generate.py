"""Stage 8: how long a user of `generate` waits; stage bench has the rates."""

import os
import statistics
import subprocess
import time

import common

PRECISION, DTYPE = "bf16", "u8"


def seconds(args, model, count):
    """Of one `generate` to standard output, which is discarded."""
    start = time.perf_counter()
    done = subprocess.run(
        [args.binary, "generate", "--model", str(model), "--device", args.device, "--precision",
         PRECISION, "--count", str(count), "--dtype", DTYPE, "--format", "raw", "--out", "-"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=common.vgan_environment())
    if done.returncode:
        raise RuntimeError(f"generate: exit {done.returncode}: {done.stderr.strip()[-300:]}")
    return time.perf_counter() - start


def stage(args, result):
    model = os.environ.get("VGAN_GPU_MODEL", "")
    if not model:
        model = args.work / "run"
        common.train(args, model, 20 if args.rehearsal else 500)
    lines, numbers = [], {}
    for count in (100, 2000) if args.rehearsal else (1000, 1_000_000):
        runs = []
        while len(runs) < 3 and (not runs or time.monotonic() + runs[-1] < args.deadline - 2):
            runs.append(seconds(args, model, count))
        runs.sort()
        numbers[str(count)] = runs
        lines.append(f"| {count} | {statistics.median(runs):.3f} ({runs[0]:.3f} to "
                     f"{runs[-1]:.3f}) | {count / statistics.median(runs):.4g} | {len(runs)} |")
    table = "\n".join([f"`generate`, {PRECISION}, {DTYPE} to standard output, discarded; a process "
                       "of its own each time, start-up included; medians (least to most).", "",
                       "| samples | seconds | samples/s | runs |", "|--:|--:|--:|--:|", *lines])
    enough = all(len(runs) == 3 for runs in numbers.values())
    result.write("pass", "" if enough else "fewer than three of some: out of time", table,
                 seconds=numbers)


if __name__ == "__main__":
    common.guarded(stage, __doc__)
