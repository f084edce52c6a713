"""Stage 6: tests/bench/compare_cuda.py, every precision and batch beside the strongest peers."""

import importlib.util
import json
import pathlib
import subprocess
import sys

import common

COMPARE = pathlib.Path(__file__).resolve().parent.parent / "bench" / "compare_cuda.py"
TOY = ["--batches", "16", "--precisions", "fp32", "--sides", "eager", "--check-batch", "16",
       "--first-epochs", "5", "--vgan-seconds", "0.05", "--peer-seconds", "0.05"]
SHORT = ["--vgan-seconds", "0.3", "--peer-seconds", "0.12"]  # turns, for five rounds to fit


def without_peer(found):
    """Cells in which vgan was measured and no other side was; precisions that eager did not check."""
    sides = {}
    for cell in found["cells"]:
        sides.setdefault((cell["precision"], cell["batch"]), set()).add(cell["side"])
    checked = {part["precision"] for part in found["check"] if part["side"] == "eager"}
    return [f"{precision} batch {batch}" for (precision, batch), names in sides.items()
            if not names - {"vgan"} or precision not in checked] or (
                [] if sides else ["nothing was measured"])


def stage(args, result):
    missing = [name for name in ("numpy", "torch") if not importlib.util.find_spec(name)]
    if missing:
        result.write("skipped", f"this Python has no {' and no '.join(missing)}")
    record = args.work / "speed.json"
    done = subprocess.run(
        [sys.executable, str(COMPARE), "--binary", args.binary, "--device", args.device, "--data",
         args.data, "--seconds", f"{args.seconds - 8:.0f}", "--json", str(record),
         *(TOY if args.rehearsal else SHORT)], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    print(done.stdout)
    if not record.exists():
        result.write("fail", f"exit {done.returncode}: {' '.join(done.stdout.split())[-300:]}")
    found = json.loads(record.read_text())
    left_out = []
    for part in found["left_out"]:
        cell = " ".join(str(part[key]) for key in ("side", "precision", "batch") if key in part)
        left_out.append(f"- left out: {cell}: {part['why']}")
    checks = [f"- {part['precision']} {part['side']}: worst relative difference "
              f"{part['worst_relative']:.1e}{'' if part['ok'] else ', TOO LARGE'}"
              for part in found["check"]]
    versions = ", ".join(f"{name} {text}" for name, text in found["versions"].items())
    table = "\n".join(["Epochs a second: medians (least to most), all in one run, sides in turn; "
                       f"{versions}.", "", found["table"], "",
                       "Losses of the same scripted steps against PyTorch eager:", *checks,
                       *([""] + left_out if left_out else [])])
    rounds = [cell["rounds"] for cell in found["cells"]]
    failed_vgan = [part for part in found["left_out"] if part["side"] == "vgan"]
    alone = without_peer(found)
    good = done.returncode == 0 and not failed_vgan and not alone
    why = f"{min(rounds, default=0)} rounds of each" if good else \
        f"no peer to compare with: {', '.join(alone)}" if alone else \
        (done.stdout.strip().splitlines() or ["it said nothing"])[-1]
    result.write("pass" if good else "fail", why, table, cells=found["cells"],
                 left_out=found["left_out"], check=found["check"], versions=found["versions"])


if __name__ == "__main__":
    common.guarded(stage, __doc__)
