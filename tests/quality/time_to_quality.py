"""Seconds of training until a distance is reached, by vgan_cuda and by PyTorch with the same recipe.

  python tests/quality/time_to_quality.py --binary build/release/bin/vgan_cuda \
      --data MNIST_FOLDER --classifier classifier.pt --work time_runs --distances 50 25 20

Each row of --recipes is a name, the flags of vgan_cuda and, behind a bar, those of peer_models.py
(none: no peer). Samples are drawn every --every epochs and judged by frechet.py; what counts is the
time that training alone has taken until the first of them is near enough. Two columns: seconds of
the clock, which mean something on a machine that does nothing else, and seconds of the processor
(threads times clock, but for waiting), which a busy machine changes little. vgan_cuda's are shared
out evenly over its epochs.
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

PEER = pathlib.Path(__file__).with_name("peer_models.py")
RECIPES = ["default | --model default", "conv --preset conv |"]


def run(command):
    """Runs to the end: its output, its seconds and those of the processor, its own and children's."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{shlex.join(command)}: exit {os.waitstatus_to_exitcode(status)}")
    return output, time.monotonic() - start, usage.ru_utime + usage.ru_stime


def common(args, epochs, seed):
    return ["--data", args.data, "--epochs", str(epochs), "--seed", str(seed),
            "--threads", str(args.threads)]


def of_vgan(args, flags, folder):
    """Yields (epoch, seconds, processor's seconds, samples) of one run."""
    shutil.rmtree(folder, ignore_errors=True)
    _, _, processor = run([args.binary, *flags, *common(args, args.epochs, args.seed), "--quiet",
                           "--sample-every", "0", "--keep", "0", "--save-every", str(args.every),
                           "--out", str(folder)])
    at = {line["epoch"]: line["seconds"] for line in
          map(json.loads, (folder / "metrics.jsonl").read_text().splitlines()) if "seconds" in line}
    epochs = sorted(at)
    for epoch in range(args.every, args.epochs + 1, args.every):
        file = folder / "checkpoints" / f"epoch-{epoch:08d}.safetensors"
        samples = folder / f"samples-{epoch}.npy"
        run([args.binary, "generate", str(file), "--count", "10000", "--seed", "1", "--dtype", "u8",
             "--out", str(samples)])
        logged = min(epochs, key=lambda one: abs(one - epoch))
        yield epoch, at[logged], processor * epoch / args.epochs, samples


def of_peer(args, flags, folder):
    folder.mkdir(parents=True, exist_ok=True)
    output, _, _ = run([sys.executable, str(PEER), *flags, *common(args, args.epochs, args.seed),
                        "--snapshots", str(args.every), "--out", str(folder / "peer.npy")])
    for line in output.splitlines():
        if line.startswith("{"):
            row = json.loads(line)
            yield (row["epoch"], row["seconds"], row["processor_seconds"],
                   folder / f"peer-{row['epoch']}.npy")


def measured(judge, runs, keep):
    import frechet
    rows = []
    for epoch, seconds, processor, samples in runs:
        distance = judge.measure(frechet.load_samples(samples, None))["frechet"]
        samples.unlink()
        rows.append({"epoch": epoch, "seconds": seconds, "processor_seconds": processor,
                     "distance": distance})
        keep(rows[-1])
    return rows


def cells(rows, distance):
    for row in rows:
        if row["distance"] <= distance:
            return f"{row['epoch']:,} | {row['seconds']:.0f} | {row['processor_seconds']:.0f}"
    return f"not in {rows[-1]['epoch']:,} | | "


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True, help="vgan_cuda")
    parser.add_argument("--data", required=True, help="folder with MNIST's four IDX files")
    parser.add_argument("--classifier", required=True, help="weights from classifier.py")
    parser.add_argument("--work", required=True, type=pathlib.Path, help="folder for the runs")
    parser.add_argument("--recipes", nargs="+", default=RECIPES,
                        help="'NAME FLAGS | PEER FLAGS'; default: default and conv")
    parser.add_argument("--distances", nargs="+", type=float, default=[50, 25, 10])
    parser.add_argument("--epochs", type=int, default=10_000, help="default 10000")
    parser.add_argument("--every", type=int, default=500, help="epochs between samples; default 500")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--threads", type=int, default=2, help="default 2")
    args = parser.parse_args()
    import frechet
    judge = frechet.Judge(args.data, args.classifier)
    args.work.mkdir(parents=True, exist_ok=True)

    def keep(row):
        with (args.work / "time_to_quality.jsonl").open("a") as out:
            out.write(json.dumps(row) + "\n")

    print("| recipe | by | distance | epochs | seconds | processor's seconds |\n"
          "|---|---|--:|--:|--:|--:|")
    for recipe in args.recipes:
        own, _, peer = recipe.partition("|")
        name, *flags = shlex.split(own)
        runs = {"vgan": of_vgan(args, flags, args.work / name)}
        if peer.strip():
            runs["PyTorch"] = of_peer(args, shlex.split(peer), args.work / f"{name}-peer")
        for by, made in runs.items():
            rows = measured(judge, made, lambda row: keep({"recipe": name, "by": by} | row))
            for distance in args.distances:
                print(f"| {name} | {by} | {distance:g} | {cells(rows, distance)} |", flush=True)


if __name__ == "__main__":
    main()
