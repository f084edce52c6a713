"""gpu-report.json is the record; gpu-report.md is the same for people, made from it alone."""

import datetime
import json
import pathlib

TITLE = {"build": "build", "tests": "the whole test suite on the device",
         "sanitizer": "compute-sanitizer on kernels and steps", "train": "the main job",
         "resume": "kill and resume, bit for bit",
         "bench": "the step and samples, by vgan_bench",
         "speed": "speed beside PyTorch and JAX", "generate": "generate, start-up and all",
         "ncu": "what Nsight Compute says"}


def load(out, commit, device, rehearsal):
    """The stages of an earlier part of the same check; none where commit, device or kind differ, or
    where the commit does not say what was built."""
    if commit == "unknown" or commit.endswith("-dirty"):
        return {}
    try:
        old = json.loads((pathlib.Path(out) / "gpu-report.json").read_text())
        same = old["commit"] == commit and old["facts"].get("device", "") == device and \
            old["rehearsal"] == rehearsal
        return old["stages"] if same else {}
    except (OSError, ValueError, KeyError):
        return {}


def write(out, commit, facts, stages, rehearsal=False):
    """`stages`: name -> dict(status, why, seconds, table, numbers, clocks), in the order run."""
    record = dict(commit=commit, rehearsal=rehearsal, facts=facts,
                  written=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                  seconds=round(sum(stage["seconds"] for stage in stages.values()), 1),
                  stages=stages)
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (("gpu-report.json", json.dumps(record, indent=1) + "\n"),
                       ("gpu-report.md", markdown(record))):
        part = out / (name + ".part")
        part.write_text(text)
        part.replace(out / name)


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def markdown(record):
    lines = ["# GPU report", ""]
    if record["rehearsal"]:
        lines += ["A rehearsal on the CPU at toy sizes. It says nothing about a GPU.", ""]
    lines += ["Written by `tests/gpu/check.sh`; nothing here is typed by hand.", "",
              "| | |", "|---|---|", f"| commit | {cell(record['commit'])} |"]
    lines += [f"| {name} | {cell(text)} |" for name, text in record["facts"].items()]
    lines += [f"| written | {record['written']}, stages took {record['seconds']:.0f} s |", "",
              "| stage | result | seconds | why |", "|---|---|--:|---|"]
    for number, name in enumerate(TITLE, 1):
        stage = record["stages"].get(name)
        status, seconds, why = (stage["status"], f"{stage['seconds']:.1f}", stage["why"]) if stage \
            else ("skipped", "-", "not asked for")
        lines.append(f"| {number}. {TITLE[name]} | {status} | {seconds} | {cell(why)} |")
    for name, stage in record["stages"].items():
        if not stage.get("table"):
            continue
        lines += ["", f"## {TITLE[name][0].upper()}{TITLE[name][1:]}", "", stage["table"]]
        if stage.get("clocks"):
            lines += ["", "Clocks just after: " + ", ".join(
                f"{key} {value}" for key, value in stage["clocks"].items()) + "."]
    return "\n".join(lines) + "\n"
