"""The runs of tables.py: methods, their settings, and the file that keeps what came of each.

A run is a dict in a list in one JSON file: table, method, seed, settings (the flags of our program or the options of a
peer), rows, seconds of a processor, version (of the program or the package), figures (of the rows), real and resampled
(the floors beside them), held_out_copies, given (R2, coverage and width of the outcome, all other columns given), and
failed, a reason in words in place of seconds and figures.
"""
import fcntl
import json
import os

OWN = {
    "masked": "--preset masked",
    "masked-folds": "--preset masked --folds 4",
    "gan": "--model gan",
    "vae": "--preset vae",
    "ae": "--preset ae",
}
PEERS = {
    "cart": "CART, one column after another, as R's synthpop has it",
    "arf": "adversarial random forests",
    "argn": "TabularARGN",
    "ctgan": "CTGAN",
    "tvae": "TVAE",
    "copula": "Gaussian copula",
}
EPOCHS_OF = ("ctgan", "tvae")  # the peers that --epochs is for


def methods_of(definitions):
    """name -> flags of our program's methods, with those that NAME=FLAGS adds or changes."""
    own = dict(OWN)
    for text in definitions:
        name, equals, flags = text.partition("=")
        if not equals or not name or not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"no method in '{text}'; NAME=FLAGS, with letters, digits, - and _ in the name")
        if name in PEERS:
            raise ValueError(f"the method '{name}' is another tool's; there are {', '.join(PEERS)}")
        own[name] = flags
    return own


def words_of(text, known, what):
    """The words between commas, or all that are known."""
    words = text.split(",") if text else list(known)
    for word in words:
        if word not in known:
            raise ValueError(f"no {what} '{word}'; there are {', '.join(known)}")
    return words


class Runs:
    """The list in the file. Each change is laid upon what the file has by then, so that two calls may fill one file,
    and the file is written anew as a whole, so that a stop loses one run at most."""

    def __init__(self, path):
        self.path = path
        self.all = []
        self.read()

    def read(self):
        if self.path.exists():
            self.all = json.loads(self.path.read_text())

    def find(self, table, method, seed):
        for run in self.all:
            if (run["table"], run["method"], run["seed"]) == (table, method, seed):
                return run
        return None

    def of(self, table, method, seeds):
        """Those of the seeds that are there, failed ones too."""
        found = [self.find(table, method, seed) for seed in seeds]
        return [run for run in found if run]

    def put(self, run):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_name(self.path.name + ".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.read()
            old = self.find(run["table"], run["method"], run["seed"])
            if old:
                self.all.remove(old)
            self.all.append(run)
            beside = self.path.with_name(self.path.name + ".part")
            beside.write_text("[\n" + ",\n".join(json.dumps(one) for one in self.all) + "\n]\n")
            os.replace(beside, self.path)
