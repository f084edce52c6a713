"""Stage 7: tests/bench/compare.py, every precision and batch beside the strongest peers."""

import importlib.util
import json
import pathlib
import subprocess
import sys

import common

COMPARE = pathlib.Path(__file__).resolve().parent.parent / "bench" / "compare.py"
TOY = ["--batches", "16", "--precisions", "fp32", "--sides", "eager", "--check-batch", "16",
       "--warm-up", "5", "--turn-seconds", "0.05", "--parity-epochs", "60"]
# What lets five rounds fit into the full check; the default recipe is for a run of its own.
SHORT = ["--recipes", "article", "--turn-seconds", "0.15", "--parity-epochs", "100"]
FEW, FEW_BELOW = ["--batches", "128", "8192"], 250  # seconds; stage bench has vgan's other batches


def flags(rehearsal, seconds):
    return TOY if rehearsal else SHORT + (FEW if seconds < FEW_BELOW else [])


def without_peer(found):
    """Cells in which only vgan or only others were measured, or whose losses were not compared."""
    sides = {}
    for cell in found["cells"]:
        key = cell["recipe"], cell["precision"], cell["batch"]
        sides.setdefault(key, set()).add(cell["side"])
    checked, banded = ({(part["recipe"], part["precision"]) for part in parts}
                       for parts in (found["check"], found["band"]))
    return [f"{key[0]} {key[1]} batch {key[2]}" for key, names in sides.items()
            if "vgan" not in names or len(names) == 1 or key[:2] not in checked & banded] or (
                [] if sides else ["nothing was measured"])


def check_lines(found):
    scripted = [f"- {part['recipe']} {part['precision']} {part['side']}: worst relative difference "
                f"{part['worst_relative']:.1e}{'' if part['ok'] else ', TOO LARGE'}"
                for part in found["check"]]
    bands = [f"- {part['recipe']} {part['precision']} {part['loss']}: vgan "
             f"{', '.join(f'{value:.4f}' for value in part['ours'])}; band {part['low']:.4f} to "
             f"{part['high']:.4f}{'' if part['ok'] else ', OUT'}" for part in found["band"]]
    return ["Losses of the same scripted steps against PyTorch eager:", *scripted, "",
            "vgan's own losses, three seeds, in the band of PyTorch eager's:", *bands]


def stage(args, result):
    if common.imitated(args):
        result.write("skipped", "nobody else computes on an imitated device")
    missing = [name for name in ("numpy", "torch") if not importlib.util.find_spec(name)]
    if missing:
        result.write("skipped", f"this Python has no {' and no '.join(missing)}")
    record = args.work / "speed.json"
    done = subprocess.run(
        [sys.executable, str(COMPARE), "--binary",
         str(pathlib.Path(args.binary).with_name("vgan_bench")), "--device", args.device, "--data",
         args.data, "--seconds", f"{args.seconds - 8:.0f}", "--json", str(record),
         *flags(args.rehearsal, args.seconds)], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    print(done.stdout)
    if not record.exists():
        result.write("fail", f"exit {done.returncode}: {' '.join(done.stdout.split())[-300:]}")
    found = json.loads(record.read_text())
    left_out = []
    for part in found["left_out"]:
        cell = " ".join(str(part[key]) for key in
                        ("side", "recipe", "precision", "batch") if key in part)
        left_out.append(f"- left out: {cell}: {part['why']}")
    versions = ", ".join(f"{name} {text}" for name, text in found["versions"].items())
    table = "\n".join(["Milliseconds an epoch: medians (least to most), all in one run, sides in "
                       f"turn; {versions}.", "", found["table"], "", *check_lines(found),
                       *([""] + left_out if left_out else [])])
    rounds = [cell["rounds"] for cell in found["cells"]]
    failed_vgan = [part for part in found["left_out"] if part["side"] == "vgan"]
    alone = without_peer(found)
    good = done.returncode == 0 and not failed_vgan and not alone
    why = f"{min(rounds, default=0)} rounds of each" if good else \
        f"no peer to compare with: {', '.join(alone)}" if alone else \
        (done.stdout.strip().splitlines() or ["it said nothing"])[-1]
    result.write("pass" if good else "fail", why, table, cells=found["cells"],
                 left_out=found["left_out"], check=found["check"], band=found["band"],
                 versions=found["versions"])


if __name__ == "__main__":
    common.guarded(stage, __doc__)
