"""Stage 4: the main job, its samples and losses kept beside the report."""

import math
import shutil

import common

KEPT = ("d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy")


def stage(args, result):
    epochs = 60 if args.rehearsal else 10000
    run = args.work / "run"
    rows = common.train(args, run, epochs, "--seed", 1)
    losses, done = [row for row in rows if "g_loss" in row], rows[-1]
    if len(losses) != epochs or done.get("event") != "done":
        result.write("fail", f"metrics.jsonl has {len(losses)} of {epochs} epochs")
    bad = [row["epoch"] for row in losses if not all(math.isfinite(row[key]) for key in KEPT)]
    if bad:
        result.write("fail", f"losses that are not finite from epoch {bad[0]} on")
    for source, name in ((run / "losses.png", "losses.png"),
                         (run / "metrics.jsonl", "metrics.jsonl"),
                         (run / "samples" / f"epoch-{epochs:08d}.png", "samples.png")):
        shutil.copy(source, args.out / name)
    last = losses[-max(1, epochs // 10):]
    means = {key: sum(row[key] for row in last) / len(last) for key in KEPT}
    job = " ".join(map(str, common.main_job(args)))
    table = "\n".join(
        [f"{epochs} epochs, {job}, data: {args.data.split('/')[-1]}, "
         f"{done['epochs_per_second']:.4g} epochs/s. Means of the last tenth:", "",
         "| " + " | ".join(KEPT) + " |", "|" + "--:|" * len(KEPT),
         "| " + " | ".join(f"{means[key]:.4f}" for key in KEPT) + " |", "",
         "![losses](losses.png)", "", "![samples](samples.png)"])
    result.write("pass", f"{epochs} epochs, {done['epochs_per_second']:.4g} epochs/s", table,
                 epochs=epochs, epochs_per_second=done["epochs_per_second"],
                 seconds=done["seconds"], **means)


if __name__ == "__main__":
    common.guarded(stage, __doc__)
