"""What stage `bench` asks of vgan_bench, in which order, and the targets."""

import collections
import dataclasses

PRESETS, STEPS = ("article", "default"), ("graph", "fused")
UNROLLED = 16  # epochs of one graph launch: rounds are whole launches

# An epoch. Batches beside the first are of the article's plain step; `width` multiplies the layers.
Step = collections.namedtuple("Step", "preset precision step batch width")
# Samples, to a place named in words: "file" is one of the stage's own.
Draw = collections.namedtuple("Draw", "precision dtype out")


@dataclasses.dataclass(frozen=True)
class Sizes:
    precisions: tuple  # the one that the rest is measured in first
    batch: int  # of the main job
    crossing: tuple  # batches of both kinds of step, most telling first
    large: tuple  # batches of `graph` alone
    widths: tuple
    wide_large: tuple  # batches of the widths in `graph` alone
    g_layers: tuple
    d_layers: tuple
    samples: int  # of a round
    filed_samples: int  # of a round that goes to a file
    rounds: int
    work: int  # epochs of a round at batch 1: fewer in proportion, within the two bounds
    most_epochs: int
    with_targets: bool

    def epochs(self, row):
        """Of a round, and before the first: whole graph launches, two at least."""
        launches = self.work // (row.batch * row.width**2) // UNROLLED
        return min(self.most_epochs, UNROLLED * max(2, launches))


FULL = Sizes(precisions=("bf16", "tf32", "fp32"), batch=128,
             crossing=(512, 1024, 256, 2048, 4096, 64, 32), large=(65536, 8192, 16384, 32768),
             widths=(2, 4), wide_large=(8192, 65536), g_layers=(256, 512, 1024),
             d_layers=(512, 256, 128), samples=1 << 21, filed_samples=1 << 18, rounds=5,
             work=1 << 20, most_epochs=1024, with_targets=True)
TOY = Sizes(precisions=("bf16", "fp32"), batch=16, crossing=(32, 8), large=(64,), widths=(2,),
            wide_large=(32,), g_layers=(16, 16), d_layers=(16,), samples=600, filed_samples=300,
            rounds=2, work=1, most_epochs=4, with_targets=False)


def plan(sizes):
    """All rows, most valuable first: the main job's batch whole; then crossover, large batches,
    widths and samples in the first precision; then what is left of each."""
    first, others = sizes.precisions[:1], sizes.precisions[1:]
    rows = [Step(preset, precision, step, sizes.batch, 1) for preset in PRESETS
            for precision in sizes.precisions for step in STEPS]
    for precisions in (first, others):
        rows += [Step("article", precision, step, batch, 1) for precision in precisions
                 for batch in sizes.crossing for step in STEPS]
        rows += [Step("article", precision, "graph", batch, 1) for precision in precisions
                 for batch in sizes.large]
        if precisions == first:
            rows += [Step("article", first[0], step, sizes.batch, width) for width in sizes.widths
                     for step in STEPS]
            rows += [Draw(first[0], dtype, "/dev/null") for dtype in ("u8", "f32")]
        else:
            rows += [Step("article", first[0], "graph", batch, width) for batch in sizes.wide_large
                     for width in sizes.widths]
            rows += [Draw(sizes.precisions[-1], dtype, "/dev/null") for dtype in ("u8", "f32")]
            rows += [Draw(first[0], dtype, "file") for dtype in ("u8", "f32")]
    return rows


def layers(sizes, width):
    def text(widths):
        return ",".join(str(width * one) for one in widths)

    return ["--g-layers", text(sizes.g_layers), "--d-layers", text(sizes.d_layers)]


def words(row, sizes, file):
    """The command line of a row, after `vgan_bench`, without device and record."""
    shared = ["--precision", row.precision, "--rounds", str(sizes.rounds)]
    if isinstance(row, Draw):
        count = sizes.filed_samples if row.out == "file" else sizes.samples
        return ["generate", *shared, "--dtype", row.dtype, "--count", str(count), "--out",
                str(file) if row.out == "file" else row.out, *layers(sizes, 1)]
    epochs = str(sizes.epochs(row))
    return ["step", *shared, "--preset", row.preset, "--step", row.step, "--batch", str(row.batch),
            "--warm-up", epochs, "--steps", epochs, *layers(sizes, row.width)]


def label(row):
    if isinstance(row, Draw):
        return f"samples, {row.precision}, {row.dtype} to {row.out}"
    wide = f", widths x {row.width}" if row.width > 1 else ""
    return f"{row.preset}, {row.precision}, {row.step}, batch {row.batch}{wide}"


def target(row, sizes):
    """(figure, sense, bound, unit) or None. Targets of an H200, named before anything was measured
    on one; `sense` is "at most" or "at least"."""
    if not sizes.with_targets:
        return None
    if isinstance(row, Draw):
        good = row.precision == "bf16" and row.out != "file"
        return ("computed", "at least", 150.0, "M/s") if good else None
    if row.width > 1:
        return None
    if row.batch == sizes.batch:
        bound = 50.0 if row.step == "fused" else 150.0 if row.precision == "fp32" else 100.0
        return "us", "at most", bound, "us"
    if row.precision == "bf16" and row.batch == max(sizes.large):
        return "tflops", "at least", 400.0, "TFLOP/s"
    return None
