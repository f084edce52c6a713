"""Virtual rows of real tables: vgan's models beside CTGAN, TVAE and a Gaussian copula, in one run.

usage: python3 tables.py VGAN_CUDA [--data FOLDER] [--out FOLDER] [--tables a,b] [--methods a,b] [--python PYTHON]
                         [--epochs N] [--flags WORDS] [--seed N] [--anew] [--no-figures]

    e.g.  python3 tables.py build/release/bin/vgan_cuda --tables iris --methods gan,ctgan

Holds a third of each table's rows out, trains each method on the rest on one thread, draws as many rows as it was
trained on, 3,000 or more, and prints one Markdown table of what `vgan_cuda evaluate` says of them beside the held-out
rows, with the processor seconds of training and drawing. Rows of the tables lie in FOLDER (--data, by default
shared/data/tables beside the repository); README.md there says where they are from.

What a method made stays in --out, as TABLE/METHOD.csv and .json beside TABLE/train.csv and test.csv; what is there is
not made again unless --anew asks for it. --methods copula,ctgan,tvae --no-figures makes the rows of the others alone,
and needs no vgan: VGAN_CUDA may be '-'.

PYTHON (by default this one) has the package ctgan for ctgan and tvae; numpy, pandas and scipy are needed here. They are
trained for --epochs passes (300, their default). vgan's models are trained by the program's own defaults for the table,
or with more flags: --flags='--epochs 2000 --batch 64'.
"""
import argparse
import json
import os
import pathlib
import resource
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).resolve().parent
COMMA = dict(sep=",", skipinitialspace=True, encoding="utf-8-sig", na_values="?")
NAMELESS = COMMA | dict(header=None)
MOST_ADULT_ROWS = 10000
# The file, how pandas reads it, and how many of its rows are taken; the outcome is the last column.
TABLES = {
    "airfoil": ("airfoil_self_noise.dat", dict(sep="\t"), None),
    "concrete": ("concrete_data.csv", COMMA, None),
    "wine": ("winequality-red.csv", NAMELESS, None),
    "adult": ("adult-train.csv", NAMELESS, MOST_ADULT_ROWS),
    "abalone": ("abalone.csv", NAMELESS, None),
    "ccpp": ("ccpp_Folds5x2_pp.csv", COMMA, None),
    "ENB": ("ENB2012_energy_efficiency.csv", COMMA, None),
    "cleveland": ("processed.cleveland.data", NAMELESS, None),
    "pollution": ("pollution.csv", COMMA, None),
    "iris": ("iris.csv", NAMELESS, None),
}
OWN = ["masked", "gan", "vae", "ae"]
PEERS = ["ctgan", "tvae", "copula"]
FEWEST_DRAWN = 3000
FIGURES = ["shape", "trend", "c2st", "utility", "dcr"]


def read_table(folder, name, seed):
    """The table's rows, whole numbers as such, without a column that counts the rows."""
    file, options, most = TABLES[name]
    table = pd.read_csv(folder / file, **options)
    table.columns = [str(c) if isinstance(c, str) else f"column_{c + 1}" for c in table.columns]
    for column in table.columns:
        numeric = pd.api.types.is_numeric_dtype(table[column])
        if numeric and len(table) > 1 and (table[column].diff().iloc[1:] == 1).all():
            table = table.drop(columns=column)
    if most and len(table) > most:
        rows = np.random.default_rng(seed).permutation(len(table))[:most]
        table = table.iloc[np.sort(rows)]
    return table.reset_index(drop=True).convert_dtypes()


def split(table, seed):
    """(training rows, held-out rows): a third of them, drawn by the seed, in the order of the file."""
    order = np.random.default_rng(seed + 1).permutation(len(table))
    held_out = np.sort(order[: len(table) // 3])
    training = np.sort(order[len(table) // 3:])
    return table.iloc[training], table.iloc[held_out]


def write_once(table, path):
    """Leaves a file that holds the same rows as it is: another run may be reading it."""
    text = table.to_csv(index=False)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def one_thread():
    return os.environ | {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}


def processor_seconds(command, **options):
    """Runs the command; the seconds that it and its children took of a processor, and its output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, env=one_thread(), **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip().splitlines()[-1:]}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, done.stdout


def draw_own(method, folder, rows, args):
    """Rows of vgan's model; the processor seconds of training and drawing."""
    run = folder / f"{method}-run"
    shutil.rmtree(run, ignore_errors=True)
    train = [args.vgan, "train", "--data", str(folder / "train.csv"), "--header", "yes", "--out", str(run),
             "--seed", str(args.seed), "--threads", "1", "--device", "cpu"]
    if method != "gan":
        train += ["--preset", method]
    train += shlex.split(args.flags)
    spent, _ = processor_seconds(train)
    draw = [args.vgan, "generate", str(run), "--count", str(rows), "--threads", "1", "--device", "cpu",
            "--out", str(folder / f"{method}.csv")]
    return spent + processor_seconds(draw)[0]


def draw_peer(method, folder, rows, args):
    """Rows of another tool; the processor seconds that it counts itself, without its imports."""
    command = [args.python, str(HERE / "table_peers.py"), method, str(folder / "train.csv"),
               str(folder / f"{method}.csv"), str(rows), "--epochs", str(args.epochs), "--seed", str(args.seed)]
    return json.loads(processor_seconds(command)[1].splitlines()[-1])["seconds"]


def make_rows(table, method, folder, rows, args):
    """Makes METHOD.csv and its record unless both are there."""
    record = folder / f"{method}.json"
    if record.exists() and (folder / f"{method}.csv").exists() and not args.anew:
        return
    record.unlink(missing_ok=True)
    print(f"{table}: {method}, {rows} rows", file=sys.stderr, flush=True)
    seconds = (draw_own if method in OWN else draw_peer)(method, folder, rows, args)
    made = dict(seconds=seconds, rows=rows, seed=args.seed)
    if method in OWN:
        made["flags"] = args.flags
    elif method != "copula":
        made["epochs"] = args.epochs
    record.write_text(json.dumps(made) + "\n")


def evaluated(method, folder, args):
    """What vgan_cuda evaluate says of the method's rows."""
    report = folder / f"{method}-evaluation.json"
    command = [args.vgan, "evaluate", "--samples", str(folder / f"{method}.csv"), "--real", str(folder / "train.csv"),
               "--test", str(folder / "test.csv"), "--header", "yes", "--seed", str(args.seed), "--json", str(report)]
    processor_seconds(command)
    return json.loads(report.read_text())


def cells(figures):
    """The figures of one set of rows as cells."""
    made = []
    for name in FIGURES:
        value = figures.get(name)
        made.append("" if value is None else f"{value:.3f}")
    return made + [f"{100 * figures['copies']:.1f}" if "copies" in figures else ""]


def print_line(table, method, made, seconds):
    print("| " + " | ".join([table, method] + made + [seconds]) + " |", flush=True)


def print_figures(tables, methods, args):
    heads = FIGURES + ["copies, %"]
    print("| table | method | " + " | ".join(heads) + " | seconds |")
    print("|---|---|" + "--:|" * (len(heads) + 1))
    for table in tables:
        folder = args.out / table
        floors = None
        for method in methods:
            if not (folder / f"{method}.json").exists():
                continue
            report = evaluated(method, folder, args)
            if floors is None:
                floors = report["floors"]
                print_line(table, "real training rows", cells(floors["training_rows"]), "")
                print_line(table, "resampled columns", cells(floors["resampled_columns"]), "")
            seconds = json.loads((folder / f"{method}.json").read_text())["seconds"]
            print_line(table, method, cells(report["samples"]), f"{seconds:.0f}")


def words_of(text, known, what):
    words = text.split(",") if text else list(known)
    for word in words:
        if word not in known:
            sys.exit(f"tables.py: no {what} '{word}'; there are {', '.join(known)}")
    return words


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("vgan")
    parser.add_argument("--data", type=pathlib.Path, default=HERE.parents[2] / "shared" / "data" / "tables")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("table_runs"))
    parser.add_argument("--tables", default="")
    parser.add_argument("--methods", default="")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--flags", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("--no-figures", action="store_true")
    args = parser.parse_args()
    tables = words_of(args.tables, TABLES, "table")
    methods = words_of(args.methods, OWN + PEERS, "method")
    failed = 0
    for table in tables:
        folder = args.out / table
        folder.mkdir(parents=True, exist_ok=True)
        training, held_out = split(read_table(args.data, table, args.seed), args.seed)
        write_once(training, folder / "train.csv")
        write_once(held_out, folder / "test.csv")
        for method in methods:
            try:
                make_rows(table, method, folder, max(len(training), FEWEST_DRAWN), args)
            except RuntimeError as error:
                failed += 1
                print(f"tables.py: {table}, {method}: {error}", file=sys.stderr)
    if not args.no_figures:
        print_figures(tables, methods, args)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
