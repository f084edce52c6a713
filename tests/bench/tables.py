"""Virtual rows of real tables: vgan's models beside other tools', in one run that can be interrupted.

usage: python3 tables.py VGAN_CUDA [--data FOLDER] [--out FOLDER] [--json FILE] [--tables a,b] [--methods a,b]
                         [--method NAME=FLAGS] [--seeds N ...] [--python PYTHON] [--epochs N] [--limit SECONDS]
                         [--anew] [--print-only] [--markdown] [--into FILE]

    e.g.  python3 tables.py build/release/bin/vgan_cuda --tables iris --methods masked,cart --seeds 1 2 3

Holds a third of each table's rows out, trains each method on the rest on one thread, draws as many rows as it was
trained on, 3,000 or more, and prints one Markdown table of what `vgan_cuda evaluate` says of them beside the held-out
rows, medians of the seeds, with the processor seconds of training and drawing. A seed is that of the method and of
evaluate, and it chooses which rows are held out (of adult also which 10,000 are taken): each has a split of its own,
which all methods share. Rows of the tables lie in FOLDER (--data, by default shared/data/tables beside the
repository); README.md there says where they are from.

Where a table's outcome is a number, a masked method also predicts it from all other columns (`vgan_cuda predict`).

Each run is kept in --json (OUT/runs.json) as soon as it is done, and rows lie in OUT/TABLE/SEED/METHOD.csv: a run that
is there with equal settings is not made again unless --anew asks for it, so an interrupted call goes on. Peers that
take more than --limit (600) processor seconds are stopped and reported so. With '-' for VGAN_CUDA rows are made but not
judged; a later call does that.

--markdown prints the section of docs/quality.md, what --json has of masked, masked-folds and the other tools beside the
targets, in place of that table. --into FILE puts what would be printed into a file, between the lines that mark its
place. --print-only makes no run and needs no vgan.

Methods of our program are names for flags of `vgan_cuda train`: masked, masked-folds, gan, vae, ae and those that
--method adds or changes, such as --method 'long=--preset masked --epochs 2000'. The others are those of table_peers.py
and need its packages in PYTHON (by default this one), CTGAN and TVAE trained for --epochs passes (300). numpy and
pandas are needed here.
"""
import argparse
import json
import os
import pathlib
import resource
import shlex
import shutil
import signal
import subprocess
import sys

import table_data
import table_report
import table_runs

HERE = pathlib.Path(__file__).resolve().parent
FEWEST_DRAWN = 3000


class TooLong(RuntimeError):
    pass


def processor_seconds(command, limit=None):
    """Runs the command; the seconds that it and its children took of a processor, and its output."""
    def bound():
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))

    threads = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | threads,
                          preexec_fn=bound if limit else None)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL) and limit:
        raise TooLong(table_report.over_text(limit))
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {' '.join(done.stderr.strip().splitlines()[-1:])}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, done.stdout


ONE_THREAD = ["--threads", "1", "--device", "cpu"]


def version_of(vgan):
    """The program's commit, such as 'c969153027d2', or its first line."""
    lines = processor_seconds([vgan, "--version"])[1].splitlines()
    commits = [line.split()[-1] for line in lines if line.split()[:1] == ["commit"]]
    return (commits or lines)[0]


def draw_own(flags, folder, method, rows, args, seed):
    """Rows of vgan's model in METHOD.csv; the seconds of training and drawing."""
    run = folder / f"{method}-run"
    shutil.rmtree(run, ignore_errors=True)
    train = [args.vgan, "train", "--data", str(folder / "train.csv"), "--header", "yes", "--out", str(run),
             "--hold-out", "0",  # evaluate has rows of its own
             "--seed", str(seed), *ONE_THREAD, *shlex.split(flags)]
    spent, _ = processor_seconds(train)
    draw = [args.vgan, "generate", str(run), "--count", str(rows), *ONE_THREAD,
            "--out", str(folder / f"{method}.csv")]
    return dict(seconds=spent + processor_seconds(draw)[0], version=args.version)


def draw_peer(folder, method, rows, args, seed):
    """Rows of another tool; it counts the seconds itself, without its imports."""
    command = [args.python, "-B", str(HERE / "table_peers.py"), method, str(folder / "train.csv"),
               str(folder / f"{method}.csv"), str(rows), "--epochs", str(args.epochs), "--seed", str(seed)]
    return json.loads(processor_seconds(command, args.limit)[1].splitlines()[-1])


def predicted(folder, method, outcome, args):
    """What `predict --check` says of the outcome, all other columns given; None where the model cannot predict."""
    run = folder / f"{method}-run"
    command = [args.vgan, "predict", str(run), "--given", str(folder / "given.csv"), "--check",
               str(folder / "test.csv"), "--out", str(folder / f"{method}-predictions.csv"), *ONE_THREAD]
    return table_report.checked_number(processor_seconds(command)[1], outcome)


FIGURES = ("shape", "trend", "c2st", "utility", "dcr", "copies")


def judged(folder, method, args, seed):
    """The parts of a run that `vgan_cuda evaluate` gives."""
    report = folder / f"{method}-evaluation.json"
    command = [args.vgan, "evaluate", "--samples", str(folder / f"{method}.csv"), "--real", str(folder / "train.csv"),
               "--test", str(folder / "test.csv"), "--header", "yes", "--seed", str(seed), "--json", str(report)]
    processor_seconds(command)
    measures = {measure["name"]: measure for measure in json.loads(report.read_text())["measures"]}

    def side(name):
        values = {key: measures[key][name] and measures[key][name]["value"] if key in measures else None
                  for key in FIGURES}
        return dict(rows=measures["shape"]["sample_count"], **values)

    held_out_copies = side("real")["copies"]
    # Training rows are copies of themselves; what evaluate calls real is, of copying, what held-out rows come to.
    return dict(figures=side("samples"), real=dict(side("real"), dcr=0.0, copies=1.0), resampled=side("resampled"),
                held_out_copies=held_out_copies)


def settings_of(method, args):
    if method in args.own:
        return args.own[method]
    return f"--epochs {args.epochs}" if method in table_runs.EPOCHS_OF else ""


def make_run(table, method, seed, folder, shape, runs, args):
    """Draws rows and judges them, as far as that has not been done."""
    training, number, outcome = shape
    rows, settings = max(training, FEWEST_DRAWN), settings_of(method, args)
    run = runs.find(table, method, seed)
    if args.anew or (run and run["settings"] != settings):
        run = None
    if run and method in args.own and args.version and run["version"] != args.version:
        print(f"{table}: {method}, seed {seed}: kept as {run['version']} made it; --anew makes it again",
              file=sys.stderr, flush=True)
    if run is None:
        print(f"{table}: {method}, seed {seed}, {rows} rows", file=sys.stderr, flush=True)
        run = dict(table=table, method=method, seed=seed, settings=settings, rows=rows)
        try:
            if method in args.own:
                run |= draw_own(settings, folder, method, rows, args, seed)
                if number and "masked" in settings:
                    run["given"] = predicted(folder, method, outcome, args)
            else:
                run |= draw_peer(folder, method, rows, args, seed)
        except TooLong as reason:
            run["failed"] = str(reason)
        runs.put(run)
    if "failed" not in run and "figures" not in run and args.vgan != "-":
        run |= judged(folder, method, args, seed)
        runs.put(run)


def make_all(tables, methods, runs, args):
    """Makes what is missing, seed by seed; how many runs came to nothing."""
    failed = 0
    for seed in args.seeds:
        for table in tables:
            folder = args.out / table / str(seed)
            shape = table_data.write_split(args.data, table, seed, folder)
            for method in methods:
                try:
                    make_run(table, method, seed, folder, shape, runs, args)
                except RuntimeError as error:
                    failed += 1
                    print(f"tables.py: {table}, {method}, seed {seed}: {error}", file=sys.stderr, flush=True)
    return failed


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("vgan")
    parser.add_argument("--data", type=pathlib.Path, default=HERE.parent.parent.parent / "shared" / "data" / "tables")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("table_runs"))
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--tables", default="")
    parser.add_argument("--methods", default="")
    parser.add_argument("--method", action="append", default=[])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("--print-only", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--into", type=pathlib.Path)
    return parser.parse_args(words)


def main():
    args = arguments()
    try:
        args.own = table_runs.methods_of(args.method)
        tables = table_runs.words_of(args.tables, table_data.TABLES, "table")
        methods = table_runs.words_of(args.methods, [*args.own, *table_runs.PEERS], "method")
    except ValueError as error:
        sys.exit(f"tables.py: {error}")
    if not args.data.is_dir() and not args.print_only:
        sys.exit(f"tables.py: no folder {args.data}; --data FOLDER says where the tables are")
    runs = table_runs.Runs(args.json or args.out / "runs.json")
    failed = 0
    if not args.print_only:
        args.version = version_of(args.vgan) if args.vgan != "-" else ""
        failed = make_all(tables, methods, runs, args)
    if args.markdown:
        text = table_report.section(runs, list(table_data.TABLES), args.seeds)
    else:
        text = table_report.all_figures(runs, tables, methods, args.seeds)
    if args.into:
        table_report.put(text, args.into)
    else:
        print(text)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
