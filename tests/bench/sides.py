"""The sides of compare.py, each a process of its own: orders in, JSON lines out (recipe.serve)."""

import collections
import contextlib
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading

VGAN = "vgan"
PEERS = ["eager", "compile", "compile-max", "graph", "graph-compile", "graph-max", "jax"]
# The -max ones try many kernels for each product and take long to prepare.
DEFAULT_PEERS = [side for side in PEERS if not side.endswith("-max")]
HERE = pathlib.Path(__file__).resolve().parent

Cell = collections.namedtuple("Cell", "recipe precision batch")


def warm_up_of(args, batch):
    """Steps before the first that is timed: fewer in proportion for batches above 1,024."""
    return max(20, args.warm_up * 1024 // max(batch, 1024))


def command_of(args, side, cell, images, script=""):
    shared = ["--precision", cell.precision, "--batch", str(cell.batch), "--device", args.device,
              "--threads", str(args.threads), "--warm-up", str(warm_up_of(args, cell.batch))]
    if side == VGAN:
        return [args.binary, "step", "--serve", "--preset", cell.recipe, "--data", images, *shared]
    file = HERE / ("peer_jax.py" if side == "jax" else "peer_torch.py")
    return [sys.executable, str(file), "--side", side, "--recipe", cell.recipe, "--images", images,
            "--script", script, *shared]


def environment_of(side):
    """CUDA's libraries for vgan_bench alone; the peers bring their own. Many peers prepare at once:
    each compiles in one thread and takes memory as it needs it."""
    if side == VGAN:
        folders = [os.environ.get(name) for name in ("VGAN_LIBRARY_PATH", "LD_LIBRARY_PATH")]
        path = ":".join(filter(None, folders))
        return os.environ | ({"LD_LIBRARY_PATH": path} if path else {})
    return os.environ | {"TORCHINDUCTOR_COMPILE_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
                         "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}


class Side:
    """One side at one cell. What it cannot answer is a RuntimeError with the reason."""

    def __init__(self, args, side, cell, images, script=""):
        self.name, self.cell = side, cell
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command_of(args, side, cell, images, script), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment_of(side))
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put({"error": f"ended with status {self.process.wait()}: {self.last_words()}"})

    def last_words(self):
        self.log.seek(0)
        return (self.log.read().strip().splitlines() or [""])[-1][:200]

    def ask(self, order, seconds):
        try:
            print(order, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # answer() tells why it ended
        return self.answer(seconds)

    def answer(self, seconds):
        try:
            answer = self.lines.get(timeout=max(seconds, 0.01))
        except queue.Empty:
            answer = {"error": f"no answer in {seconds:.0f} s"}
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def seconds_per_step(self, steps, seconds):
        return self.ask(f"run {steps}", seconds)["seconds"] / steps

    def losses(self, steps, seed, seconds):
        """[steps][3]: of D without R1, of G, and R1."""
        return self.ask(f"losses {steps} {seed}", seconds)["losses"]

    def close(self):
        self.process.kill()
        self.reader.join()
        for file in (self.process.stdin, self.process.stdout, self.log):
            with contextlib.suppress(OSError):  # what was not sent is of no use any more
                file.close()
