"""Stage 7: how many samples a second `generate` draws, its start-up apart."""

import os
import statistics
import subprocess
import time

import common


def seconds(args, model, precision, count):
    """Of one `generate` to standard output, which is discarded."""
    start = time.perf_counter()
    done = subprocess.run(
        [args.binary, "generate", "--model", str(model), "--device", args.device, "--precision",
         precision, "--count", str(count), "--dtype", "u8", "--format", "raw", "--out", "-"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=common.vgan_environment())
    if done.returncode:
        raise RuntimeError(f"generate: exit {done.returncode}: {done.stderr.strip()[-300:]}")
    return time.perf_counter() - start


def stage(args, result):
    model = os.environ.get("VGAN_GPU_MODEL", "")
    if not model:
        model = args.work / "run"
        common.train(args, model, 20 if args.rehearsal else 500, "--batch", 128)
    small, large = (100, 2100) if args.rehearsal else (1000, 1_001_000)
    lines, numbers = [], {}
    for precision in ("bf16", "fp32"):
        starts = [seconds(args, model, precision, small) for _ in range(3)]
        start, whole = statistics.median(starts), []
        while len(whole) < 5 and (not whole or time.monotonic() + whole[-1] < args.deadline - 2):
            whole.append(seconds(args, model, precision, large))
        rates = sorted((large - small) / (one - start) for one in whole if one > start)
        numbers[precision] = dict(start_up_seconds=starts, samples=large, seconds=whole)
        lines.append(f"| {precision} | {start:.3f} | {large / statistics.median(whole):.4g} | "
                     + (f"{statistics.median(rates):.4g} ({rates[0]:.4g} to {rates[-1]:.4g})"
                        if rates else "-") + f" | {len(whole)} |")
        if time.monotonic() > args.deadline - 4:
            break
    table = "\n".join([f"{large} samples of u8 to standard output, discarded; medians.", "",
                       "| precision | start-up, s | samples/s in all | after start-up | runs |",
                       "|---|--:|--:|--:|--:|", *lines])
    enough = len(numbers) == 2 and all(len(part["seconds"]) == 5 for part in numbers.values())
    result.write("pass", "" if enough else "fewer than five of some: out of time", table, **numbers)


if __name__ == "__main__":
    common.guarded(stage, __doc__)
