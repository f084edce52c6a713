"""Runs the stages, each in a process group of its own under a time budget, and writes the report
after every one. Called by check.sh."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import build
import machine
import report

HERE = pathlib.Path(__file__).resolve().parent
TOTAL = 590  # seconds, of all stages
# Times as many without a GPU: a CPU may be small and busy, and a kernel's threads take turns on it.
REHEARSAL = {"cpu": 5, "executor": 15}
# Seconds of each. A build from source takes what the later ones leave unused of TOTAL.
BUDGET = {"build": 170, "tests": 90, "sanitizer": 90, "train": 20, "resume": 30, "bench": 120,
          "speed": 160, "generate": 15, "ncu": 45}
STRETCHING = ("bench", "speed")  # can use more
UNPACKING = 20  # of a bundle, at most
NO_DEVICE = 69
PROGRAMS_DEVICE = {"cuda": "cuda", "cpu": "cpu", "executor": "cuda"}  # what they are told


def run_budgeted(command, seconds, log, environment):
    """(exit status or None where it was stopped at its budget, seconds it took)."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment,
                               stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        status = process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        status = None
    try:  # what it may have left running, too: the group outlives its leader
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    return status, time.monotonic() - start


def last_line(path):
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1][-200:] if lines else "it said nothing"


def result_in(file):
    """What a stage wrote; None where it never did, or was stopped as it wrote."""
    try:
        return json.loads(file.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def run_stage(script, flags, seconds, work, log_file, environment=None):
    """The stage's entry for the report."""
    result, own_log = work / "result.json", work / "log"
    work.mkdir(parents=True, exist_ok=True)
    result.unlink(missing_ok=True)
    with open(own_log, "w") as log:
        status, took = run_budgeted(
            [sys.executable, str(script), *flags, "--work", str(work), "--result", str(result),
             "--seconds", f"{seconds:.0f}"], seconds, log, environment or dict(os.environ))
    log_file.write(own_log.read_text(errors="replace"))
    log_file.flush()
    entry = dict(status="fail", why="", table="", numbers={})
    found = result_in(result)
    if found is not None:
        entry |= found
    elif status is not None:
        entry["why"] = f"exit {status} without a result: {last_line(own_log)}"
    else:
        entry["why"] = f"stopped at its budget of {seconds:.0f} s: {last_line(own_log)}"
    return entry | dict(seconds=round(took, 1))


def skipped(why):
    return dict(status="skipped", why=why, seconds=0.0, table="", numbers={})


def budget_of(name, asked, left):
    """Of TOTAL; the last of STRETCHING can use whatever the stages after it do not need."""
    if name == next((one for one in reversed(STRETCHING) if one in asked), ""):
        later = list(BUDGET)[list(BUDGET).index(name) + 1:]
        return max(min(BUDGET[name], left), left - sum(BUDGET[other] for other in later
                                                       if other in asked))
    return min(BUDGET[name], left)


def build_flags(args, device, out, temporary):
    return ["--device", device, "--data", args.data, "--out", str(out), "--root", args.root,
            "--bundle", args.bundle, "--unpack", str(temporary / "bundle")]


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("root", "out", "bundle", "data"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--stages", default=",".join(BUDGET))
    parser.add_argument("--device", default="cuda", choices=["cuda", *REHEARSAL])
    args = parser.parse_args()
    args.stages = [name for name in args.stages.split(",") if name]
    unknown = [name for name in args.stages if name not in BUDGET]
    if unknown:
        parser.error(f"--stages: found {','.join(unknown)}; allowed {','.join(BUDGET)}")
    return args


def main():
    args = arguments()
    began, out = time.monotonic(), pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    devices, no_device = machine.find_devices()
    rehearsal = args.device in REHEARSAL
    slower = REHEARSAL.get(args.device, 1)
    commit = build.commit_of(args)
    facts = machine.facts([] if rehearsal else devices)
    asked = [name for name in BUDGET if name in args.stages]
    if args.device == "executor":
        facts = {"device": "the host executor, in place of a GPU"} | facts
    entries = report.load(out, commit, facts.get("device", ""), rehearsal)
    entries = {name: entry for name, entry in entries.items() if name not in asked}

    def note(name, entry):
        entries[name] = entry
        ordered = {key: entries[key] for key in BUDGET if key in entries}
        report.write(out, commit, facts, ordered, rehearsal)
        print(f"{name:10} {entry['status']:8} {entry['seconds']:6.1f} s  {entry['why']}",
              flush=True)

    with tempfile.TemporaryDirectory(prefix="vgan-gpu-") as temporary, \
            open(out / "log.txt", "a") as log_file:
        temporary = pathlib.Path(temporary)
        has_bundle = bool(args.bundle) or build.bundle_facts(pathlib.Path(args.root)) is not None
        if not rehearsal and not devices:
            for name in asked:
                entry = skipped(no_device)
                if name == "build" and has_bundle:  # that it starts can be seen without a device
                    entry = run_stage(HERE / "build.py", build_flags(args, "none", out, temporary),
                                      BUDGET[name], temporary / name, log_file)
                    entry["numbers"].pop("environment", None)
                note(name, entry)
            print(f"check.sh: {no_device}; report: {out}/gpu-report.md", file=sys.stderr)
            return NO_DEVICE
        place, needed = {}, ["build", *[name for name in asked if name != "build"]]
        environment = dict(os.environ)
        for name in needed:
            print(f"-- {name}", file=log_file, flush=True)
            left = TOTAL - (time.monotonic() - began) / slower
            if name != "build" and not place:
                note(name, skipped("there is no build"))
                continue
            if left < 5:
                note(name, skipped(f"no time left of {TOTAL} s"))
                continue
            flags = build_flags(args, args.device, out, temporary) if name == "build" else \
                ["--device", PROGRAMS_DEVICE[args.device], "--data", args.data, "--out", str(out),
                 "--binary", place["binary"], "--tests", place["tests"],
                 *(["--rehearsal"] if rehearsal else [])]
            entry = run_stage(HERE / ("build.py" if name == "build" else f"stage_{name}.py"), flags,
                              budget_of(name, asked, left) * slower, temporary / name, log_file,
                              environment)
            if name == "build" and entry["status"] == "pass":
                place = entry["numbers"]
                facts |= place.pop("facts", {})
                environment |= place.pop("environment", {})
                args.data = args.data or place.get("data", "")
            elif not rehearsal:
                entry["clocks"] = machine.clocks()
            model = temporary / "train" / "run"  # for the stages that need a trained one
            if (model / "checkpoints").is_dir():
                environment["VGAN_GPU_MODEL"] = str(model)
            note(name, entry)
    print(f"report: {out}/gpu-report.md")
    return 1 if any(entries[name]["status"] == "fail" for name in needed) else 0


if __name__ == "__main__":
    sys.exit(main())
