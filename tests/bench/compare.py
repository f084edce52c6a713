"""The same training step in vgan, PyTorch and JAX on one device, side by side in one run.

  python tests/bench/compare.py --binary build/release/bin/vgan_bench --data MNIST_FOLDER --device cpu
  python tests/bench/compare.py --binary build/release/bin/vgan_bench --json speed.json

The step is recipe.py's: the article's plain one and the default preset's. Images lie on the device;
gathering, noise, losses, Adam, R1 and the average are part of it; no side reads a value back in its
loop but vgan, which reads every report. First the sides must train alike (parity.py); a recipe and
precision where that was not shown is marked in the table, without a ratio, and makes the exit status
1. For each recipe, precision and batch, all sides take turns, --rounds times; the table shows medians. The
sides are vgan_bench's, peer_torch.py's and peer_jax.py's, each in a process of its own, prepared and
warm before the first round; a side that fails or is not ready in time is left out with its reason.

--device cpu and small --batches rehearse all of it without a GPU.
"""

import argparse
import gzip
import importlib.util
import json
import math
import os
import pathlib
import statistics
import tempfile
import time

import parity
import recipe
from sides import Cell, DEFAULT_PEERS, PEERS, Side, VGAN, warm_up_of

LARGE = 16384  # cells of larger batches run after the others, for their memory
UNIT = 20  # steps of a turn are a multiple: whole periods of R1, whole calls of JAX


class Race:
    def __init__(self, args):
        self.args, self.start = args, time.monotonic()
        self.left_out, self.versions, self.times, self.check, self.band = [], {}, {}, [], []
        self.missed = {}  # (recipe, precision) -> why it was not shown that the sides train alike

    def remaining(self):
        return self.args.seconds - (time.monotonic() - self.start)

    def leave_out(self, side, error):
        self.left_out.append(dict(side=side.name, **side.cell._asdict(), why=str(error)))
        print("left out:", side.name, *side.cell, error, flush=True)
        side.close()

    def miss(self, cell, why):
        self.missed.setdefault(cell[:2], []).append(why)
        print("not shown alike:", *cell[:2], why, flush=True)

    def ready(self, sides, seconds):
        """Those of `sides` that are ready within `seconds`. vgan must train what recipe.py says."""
        deadline, kept = time.monotonic() + seconds, []
        for side in sides:
            try:
                answer = side.answer(deadline - time.monotonic())
                wrong = recipe.differences(side.cell.recipe, answer["recipe"]) \
                    if side.name == VGAN else []
                if wrong:
                    raise RuntimeError("another recipe: " + ", ".join(wrong))
                self.versions |= answer["versions"]
                kept.append(side)
            except RuntimeError as error:
                self.leave_out(side, f"while preparing: {error}")
        return kept

    def agree_on_script(self, peers):
        """Losses of the scripted steps against PyTorch's eager ones."""
        wanted = {}
        for peer in peers:  # eager comes first
            try:
                losses = peer.losses(self.args.check_steps, 1, self.remaining())
            except RuntimeError as error:
                self.leave_out(peer, f"in the check: {error}")
                continue
            what = dict(side=peer.name, recipe=peer.cell.recipe, precision=peer.cell.precision)
            reference = wanted.setdefault(peer.cell, losses)
            worst = parity.worst_difference(losses, reference)
            holds = worst <= parity.TOLERANCE[peer.cell.precision]
            self.check.append(dict(what, worst_relative=worst, ok=holds))
            print("check", *what.values(), f"worst relative difference {worst:.1e}",
                  "ok" if holds else "TOO LARGE", flush=True)
            if not holds:
                self.miss(peer.cell, f"{peer.name} takes another step")

    def in_band(self, ours, eager):
        """vgan's losses against the band around PyTorch's, at one cell."""
        epochs = self.args.parity_epochs
        try:
            runs = [[side.losses(epochs, seed, self.remaining()) for seed in parity.SEEDS]
                    for side in (ours, eager)]
        except RuntimeError as error:
            self.leave_out(ours, f"in the check of its losses: {error}")
            return self.miss(ours.cell, "the check of vgan's losses broke down")
        found = parity.in_band(*runs)
        for part in found:
            self.band.append(dict(recipe=ours.cell.recipe, precision=ours.cell.precision, **part))
            values = " ".join(f"{value:.4f}" for value in part["ours"])
            print(f"band {ours.cell.recipe} {ours.cell.precision}: {part['loss']}: vgan {values}, "
                  f"mean {part['mean']:.4f}, band {part['low']:.4f} to {part['high']:.4f}",
                  "ok" if part["ok"] else "OUT", flush=True)
        out = [part["loss"] for part in found if not part["ok"]]
        if out:
            self.miss(ours.cell, f"vgan's {', '.join(out)} out of the band")

    def turn(self, cell, sides, lengths):
        """One turn of each side; the first of a side finds out how many steps it lasts."""
        args = self.args
        for side in [side for side in sides if side.cell == cell]:
            try:
                key = (side.name, *cell)
                if key not in lengths:
                    once = side.seconds_per_step(UNIT, self.remaining())
                    lengths[key] = UNIT * max(1, math.ceil(args.turn_seconds / once / UNIT))
                elif args.device == "cpu":  # the others have filled the caches meanwhile
                    side.seconds_per_step(UNIT, self.remaining())
                self.times.setdefault(key, []).append(
                    side.seconds_per_step(lengths[key], self.remaining()))
            except RuntimeError as error:
                self.leave_out(side, error)
                sides.remove(side)

    def rounds(self, cells, sides, seconds):
        """Up to --rounds rounds of all sides of `cells`, as many whole ones as fit."""
        start, lengths = time.monotonic(), {}
        for number in range(self.args.rounds):
            began = time.monotonic()
            for cell in cells:
                self.turn(cell, sides, lengths)
            now = time.monotonic()
            left = seconds - (now - start)
            print(f"round {number + 1} of {self.args.rounds} done, {left:.0f} s left", flush=True)
            if left < now - began:
                break

    def agreement(self, cells, images, script):
        """Checks whether all sides of these recipes and precisions train alike; see `missed`."""
        args = self.args
        cells = list(dict.fromkeys(cell._replace(batch=args.check_batch) for cell in cells))
        scripted = [Side(args, name, cell, images, script) for cell in cells for name in args.sides
                    if args.check_steps]
        free = [(Side(args, VGAN, cell, images), Side(args, "eager", cell, images))
                for cell in cells if args.binary and args.parity_epochs and "eager" in args.sides]
        started = scripted + [side for pair in free for side in pair]
        try:
            ready = self.ready(started, 0.5 * self.remaining())
            self.agree_on_script([side for side in scripted if side in ready])
            for ours, eager in free:
                if ours in ready and eager in ready:
                    self.in_band(ours, eager)
                else:
                    self.miss(ours.cell, "a side of the check was not ready")
        finally:
            for side in started:
                side.close()

    def groups(self, cells):
        """Cells that are prepared and raced together: on a CPU one at a time."""
        if self.args.device == "cpu":
            return [[cell] for cell in cells]
        parts = [[cell for cell in cells if (cell.batch > LARGE) == large]
                 for large in (False, True)]
        return [part for part in parts if part]

    def run(self, images, script):
        """Everything; whether all sides train alike."""
        args, checked = self.args, set()
        cells = [Cell(*values) for values in
                 ((name, precision, batch) for name in args.recipes for batch in args.batches
                  for precision in args.precisions)]
        left = len(cells)
        for group in self.groups(cells):
            end = time.monotonic() + self.remaining() * len(group) / left
            left -= len(group)
            unchecked = [cell for cell in group if cell[:2] not in checked]
            checked |= {cell[:2] for cell in group}
            names = [*([VGAN] if args.binary else []), *args.sides]
            sides = [Side(args, name, cell, images) for cell in group for name in names]
            print(f"preparing {len(sides)} sides", flush=True)
            try:  # they compile while others are checked
                self.agreement(unchecked, images, script)
                ready = self.ready(sides, 0.6 * (end - time.monotonic()))
                self.rounds(group, ready, end - time.monotonic())
            finally:
                for side in sides:
                    side.close()
        return not self.missed


def read_images(data, most):
    """u8 [N, 28, 28]: MNIST's training images, or noise of its size (the step's time is the same);
    again from the first where a batch of `most` is more than there are."""
    import numpy as np

    path = pathlib.Path(data) / "train-images-idx3-ubyte.gz"
    if path.exists():
        pixels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, -1, 16)
    else:
        pixels = np.random.default_rng(1).integers(256, size=60000 * 784, dtype=np.uint8)
    return np.resize(pixels, (max(60000, most), 28, 28))


def table(args, times, missed):
    """Milliseconds an epoch, medians (least to most), and the fastest other side's over vgan's;
    where the sides of a recipe were not shown to train alike (`missed`), the reason in its place."""
    sides = [side for side in [VGAN, *args.sides] if any(key[0] == side for key in times)]
    lines = ["| recipe | precision | batch | " + " | ".join(sides) + " | fastest other / vgan |",
             "|---|---|--:|" + "--:|" * (len(sides) + 1)]
    for cell in [Cell(name, precision, batch) for name in args.recipes for batch in args.batches
                 for precision in args.precisions]:
        median, row = {}, []
        for side in sides:
            ms = sorted(1000 * t for t in times.get((side, *cell), []))
            if ms:
                median[side] = statistics.median(ms)
            row.append(f"{median[side]:.4g} ({ms[0]:.4g} to {ms[-1]:.4g})" if ms else "-")
        ours = median.pop(VGAN, None)
        best = min(median, key=median.get, default=None)
        ratio = f"{median[best] / ours:.2f} ({best})" if ours and best else "-"
        if cell[:2] in missed:
            ratio = "NOT SHOWN ALIKE: " + "; ".join(missed[cell[:2]])
        lines.append("| " + " | ".join([*map(str, cell), *row, ratio]) + " |")
    return "\n".join(lines)


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'unknown CPU'}, {len(os.sched_getaffinity(0))} logical CPUs"


def result(args, race, agree):
    cells = [dict(side=key[0], **Cell(*key[1:])._asdict(), rounds=len(seconds),
                  warm_up=warm_up_of(args, key[3]), seconds=seconds,
                  steps_per_second=1 / statistics.median(seconds))
             for key, seconds in race.times.items()]
    complete = agree and bool(cells) and all(cell["rounds"] >= min(args.rounds, 5) for cell in cells)
    return dict(complete=complete, check=race.check, band=race.band, cells=cells,
                missed=[dict(recipe=key[0], precision=key[1], why=why)
                        for key, why in race.missed.items()],
                left_out=race.left_out, versions=race.versions, table=table(args, race.times, race.missed),
                settings=dict(rounds=args.rounds, device=args.device, data=args.data,
                              threads=args.threads, warm_up=args.warm_up, processor=processor(),
                              turn_seconds=args.turn_seconds, parity_epochs=args.parity_epochs))


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", help="vgan_bench; without it the peers are measured alone")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--data", default="", help="MNIST's folder (default: noise)")
    parser.add_argument("--threads", type=int, default=0, help="CPU: of each side (default: all)")
    parser.add_argument("--recipes", nargs="+", choices=list(recipe.RECIPES),
                        default=list(recipe.RECIPES))
    parser.add_argument("--precisions", nargs="+", choices=list(parity.TOLERANCE))
    parser.add_argument("--batches", nargs="+", type=int)
    parser.add_argument("--sides", nargs="*", choices=PEERS, default=DEFAULT_PEERS)
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--seconds", type=float, default=3600, help="in all (default 3600)")
    parser.add_argument("--turn-seconds", type=float, help="default 0.2; on a CPU 1")
    parser.add_argument("--warm-up", type=int, help="steps of each side before the first round: "
                        "default 500; on a CPU 30")
    parser.add_argument("--check-steps", type=int, default=5, help="default 5; 0 = no check")
    parser.add_argument("--check-batch", type=int, default=128, help="default 128")
    parser.add_argument("--parity-epochs", type=int, default=300, help="default 300; 0 = no check")
    parser.add_argument("--json", help="write everything measured to this file")
    args = parser.parse_args(words)
    on_cpu = args.device == "cpu"
    defaults = dict(precisions=["fp32", "bf16"] if on_cpu else list(parity.TOLERANCE),
                    batches=[128] if on_cpu else [128, 1024, 8192, 65536],
                    turn_seconds=1.0 if on_cpu else 0.2, warm_up=30 if on_cpu else 500)
    for name, value in defaults.items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    args.threads = args.threads or len(os.sched_getaffinity(0))
    if on_cpu:  # what needs a GPU is not asked for
        args.sides = [side for side in args.sides if not side.startswith("graph")]
        args.precisions = [name for name in args.precisions if name != "tf32"]
    return args


def main():
    args = arguments()
    race = Race(args)
    if "jax" in args.sides and not importlib.util.find_spec("jax"):
        args.sides.remove("jax")
        race.left_out.append(dict(side="jax", why="the package jax is not installed"))
    if not importlib.util.find_spec("torch"):
        args.sides = [side for side in args.sides if side == "jax"]
        race.left_out.append(dict(side="PyTorch", why="the package torch is not installed"))
    with tempfile.TemporaryDirectory() as folder:
        import numpy as np

        images, script = f"{folder}/images.npy", f"{folder}/script.npz"
        pixels = read_images(args.data, max(args.batches))
        np.save(images, pixels)
        recipe.write_script(script, len(pixels), args.check_batch, max(args.check_steps, 1))
        agree = race.run(images, script)
    found = result(args, race, agree)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(found, indent=1) + "\n")
    print("\n" + ", ".join(f"{name} {text}" for name, text in found["versions"].items()),
          f"; {args.threads} threads; {processor()}" if args.device == "cpu" else "")
    print("\n" + found["table"])
    if not agree:
        raise SystemExit("it was not shown that the sides train alike, so that times compare "
                         "nothing: " + ", ".join(" ".join(key) for key in race.missed))
    if not found["complete"]:
        raise SystemExit("not every side that started has five rounds")


if __name__ == "__main__":
    main()
