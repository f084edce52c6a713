"""What every stage script shares: its arguments, its one result file, and how vgan_cuda is run."""

import argparse
import json
import os
import pathlib
import subprocess
import time


class Result:
    """The stage's verdict: status is pass, fail or skipped; `table` is Markdown for the report."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def write(self, status, why="", table="", **numbers):
        self.path.write_text(json.dumps(
            dict(status=status, why=why, table=table, numbers=numbers), indent=1))
        print(status + (f": {why}" if why else ""), flush=True)
        raise SystemExit(0)


def stage_arguments(about):
    """(args, result). Paths are absolute; `seconds` is the stage's budget."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    for name in ("binary", "tests", "device", "data", "out", "work", "result"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rehearsal", action="store_true")
    args = parser.parse_args()
    args.data = args.data or "digits"
    args.deadline = time.monotonic() + args.seconds
    args.out, args.work = pathlib.Path(args.out), pathlib.Path(args.work)
    args.work.mkdir(parents=True, exist_ok=True)
    return args, Result(args.result)


def vgan_environment():
    """CUDA's libraries for this project's programs alone; Python packages bring their own."""
    folders = [os.environ.get(name) for name in ("VGAN_LIBRARY_PATH", "LD_LIBRARY_PATH")]
    path = ":".join(filter(None, folders))
    return os.environ | ({"LD_LIBRARY_PATH": path} if path else {})


def required_device(args):
    """Makes tests fail, not run on fewer devices, where the device cannot be used."""
    return {"VGAN_REQUIRE_DEVICE": "cuda"} if args.device == "cuda" else {}


def vgan(args, *words, check=True, **options):
    """Runs vgan_cuda to its end; a failure raises with its one line."""
    done = subprocess.run([args.binary, *map(str, words)], env=vgan_environment(), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if check and done.returncode:
        raise RuntimeError(f"vgan_cuda {words[0]}: exit {done.returncode}: "
                           f"{done.stderr.strip()[-300:]}")
    return done


def imitated(args):
    """Whether the device is the host executor: a kernel's threads take turns on one core."""
    return args.rehearsal and args.device == "cuda"


def main_job(args):
    """The flags of the main job's networks and batch; toys where kernels are imitated."""
    if imitated(args):
        return ["--batch", 16, "--g-layers", "16,16", "--d-layers", "16"]
    return ["--batch", 128]


def train(args, out, epochs, *more):
    """Trains the main job into the run folder `out`; the lines of its metrics.jsonl."""
    vgan(args, "train", "--device", args.device, "--data", args.data, "--epochs", epochs, "--out",
         out, "--quiet", *main_job(args), *more)
    return metrics(out)


def metrics(run):
    return [json.loads(line) for line in
            (pathlib.Path(run) / "metrics.jsonl").read_text().splitlines()]


def guarded(stage, about):
    """Runs `stage(args, result)`; what it raises is a failure with its text."""
    args, result = stage_arguments(about)
    try:
        stage(args, result)
        result.write("fail", "the stage ended without a verdict")
    except Exception as error:
        result.write("fail", f"{type(error).__name__}: {error}")
