"""Stage 9: what Nsight Compute says of the three longest kernels of the training step."""

import csv
import re
import shutil
import subprocess

import common

TIME, BYTES = "gpu__time_duration.sum", "dram__bytes.sum.per_second"
DRAM = "dram__throughput.avg.pct_of_peak_sustained_elapsed"
TENSOR = "sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_active"
OCCUPANCY = "sm__warps_active.avg.pct_of_peak_sustained_active"
PRECISION, CELLS = "bf16", ((128, "graph"), (128, "fused"), (8192, "graph"))
# Four whole steps, without what is done once: the program tells ncu when they begin and end. A step
# has some tens of launches; ncu takes no more than so many, whatever a step comes to.
EPOCHS, STEPS, LAUNCHES = 8, "5:8", 400
METRICS = [TIME, BYTES, DRAM, TENSOR, OCCUPANCY]
SCALE = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
UNIT = re.compile(r"^([numKMGT]?)(s|second|byte/s|byte/second)$")
BLOCKED = re.compile(r".*(ERR_NVGPUCTRPERM|LibraryNotLoaded|Failed to initialize the profiler|"
                     r"not supported|InsufficientPrivileges).*", re.IGNORECASE)


def number(text, unit):
    """In seconds, bytes a second or percent; None where the metric is not there."""
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    scaled = UNIT.match(unit)
    return value * SCALE.get(scaled.group(1), 1.0) if scaled else value


def launches(text):
    """[(kernel, {metric: value})] from `ncu --csv --page raw`: a header, a row of units, launches."""
    lines = text.splitlines()
    start = next((k for k, line in enumerate(lines) if line.startswith('"ID"')), None)
    if start is None:
        return []
    header, units, *rows = list(csv.reader(lines[start:]))
    found = []
    for row in rows:
        if len(row) == len(header):
            cells = dict(zip(header, zip(row, units)))
            found.append((cells["Kernel Name"][0], {
                name: number(*cells[name]) if name in cells else None for name in METRICS}))
    return found


def longest(found, count=3):
    """The kernels with the most time in all: name, launches, seconds, share, time-weighted means."""
    total = sum(values[TIME] or 0 for _, values in found)
    kernels = []
    for name in dict.fromkeys(name for name, _ in found):
        mine = [values for other, values in found if other == name]
        seconds = sum(values[TIME] or 0 for values in mine)
        means = {}
        for metric in METRICS[1:]:
            known = [(values[metric], values[TIME] or 0) for values in mine
                     if values[metric] is not None]
            weight = sum(time for _, time in known)
            means[metric] = sum(v * time for v, time in known) / weight if weight else None
        kernels.append(dict(kernel=name, launches=len(mine), seconds=seconds,
                            share=seconds / total if total else 0, **means))
    return sorted(kernels, key=lambda kernel: -kernel["seconds"])[:count]


def short(name):
    """Without parameters; a template's values without their types, its end cut where it runs long."""
    name = re.sub(r"(\(anonymous namespace\)|<unnamed>)::", "", name)
    return re.sub(r"\(.*", "", re.sub(r"\([\w: ]+\)(?=-?\d)", "", name)).strip()[:100]


def row(label, kernel):
    def shown(metric, scale=1.0, suffix=" %"):
        value = kernel[metric]
        return "-" if value is None else f"{value * scale:.3g}{suffix}"

    return (f"| {label} | `{short(kernel['kernel'])}` | {kernel['launches']} | "
            f"{kernel['seconds'] / kernel['launches'] * 1e6:.2f} | {kernel['share']:.0%} | "
            f"{shown(BYTES, 1e-9, ' GB/s')} | {shown(DRAM)} | {shown(TENSOR)} | "
            f"{shown(OCCUPANCY)} |")


def command(args, program, batch, step, log, out):
    """ncu, what it measures of which launches, and the run whose named steps it profiles."""
    return [program, "--csv", "--page", "raw", "--print-units", "base",
            "--metrics", ",".join(METRICS), "--graph-profiling", "node", "--clock-control", "none",
            "--target-processes", "all", "--profile-from-start", "off",
            "--launch-count", str(LAUNCHES), "--log-file", str(log),
            args.binary, "train", "--device", args.device, "--data", args.data,
            "--precision", PRECISION, "--step", step, "--batch", str(batch),
            "--epochs", str(EPOCHS), "--profile-steps", STEPS, "--save-every", "0",
            "--sample-every", "0", "--r1", "0", "--quiet", "--out", str(out)]


def profile(args, program, batch, step):
    log, out = args.work / f"ncu-{step}-{batch}.csv", args.work / f"ncu-run-{step}-{batch}"
    done = subprocess.run(
        command(args, program, batch, step, log, out), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=common.vgan_environment(),
        timeout=max(1, args.deadline - 3 - common.time.monotonic()))
    text = log.read_text(errors="replace") if log.exists() else ""
    said = "\n".join(line for line in (done.stdout + "\n" + text).splitlines()
                     if not line.startswith('"'))
    print(said[-3000:])
    return launches(text), said, done.returncode


def stage(args, result):
    if common.imitated(args):
        result.write("skipped", "an imitated device has no counters")
    program = shutil.which("ncu")
    if not program:
        result.write("skipped", "ncu is not installed")
    lines, numbers = [], {}
    for batch, step in CELLS:
        label = f"{PRECISION}, {step}, batch {batch}"
        try:
            found, said, status = profile(args, program, batch, step)
        except subprocess.TimeoutExpired:
            numbers[label] = "not done in time"
            break
        blocked = BLOCKED.search(said)
        if not found:
            if blocked:
                result.write("skipped", blocked.group().strip("= ")[:200])
            result.write("fail", f"{label}: no kernel in ncu's output: {said.strip()[-200:]}")
        if status != 0:
            result.write("fail", f"{label}: exit {status}: {said.strip()[-200:]}")
        kernels = longest(found)
        numbers[label] = kernels
        lines += [row(label, kernel) for kernel in kernels]
    table = "\n".join(["| step | kernel | launches | mean, us | share of kernel time | DRAM | of its "
                       "peak | tensor pipes active | occupancy |", "|---|---|--:|--:|--:|--:|--:|--:|--:|",
                       *lines])
    late = [label for label, kernels in numbers.items() if isinstance(kernels, str)]
    if not lines:
        result.write("fail", f"{late[0]}: not done in {args.seconds:.0f} s")
    result.write("pass", f"{late[0]}: not done in time" if late else "", table, kernels=numbers)


if __name__ == "__main__":
    common.guarded(stage, __doc__)
