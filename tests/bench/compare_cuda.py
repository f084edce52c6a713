"""The same training step in vgan_cuda, PyTorch and JAX on one GPU, side by side in one run.

  python tests/bench/compare_cuda.py --binary build/release/bin/vgan_cuda --json speed.json

The step is plain_step.py's: images stay u8 on the device; gathering, noise, losses and Adam are part
of it. First every peer takes --check-steps steps of one script (same start, same draws) and its
losses must agree with PyTorch's eager ones. Then, for each precision and batch, all sides take
turns, --rounds times; the tables show medians. The sides are peer_torch.py's and peer_jax.py's,
each in a process of its own, prepared before the first round; a side that fails or is not ready in
time is left out with its reason. vgan_cuda's figure is its own epochs per second: a run writes it
last in metrics.jsonl.

--device cpu and small --batches rehearse all of it without a GPU.
"""

import argparse
import gzip
import importlib.util
import json
import math
import os
import pathlib
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

import plain_step

SIDES = ["eager", "compile", "compile-max", "graph", "graph-compile", "graph-max", "jax"]
# The -max ones try many kernels for each product and take long to prepare.
DEFAULT_SIDES = [side for side in SIDES if not side.endswith("-max")]
LARGE = 16384  # cells of larger batches run after the others, for their memory
# Relative; sums in other orders in fp32, 10 and 8 bits of mantissa in tf32 and bf16.
MOST_IMAGES = 60000  # in MNIST and in the built-in digits
TOLERANCE = {"fp32": 1e-4, "tf32": 1e-3, "bf16": 3e-3}
HERE = pathlib.Path(__file__).resolve().parent


class Peer:
    """One peer's process: orders in, JSON lines out."""

    def __init__(self, args, side, precision, batch, images, script=""):
        self.cell = side, precision, batch
        file = HERE / ("peer_jax.py" if side == "jax" else "peer_torch.py")
        # Many prepare at once: each compiles in one thread and takes memory as it needs it.
        environment = os.environ | {"TORCHINDUCTOR_COMPILE_THREADS": "1",
                                    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
                                    "PYTHONDONTWRITEBYTECODE": "1"}
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, file, "--side", side, "--precision", precision, "--batch", str(batch),
             "--device", args.device, "--images", images, "--script", script],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=environment)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put({"error": f"ended with status {self.process.wait()}: {self.last_words()}"})

    def last_words(self):
        self.log.seek(0)
        return (self.log.read().strip().splitlines() or [""])[-1][:200]

    def order(self, text):
        try:
            print(text, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # answer() tells why it ended

    def answer(self, seconds):
        try:
            answer = self.lines.get(timeout=max(seconds, 0.01))
        except queue.Empty:
            answer = {"error": f"no answer in {seconds:.0f} s"}
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        self.process.kill()
        self.process.wait()


class Race:
    def __init__(self, args):
        self.args, self.start = args, time.monotonic()
        self.left_out, self.versions, self.times, self.check = [], {}, {}, []

    def remaining(self):
        return self.args.seconds - (time.monotonic() - self.start)

    def leave_out(self, peer, error):
        side, precision, batch = peer.cell
        self.left_out.append(dict(side=side, precision=precision, batch=batch, why=str(error)))
        print("left out:", side, precision, batch, error, flush=True)
        peer.close()

    def ready(self, peers, seconds):
        """Those of `peers` that are ready within `seconds`."""
        deadline, kept = time.monotonic() + seconds, []
        for peer in peers:
            try:
                self.versions |= peer.answer(deadline - time.monotonic())["versions"]
                kept.append(peer)
            except RuntimeError as error:
                self.leave_out(peer, f"while preparing: {error}")
        return kept

    def check_steps(self, peers):
        """Losses of the scripted steps against PyTorch's eager ones; a peer that differs ends it."""
        agree, wanted = True, {}
        for peer in peers:  # eager comes first
            side, precision, _ = peer.cell
            try:
                peer.order(f"losses {self.args.check_steps}")
                losses = np.array(peer.answer(self.remaining())["losses"])
            except RuntimeError as error:
                self.leave_out(peer, f"in the check: {error}")
                continue
            reference = wanted.setdefault(precision, losses)
            worst = float(np.abs(losses / reference - 1).max())
            holds = bool(np.isfinite(losses).all() and worst <= TOLERANCE[precision])
            agree &= holds
            self.check.append(dict(side=side, precision=precision, worst_relative=worst, ok=holds))
            print(f"check {precision} {side}: worst relative difference {worst:.1e}",
                  "ok" if holds else "TOO LARGE", flush=True)
            peer.close()
        return agree

    def run_vgan(self, precision, batch, epochs):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "run"
            data = self.args.data
            if batch > MOST_IMAGES:  # than MNIST and the built-in digits hold
                data = pathlib.Path(folder) / "images.npy"
                np.save(data, np.random.default_rng(1).integers(0, 256, (batch, 28, 28), np.uint8))
            done = subprocess.run(
                [self.args.binary, "train", "--device", self.args.device, "--precision", precision,
                 "--batch", str(batch), "--epochs", str(epochs), "--data", str(data),
                 "--out", str(out), *plain_step.VGAN_FLAGS], env=vgan_environment(),
                capture_output=True, text=True, timeout=max(self.remaining(), 1))
            if done.returncode:
                raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip()[-200:]}")
            last = json.loads((out / "metrics.jsonl").read_text().splitlines()[-1])
            return 1 / last["epochs_per_second"]

    def vgan_turn(self, cell, lengths):
        """One run of about --vgan-seconds; the first of a cell only finds its length."""
        args = self.args
        if cell not in lengths:
            first = self.run_vgan(*cell, args.first_epochs)
            lengths[cell] = max(args.first_epochs, math.ceil(args.vgan_seconds / first))
        return self.run_vgan(*cell, lengths[cell])

    def turn(self, cell, peers, lengths):
        args = self.args
        if args.binary and lengths.get(cell, 1):
            try:
                self.times.setdefault(("vgan", *cell), []).append(self.vgan_turn(cell, lengths))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                lengths[cell] = 0
                self.left_out.append(dict(side="vgan", precision=cell[0], batch=cell[1],
                                          why=str(error)))
                print("left out: vgan", *cell, error, flush=True)
        for peer in [peer for peer in peers if peer.cell[1:] == cell]:
            try:
                if peer.cell not in lengths:
                    peer.order("run 20")
                    once = peer.answer(self.remaining())["seconds"] / 20
                    lengths[peer.cell] = max(20, math.ceil(args.peer_seconds / once))
                peer.order(f"run {lengths[peer.cell]}")
                seconds = peer.answer(self.remaining())["seconds"] / lengths[peer.cell]
                self.times.setdefault(peer.cell, []).append(seconds)
            except RuntimeError as error:
                self.leave_out(peer, error)
                peers.remove(peer)

    def rounds(self, cells, peers, seconds):
        """Up to --rounds rounds of all sides of `cells`, as many whole ones as fit."""
        start, lengths = time.monotonic(), {}
        for number in range(self.args.rounds):
            began = time.monotonic()
            for cell in cells:
                self.turn(cell, peers, lengths)
            now = time.monotonic()
            left = seconds - (now - start)
            print(f"round {number + 1} of {self.args.rounds} done, {left:.0f} s left", flush=True)
            if left < now - began:
                break

    def run(self, images, script):
        """Groups of cells, one after the other; whether all that was checked agreed."""
        args = self.args
        cells = [(precision, batch) for batch in args.batches for precision in args.precisions]
        groups = [[cell for cell in cells if (cell[1] > LARGE) == large] for large in (False, True)]
        checkers = [Peer(args, side, precision, args.check_batch, images, script)
                    for precision in args.precisions for side in args.sides if args.check_steps]
        for group in filter(None, groups):
            share = self.remaining() * len(group) / len(cells)
            end = time.monotonic() + share
            cells = [cell for cell in cells if cell not in group]
            peers = [Peer(args, side, *cell, images) for cell in group for side in args.sides]
            print(f"preparing {len(checkers) + len(peers)} peers", flush=True)
            try:
                patience = time.monotonic() + 0.5 * share
                ready = self.ready(checkers, patience - time.monotonic())
                agree = self.check_steps(ready)
                checkers = []
                if not agree:
                    return False
                peers = self.ready(peers, patience - time.monotonic())
                self.rounds(group, peers, end - time.monotonic())
            finally:
                for peer in checkers + peers:
                    peer.close()
        return True


def vgan_environment():
    """CUDA's libraries for vgan_cuda alone; the peers bring their own."""
    folders = [os.environ.get(name) for name in ("VGAN_LIBRARY_PATH", "LD_LIBRARY_PATH")]
    path = ":".join(filter(None, folders))
    return os.environ | ({"LD_LIBRARY_PATH": path} if path else {})


def read_images(data):
    """u8 [N, 784]: MNIST's training images, or noise of its size: the step's time is the same."""
    path = pathlib.Path(data) / "train-images-idx3-ubyte.gz"
    if path.exists():
        return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, -1, 16).reshape(-1, 784)
    return np.random.default_rng(1).integers(256, size=(60000, 784), dtype=np.uint8)


def table(args, times):
    """Steps a second, medians (least to most), and vgan's ratio to the fastest of the others."""
    sides = [side for side in ["vgan", *args.sides] if any(cell[0] == side for cell in times)]
    lines = ["| precision | batch | " + " | ".join(sides) + " | vgan / fastest other |",
             "|---|--:|" + "--:|" * (len(sides) + 1)]
    for batch in args.batches:
        for precision in args.precisions:
            median, row = {}, []
            for side in sides:
                rates = sorted(1 / t for t in times.get((side, precision, batch), []))
                if rates:
                    median[side] = statistics.median(rates)
                row.append(f"{median[side]:.4g} ({rates[0]:.4g} to {rates[-1]:.4g})"
                           if rates else "-")
            ours = median.pop("vgan", None)
            best = max(median, key=median.get, default=None)
            ratio = f"{ours / median[best]:.2f} ({best})" if ours and best else "-"
            lines.append(f"| {precision} | {batch} | " + " | ".join(row) + f" | {ratio} |")
    return "\n".join(lines)


def result(args, race, agree):
    cells = [dict(side=side, precision=precision, batch=batch, rounds=len(seconds),
                  steps_per_second=1 / statistics.median(seconds), seconds=seconds)
             for (side, precision, batch), seconds in race.times.items()]
    complete = agree and bool(cells) and all(cell["rounds"] >= min(args.rounds, 5) for cell in cells)
    return dict(complete=complete, check=race.check, cells=cells, left_out=race.left_out,
                versions=race.versions, table=table(args, race.times),
                settings=dict(rounds=args.rounds, device=args.device, data=args.data))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", help="vgan_cuda; without it the peers are measured alone")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--data", default="digits", help="MNIST folder (default: built-in digits)")
    parser.add_argument("--precisions", nargs="+", default=["fp32", "tf32", "bf16"])
    parser.add_argument("--batches", nargs="+", type=int, default=[128, 1024, 8192, 65536])
    parser.add_argument("--sides", nargs="*", choices=SIDES, default=DEFAULT_SIDES)
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--seconds", type=float, default=3600, help="in all (default 3600)")
    parser.add_argument("--peer-seconds", type=float, default=0.2, help="of a turn (default 0.2)")
    parser.add_argument("--vgan-seconds", type=float, default=0.5, help="of a turn (default 0.5)")
    parser.add_argument("--first-epochs", type=int, default=100, help="vgan's first (default 100)")
    parser.add_argument("--check-steps", type=int, default=5, help="default 5; 0 = no check")
    parser.add_argument("--check-batch", type=int, default=128, help="default 128")
    parser.add_argument("--json", help="write everything measured to this file")
    args = parser.parse_args()
    if args.device == "cpu":  # what needs a GPU is not asked for
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
        images, script = f"{folder}/images.npy", f"{folder}/script.npz"
        pixels = read_images(args.data)
        np.save(images, pixels)
        plain_step.write_script(script, len(pixels), args.check_batch, max(args.check_steps, 1))
        agree = race.run(images, script)
    found = result(args, race, agree)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(found, indent=1) + "\n")
    print("\n" + found["table"])
    if not agree:
        raise SystemExit("the sides do not take the same step: times would compare nothing")
    if not found["complete"]:
        raise SystemExit("not every side that started has five rounds")


if __name__ == "__main__":
    main()
