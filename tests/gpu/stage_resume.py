"""Stage 5: kill -9 at a random moment, --resume, and the same bytes as an uninterrupted run."""

import json
import random
import signal
import subprocess
import time

import common


def tensors(path):
    """name -> (dtype, shape, bytes) of a safetensors file."""
    data = path.read_bytes()
    header_size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + header_size])
    start = 8 + header_size
    return {name: (entry["dtype"], tuple(entry["shape"]),
                   data[start + entry["data_offsets"][0]:start + entry["data_offsets"][1]])
            for name, entry in header.items() if name != "__metadata__"}


def newest(run):
    return sorted((run / "checkpoints").glob("*.safetensors"))[-1]


def difference(one, other):
    """What first differs between two finished runs; empty where nothing does."""
    first, second = newest(one), newest(other)
    if first.name != second.name:
        return f"newest checkpoints {first.name} and {second.name}"
    ours, theirs = tensors(first), tensors(second)
    if ours.keys() != theirs.keys():
        return f"tensors {sorted(ours.keys() ^ theirs.keys())}"
    changed = [name for name in ours if ours[name] != theirs[name]]
    if changed:
        return f"{len(changed)} of {len(ours)} tensors, first {changed[0]}"
    if (one / "samples.npy").read_bytes() != (other / "samples.npy").read_bytes():
        return "samples.npy"
    return ""


def killed_run(args, flags, run, delay):
    """Kills the run `delay` seconds after its first checkpoint; whether it was still running."""
    process = subprocess.Popen([args.binary, *flags, "--out", str(run)], text=True,
                               stderr=subprocess.PIPE, env=common.vgan_environment())
    first = run / "checkpoints" / "epoch-00000000.safetensors"
    while process.poll() is None and not first.exists():
        time.sleep(0.001)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    complaint = process.communicate()[1]
    if process.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"exit {process.returncode} before the kill: {complaint.strip()}")
    return process.returncode != 0


def one_precision(args, precision, epochs, kills):
    """Lines of the table; raises where the runs differ."""
    save = max(1, epochs // 10)
    flags = list(map(str, ["train", "--device", args.device, "--precision", precision, "--data",
                           args.data, "--epochs", epochs, "--save-every", save, "--sample-every", 0,
                           *common.main_job(args), "--quiet"]))
    whole = args.work / f"{precision}-whole"
    common.vgan(args, *flags, "--out", whole)
    stepping = common.metrics(whole)[-1]["seconds"]
    lines = []
    for kill in range(kills):
        latest = 0.9 * stepping
        for attempt in range(4):  # a kill that came too late is tried earlier
            run = args.work / f"{precision}-killed-{kill}-{attempt}"
            delay = random.uniform(0, latest)
            if killed_run(args, flags, run, delay) and newest(run).name != newest(whole).name:
                break
            latest /= 2
        else:
            raise RuntimeError(f"{precision}: every kill came after the last checkpoint")
        held = newest(run).stem
        common.vgan(args, "train", "--resume", run, "--device", args.device, "--quiet")
        differs = difference(whole, run)
        lines.append(f"| {precision} | {delay:.3f} s | {held} | {differs or 'nothing'} |")
        print(lines[-1], flush=True)
    return lines


def stage(args, result):
    epochs, kills = (40, 1) if args.rehearsal else (6000, 2)
    lines = []
    for precision in ("fp32", "bf16"):
        lines += one_precision(args, precision, epochs, kills)
    job = " ".join(map(str, common.main_job(args)))
    table = "\n".join([f"{epochs} epochs, {job}; killed with SIGKILL, resumed, compared with an "
                       "uninterrupted run: all tensors of the last checkpoint, samples.npy.", "",
                       "| precision | killed after | newest checkpoint then | what differs |",
                       "|---|--:|---|---|", *lines])
    bad = [line for line in lines if not line.endswith("| nothing |")]
    result.write("fail" if bad else "pass",
                 f"{len(bad)} of {len(lines)} resumed runs differ" if bad else
                 f"{len(lines)} killed runs, no byte differs", table, kills=len(lines))


if __name__ == "__main__":
    common.guarded(stage, __doc__)
