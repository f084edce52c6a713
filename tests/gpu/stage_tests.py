"""Stage 2: every case of vgan_tests, each in a process of its own, as in the ordinary test run."""

import concurrent.futures
import os
import re
import subprocess

import common

# As in tests/discover.cmake.in: a case is skipped where it checked nothing and said why.
SKIPPED = re.compile(r"assertions: - none -[^A-Z]*SKIPPED (.*)")
REASON = re.compile(r"^SKIPPED [^:]*:\d+: (.*)$", re.MULTILINE)
LACKS_DEVICE = re.compile(r"\bno (usable )?(CUDA|GPU)\b.*", re.IGNORECASE)


def names(args, spec):
    done = subprocess.run([args.tests, spec, "--list-test-names-only"], text=True,
                          stdout=subprocess.PIPE, env=common.vgan_environment())
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def run_case(args, name):
    """(name, passed | failed | skipped, the reasons it gave for skipping, output of a failure)."""
    pattern = re.sub(r'([\[\]\\,"~])', r"\\\1", name)
    left = args.deadline - 4 - common.time.monotonic()
    if left < 1:
        return name, "failed", [], "not started: out of time"
    try:
        done = subprocess.run([args.tests, pattern, "-w", "NoTests"], text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=args.work, timeout=left,
                              env=common.vgan_environment() | common.required_device(args))
    except subprocess.TimeoutExpired:
        return name, "failed", [], f"not done in the {left:.0f} s that were left"
    reasons = REASON.findall(done.stdout)
    if done.returncode:
        return name, "failed", reasons, done.stdout
    return name, "skipped" if SKIPPED.search(done.stdout) else "passed", reasons, ""


def stage(args, result):
    alone = names(args, "[timing]")
    together = [name for name in names(args, "*") if name not in alone]
    if not together:
        result.write("fail", f"{args.tests} lists no tests")
    cores = len(os.sched_getaffinity(0))  # of which, beside a GPU, some are left to the driver
    workers = cores if args.rehearsal else max(1, min(12, cores * 3 // 4))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        # Slow ones first, so that none of them runs last and alone.
        slow = [name for name in names(args, "[slow]") if name in together]
        order = slow + [name for name in together if name not in slow]
        done = list(pool.map(lambda name: run_case(args, name), order))
    done += [run_case(args, name) for name in alone]

    for name, outcome, _, output in done:
        if outcome == "failed":
            print(f"FAILED: {name}\n{output}")
    count = {kind: sum(outcome == kind for _, outcome, _, _ in done)
             for kind in ("passed", "failed", "skipped")}
    reasons = {}
    for _, _, said, _ in done:
        for reason in said:
            reasons[reason] = reasons.get(reason, 0) + 1
    failed = {name: output.strip().splitlines()[-1][:120] if output.strip() else "no output"
              for name, outcome, _, output in done if outcome == "failed"}
    blind = [reason for reason in reasons if LACKS_DEVICE.search(reason)]
    table = "\n".join([f"{count['passed']} passed, {count['failed']} failed, "
                       f"{count['skipped']} skipped."]
                      + [f"- failed: {name}: {why}" for name, why in failed.items()]
                      + [f"- skipped in {times}: {reason}" for reason, times in reasons.items()])
    why = ", ".join(f"{number} {kind}" for kind, number in count.items())
    if blind and args.device == "cuda":
        result.write("fail", f"a device is here, and tests said: {blind[0]}", table, **count)
    result.write("fail" if failed else "pass", why, table, **count, failures=failed)


if __name__ == "__main__":
    common.guarded(stage, __doc__)
