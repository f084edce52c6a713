"""Trains recipes x seeds with vgan_cuda and measures each against real MNIST test images.

  python tests/quality/study.py --binary build/vgan_cuda --data MNIST_FOLDER \
      --classifier classifier.pt --work study_runs --results study.jsonl --seeds 1 2 3 4 5
  python tests/quality/study.py --results study.jsonl --table      only render what is there

Each trained run becomes one JSON line in --results; a run whose line is there is skipped, so an
interrupted study goes on where it stopped (after a change of the program use a new file). A run
that diverges (exit 3) is a result too. Recipes state every option that matters, so they keep their
meaning when the program's defaults change; "default" states none. A file of more recipes has lines
of NAME and flags; # begins a comment. A NAME that begins with "peer:" is trained in PyTorch by
peer_models.py, with flags of its own: `peer:conv --model conv --r1 0.5`. The names peer:article,
peer:default, peer:stable, peer:conv, peer:vae and peer:ae need no file.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import time

PLAIN = {"output": "tanh", "label-smoothing": 1.0, "instance-noise": 0.0, "r1": 0.0, "r1-every": 1,
         "ema": 0.0, "lr-d": 2e-4, "lr-g": 2e-4}
R1 = {"r1": 0.5}
EMA = {"ema": 0.999}
FAST_D = {"lr-d": 4e-4}
RECIPES = {
    "default": None,
    "sigmoid": {"output": "sigmoid"},
    "linear": {"output": "linear"},
    "tanh": {},
    "tanh+smoothing": {"label-smoothing": 0.9},
    "tanh+instance-noise": {"instance-noise": 0.1},
    "tanh+r1": R1,
    "tanh+r1/4": R1 | {"r1-every": 4},
    "tanh+r1/16": R1 | {"r1-every": 16},
    "tanh+ema": EMA,
    "tanh+r1+ema": R1 | EMA,
    "tanh+r1/4+ema": R1 | EMA | {"r1-every": 4},
    "tanh+r1+ema+fast-d": R1 | EMA | FAST_D,
    "tanh+r1/4+ema+fast-d": R1 | EMA | FAST_D | {"r1-every": 4},
    "tanh+r1/16+ema+fast-d": R1 | EMA | FAST_D | {"r1-every": 16},
    "tanh+r1(0.1)+ema+fast-d": EMA | FAST_D | {"r1": 0.1},
    "tanh+r1(2)+ema+fast-d": EMA | FAST_D | {"r1": 2.0},
    "tanh+r1+ema+fast-d+smoothing": R1 | EMA | FAST_D | {"label-smoothing": 0.9},
    "sigmoid+r1(5)+ema": EMA | {"output": "sigmoid", "r1": 5.0},
    "sigmoid+r1(5)+ema+fast-d": EMA | FAST_D | {"output": "sigmoid", "r1": 5.0},
}


PEER = "peer_models.py"  # the first of a peer's flags, so that results tell it from our own
PEER_SCRIPT = pathlib.Path(__file__).with_name(PEER)
PEERS = {f"peer:{model}": [PEER, "--model", model]
         for model in ("article", "default", "stable", "conv", "vae", "ae")}


def flags(recipe):
    if recipe is None:
        return []
    return [word for key, value in (PLAIN | recipe).items() for word in (f"--{key}", f"{value}")]


def choose(wanted):
    """Names of the table above and files of more -> name -> list of flags."""
    chosen = {}
    for item in wanted or RECIPES:
        if item in RECIPES:
            chosen[item] = flags(RECIPES[item])
        elif item in PEERS:
            chosen[item] = PEERS[item]
        elif pathlib.Path(item).is_file():
            for line in pathlib.Path(item).read_text().splitlines():
                words = shlex.split(line, comments=True)
                peer = [PEER] if words and words[0].startswith("peer:") else []
                chosen |= {words[0]: peer + words[1:]} if words else {}
        else:
            names = ", ".join([*RECIPES, *PEERS])
            raise SystemExit(f"{item}: neither a recipe ({names}) nor a file")
    return chosen


def read_results(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def key(row):
    return json.dumps([row["flags"], row.get("epochs"), row.get("batch"), row.get("seed")])


def is_peer(words):
    return words[:1] == [PEER]


def train(job, args, folder, samples):
    """Trains one job; returns the finished process. A peer leaves its samples as well."""
    if is_peer(job["flags"]):
        command = [sys.executable, str(PEER_SCRIPT), "--out", str(samples)]
    else:
        command = [args.binary, "--out", str(folder), "--quiet"]
    command += ["--data", args.data, "--epochs", str(job["epochs"]), "--batch", str(job["batch"]),
                "--seed", str(job["seed"]), *job["flags"][is_peer(job["flags"]):]]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def run_one(job, args):
    """Trains and draws; returns the job and the file of its samples, None where it diverged."""
    import frechet
    name = "".join("_" if letter in "/:" else letter for letter in job["recipe"])
    folder = args.work / f"{name}-{job['epochs']}-seed{job['seed']}"
    samples = folder.with_suffix(".npy")
    shutil.rmtree(folder, ignore_errors=True)
    start = time.time()
    trained = train(job, args, folder, samples)
    job |= {"train_seconds": round(time.time() - start, 1), "exit": trained.returncode}
    last_words = (trained.stderr.strip().splitlines() or ["(no message)"])[-1]
    if trained.returncode == 3:
        return job | {"message": last_words}, None
    if trained.returncode:
        raise SystemExit(f"{shlex.join(trained.args)}: exit {trained.returncode}: {last_words}")
    if not is_peer(job["flags"]):
        subprocess.run([args.binary, "generate", "--model", str(folder), "--count",
                        str(frechet.COUNT), "--seed", "1", "--out", str(samples), "--dtype", "u8"],
                       check=True, stdout=subprocess.DEVNULL)
    for file in folder.rglob("*.safetensors") if not args.keep_checkpoints else ():
        file.unlink()
    return job, samples


def run_study(args):
    import frechet
    import torch
    torch.set_num_threads(1)
    judge = frechet.Judge(args.data, args.classifier)
    args.work.mkdir(parents=True, exist_ok=True)
    done = {key(row) for row in read_results(args.results)}

    def keep(row):
        with args.results.open("a") as out:
            out.write(json.dumps(row) + "\n")
        print(f"{row['recipe']:32s} epochs {row.get('epochs')} seed {row.get('seed')}: "
              f"distance {row.get('frechet', float('nan')):.1f} {row.get('message', '')}",
              flush=True)

    floor = {"recipe": "real training images", "flags": []}
    if key(floor) not in done:
        keep(floor | judge.measure(frechet.training_images(args.data)[0]))
    chosen = choose(args.recipes)
    versions = {True: f"PyTorch {torch.__version__}"}
    if not all(is_peer(words) for words in chosen.values()):
        if not args.binary:
            raise SystemExit("recipes other than peers need --binary")
        versions[False] = subprocess.run([args.binary, "--version"], capture_output=True, text=True,
                                         check=True).stdout.splitlines()[0]
    more = {True: shlex.split(args.peer_args), False: shlex.split(args.train_args)}
    jobs = [{"recipe": name, "flags": words + more[is_peer(words)], "epochs": epochs,
             "batch": args.batch, "seed": seed, "version": versions[is_peer(words)]}
            for epochs in args.epochs for seed in args.seeds for name, words in chosen.items()]
    # Measured on this thread: PyTorch has been seen to stop for good in a convolution on another.
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        running = [pool.submit(run_one, job, args) for job in jobs if key(job) not in done]
        try:
            for future in concurrent.futures.as_completed(running):
                job, samples = future.result()
                if samples is not None:
                    job |= judge.measure(frechet.load_samples(samples, None))
                    samples.unlink()
                keep(job)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def table(rows):
    """Median (best to worst) over seeds, best recipe first."""
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row.get("epochs", 0), row["recipe"]].append(row)

    def line(group):
        (epochs, recipe), runs = group
        good = [row for row in runs if "frechet" in row]
        if not good:
            return float("inf"), f"| {recipe} | {epochs} | {len(runs)} | all diverged | | | | | |"
        def median(name):
            return statistics.median(row[name] for row in good)
        distances = sorted(row["frechet"] for row in good)
        lost = f", {len(runs) - len(good)} diverged" if len(good) < len(runs) else ""
        return median("frechet"), (
            f"| {recipe} | {epochs or ''} | {len(runs)}{lost} | {median('frechet'):.1f} "
            f"({distances[0]:.1f} to {distances[-1]:.1f}) | {median('precision'):.2f} | "
            f"{median('recall'):.2f} | {min(row['classes_covered'] for row in good)} | "
            f"{100 * min(row['min_class_share'] for row in good):.1f} % | "
            f"{median('max_probability'):.3f} |")

    head = ("| recipe | epochs | seeds | Frechet distance | precision | recall | classes, fewest | "
            "smallest class share | max probability |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    ordered = sorted(groups.items(), key=lambda group: (group[0][0], line(group)[0]))
    return "\n".join([head] + [line(group)[1] for group in ordered])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--results", required=True, type=pathlib.Path,
                        help="JSON lines, appended to")
    parser.add_argument("--table", action="store_true", help="only print the Markdown table")
    parser.add_argument("--binary", help="vgan_cuda; peers do without")
    parser.add_argument("--data", help="folder with MNIST's four IDX files")
    parser.add_argument("--classifier", help="weights from classifier.py")
    parser.add_argument("--work", type=pathlib.Path, help="folder for the runs")
    parser.add_argument("--recipes", nargs="+",
                        help="names, or files of NAME and flags; default: all")
    parser.add_argument("--epochs", nargs="+", type=int, default=[10_000], help="default 10000")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5],
                        help="default 1 2 3 4 5")
    parser.add_argument("--batch", type=int, default=128, help="default 128")
    parser.add_argument("--train-args", default="",
                        help='more flags for every run of vgan_cuda: "--threads 1"')
    parser.add_argument("--peer-args", default="", help="more flags for every peer")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time (default 1)")
    parser.add_argument("--keep-checkpoints", action="store_true",
                        help="leave them in --work after measuring")
    args = parser.parse_args()
    if not args.table:
        for name in ("data", "classifier", "work"):
            if not getattr(args, name):
                parser.error(f"training needs --{name}")
        run_study(args)
    print(table(read_results(args.results)))


if __name__ == "__main__":
    main()
