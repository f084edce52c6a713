"""Stage 6: vgan_bench over batches, kinds of step, precisions, widths and samples, with targets."""

import json
import pathlib
import subprocess
import time

import bench_rows
import common
from bench_rows import Draw, Step

ROW_SECONDS = 40  # a row that takes longer hangs; five times as many on a CPU
TRIAL = 784  # numbers of a sample
SPARE = 3  # seconds kept for the report


def figures(row, record):
    """What the tables show of a record: [median, least, most] of `us`, or of each rate in millions
    a second; `tflops` of the median, of samples that of G's products alone."""
    def three(one, scale):
        return [scale * one[name] for name in ("median", "least", "most")]

    if record["precision"] != row.precision:
        raise RuntimeError(f"it measured {record['precision']}")
    if isinstance(row, Draw):
        rates = {name: three(one, 1e-6) for name, one in record["samples_per_second"].items()}
        widths = [record["latent"], *record["g_layers"], TRIAL]
        flop = 2 * sum(a * b for a, b in zip(widths, widths[1:]))  # of a sample
        return rates | dict(tflops=1e-6 * flop * rates["products_alone"][0])
    if record["batch"] != row.batch or not record["step"].startswith(row.step + ":"):
        raise RuntimeError(f"it measured batch {record['batch']}, step {record['step']}")
    run = record["runs"][0]
    return dict(us=three(run["ms_per_epoch"], 1e3), tflops=1e-3 * run["gflop_per_second"],
                gflop=record["gflop_per_epoch"], epochs=record["steps"], warm_up=record["warm_up"])


def measure(args, sizes, row, seconds):
    """The row's figures. Raises RuntimeError with vgan_bench's last line, TimeoutExpired."""
    file = args.work / "samples.raw"
    try:
        done = subprocess.run(
            [args.bench, *bench_rows.words(row, sizes, file), "--device", args.device, "--json",
             "-"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, timeout=seconds, env=common.vgan_environment())
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise RuntimeError(f"exit {done.returncode}: {said[-300:]}")
        return figures(row, json.loads(done.stdout))
    except (KeyError, ValueError, IndexError) as error:
        raise RuntimeError(f"not a record of vgan_bench: {error!r}") from error
    finally:
        for left in args.work.glob(file.name + "*"):
            left.unlink()


def run(args, sizes, rows):
    """(row -> figures, row -> why it failed), in the order of `rows` until the time is over."""
    found, failed, last = {}, {}, 0.0
    for row in rows:
        start = time.monotonic()
        left, allowed = args.deadline - SPARE - start, args.row_seconds
        if left < max(1.0, last):
            break
        try:
            found[row] = measure(args, sizes, row, min(left, allowed))
        except subprocess.TimeoutExpired:
            if left <= allowed:
                break
            failed[row] = f"not done in {allowed:.0f} s"
        except RuntimeError as error:
            failed[row] = str(error)
        last = time.monotonic() - start
        print(f"{last:5.1f} s  {bench_rows.label(row)}: {found.get(row) or failed[row]}",
              flush=True)
    return found, failed


def spread(values):
    return "{:.4g} ({:.4g} to {:.4g})".format(*values) if values else "-"


def judged(row, sizes, found):
    """The cell of a target, and its record: None without one."""
    aim = bench_rows.target(row, sizes)
    if not aim:
        return "-", None
    name, sense, bound, unit = aim
    value = found.get(row, {}).get(name)
    value = value[0] if isinstance(value, list) else value
    met = None if value is None else value <= bound if sense == "at most" else value >= bound
    verdict = {None: "not measured", True: "met", False: "missed"}[met]
    return f"{sense} {bound:g} {unit}: {verdict}", dict(
        what=bench_rows.label(row), sense=sense, bound=bound, unit=unit, measured=value, met=met)


def table(head, align, lines):
    return ["| " + " | ".join(head) + " |", "|" + "|".join(align) + "|"] + [
        "| " + " | ".join(map(str, line)) + " |" for line in lines]


def step_table(rows, sizes, found):
    """One line for each epoch."""
    lines = []
    for row in rows:
        part = found.get(row, {})
        rate = f"{part['tflops']:.4g}" if part else "-"
        lines.append([row.preset, row.precision, row.step, row.batch, row.width,
                      spread(part.get("us")), rate, judged(row, sizes, found)[0]])
    return table(["preset", "precision", "step", "batch", "widths x", "us an epoch", "TFLOP/s",
                  "target"], ["---", "---", "---", "--:", "--:", "--:", "--:", "---"], lines)


def batch_table(sizes, found):
    """Both kinds of step side by side, by batch."""
    lines = []
    for precision in sizes.precisions:
        for batch in sorted({sizes.batch, *sizes.crossing, *sizes.large}):
            pair = [Step("article", precision, step, batch, 1) for step in bench_rows.STEPS]
            graph, fused = (found.get(row, {}) for row in pair)
            ratio = f"{graph['us'][0] / fused['us'][0]:.2f}" if graph and fused else "-"
            rates = [f"{part['tflops']:.4g}" if part else "-" for part in (graph, fused)]
            aim = judged(pair[0], sizes, found)[0] if batch in sizes.large else "-"
            lines.append([precision, batch, spread(graph.get("us")), rates[0],
                          spread(fused.get("us")), rates[1], ratio, aim])
    return table(["precision", "batch", "graph, us an epoch", "TFLOP/s", "fused, us an epoch",
                  "TFLOP/s", "graph / fused", "target"],
                 ["---", "--:", "--:", "--:", "--:", "--:", "--:", "---"], lines)


def crossover(sizes, found):
    """For each precision the batches at which either kind of step was the faster."""
    lines = []
    for precision in sizes.precisions:
        faster = []
        for batch in sorted({sizes.batch, *sizes.crossing}):
            graph, fused = (found.get(Step("article", precision, step, batch, 1))
                            for step in bench_rows.STEPS)
            if graph and fused:
                faster.append((batch, fused["us"][0] < graph["us"][0]))
        if not faster:
            continue
        wins = [batch for batch, won in faster if won]
        losses = [batch for batch, won in faster if not won]
        lines.append(f"- {precision}: fused is faster at {', '.join(map(str, wins)) or 'none'}; "
                     f"graph at {', '.join(map(str, losses)) or 'none'}.")
    return lines


def draw_table(rows, sizes, found):
    names = ("computed", "delivered", "written", "products_alone")
    lines = [[row.precision, row.dtype, row.out,
              *(spread(found.get(row, {}).get(name)) for name in names),
              f"{found[row]['tflops']:.4g}" if row in found else "-", judged(row, sizes, found)[0]]
             for row in rows]
    return table(["precision", "samples", "written to", "computed", "delivered", "written",
                  "G's products alone", "TFLOP/s of those", "target"],
                 ["---", "---", "---", "--:", "--:", "--:", "--:", "--:", "---"], lines)


def report(sizes, rows, found, failed):
    main = [row for row in rows if isinstance(row, Step) and row.batch == sizes.batch
            and row.width == 1]
    wide = [row for row in rows if isinstance(row, Step) and row.width > 1]
    draws = [row for row in rows if isinstance(row, Draw)]
    parts = [
        f"Medians (least to most) of {sizes.rounds} rounds by `vgan_bench`, each row warm in a "
        "process of its own. A target is what was aimed at, not what was measured; a missed one "
        "fails nothing.", "", "The main job's step:", "", *step_table(main, sizes, found), "",
        "The article's step by batch:", "", *batch_table(sizes, found), "",
        "Where the two kinds of step cross (`fused_batch` in engine/device/cuda/cuda_products.cpp):", "",
        *(crossover(sizes, found) or ["- not measured"]), "", "Wider networks:", "",
        *step_table(wide, sizes, found), "", "Millions of samples a second:", "",
        *draw_table(draws, sizes, found)]
    late = [row for row in rows if row not in found and row not in failed]
    ends = [f"- failed: {bench_rows.label(row)}: {why}" for row, why in failed.items()]
    ends += [f"- out of time: {bench_rows.label(row)}" for row in late]
    return "\n".join(parts + ([""] + ends if ends else [])), late


def verdict(rows, found, failed, late):
    if failed:
        row, why = next(iter(failed.items()))
        return "fail", (f"{len(failed)} of {len(rows)} rows failed, first "
                        f"{bench_rows.label(row)}: {why}")
    if not found:
        return "fail", "out of time before the first row"
    return "pass", f"{len(found)} of {len(rows)} rows" + (", then out of time" if late else "")


def stage(args, result):
    sizes = bench_rows.TOY if args.rehearsal else bench_rows.FULL
    args.bench = str(pathlib.Path(args.binary).with_name("vgan_bench"))
    args.row_seconds = ROW_SECONDS * (5 if args.rehearsal else 1)
    rows = bench_rows.plan(sizes)
    found, failed = run(args, sizes, rows)
    text, late = report(sizes, rows, found, failed)
    targets = [aim for aim in (judged(row, sizes, found)[1] for row in rows) if aim]
    status, why = verdict(rows, found, failed, late)
    result.write(status, why, text, targets=targets,
                 rows=[row._asdict() | found[row] for row in found],
                 failed={bench_rows.label(row): why for row, why in failed.items()})


if __name__ == "__main__":
    common.guarded(stage, __doc__)
