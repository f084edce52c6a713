"""Stage 3: compute-sanitizer's four tools on the kernel tests and on whole steps, side by side."""

import re
import shutil
import subprocess

import common

ERROR_EXIT = 86
# Every operation alone, then ten steps of each kind: chains of launches that start early.
CASES = "[kernels]~[timing]~[slow],[golden]"
# Library kernels have pipelines of their own in shared memory and workspaces that they write in
# part: races and reads of unwritten memory are looked for in this project's kernels alone.
TOOLS = {"memcheck": [], "racecheck": ["--kernel-name", "kns=vgan"],
         "initcheck": ["--kernel-name", "kns=vgan"], "synccheck": []}
SUMMARY = re.compile(r"^=+ (?:ERROR SUMMARY: (\d+) error|RACECHECK SUMMARY: \d+ hazards?.*"
                     r"\((\d+) errors?, (\d+) warnings?\))", re.MULTILINE)
# The tool's own words, on its own lines.
UNSUPPORTED = re.compile(r"^=+ .*?((?:Device not supported|unsupported.*driver|not permitted).*)",
                         re.IGNORECASE | re.MULTILINE)
RAN = re.compile(r"All tests passed \((\d+) assertions? in (\d+) test cases?|"
                 r"test cases: +(\d+) \|")


def judge(text, status):
    """(status, why, errors) of one tool from its output and exit status."""
    blocked = UNSUPPORTED.search(text)
    if blocked:
        return "skipped", blocked.group(1)[:200], None
    summary = SUMMARY.search(text)
    if summary is None:
        return "fail", f"exit {status} without a summary", None
    errors = sum(int(number) for number in summary.groups() if number)
    if errors or status == ERROR_EXIT:
        return "fail", f"{errors} errors or warnings", errors
    if not RAN.search(text):
        return "fail", "a clean summary, but no test ran", 0
    return ("pass", "no errors", 0) if status == 0 else ("fail", f"tests failed, exit {status}", 0)


def stage(args, result):
    if common.imitated(args):
        result.write("skipped", "an imitated device has checks of its own, in every test")
    program = shutil.which("compute-sanitizer")
    if not program:
        result.write("skipped", "compute-sanitizer is not installed")
    running = {}
    for tool, options in TOOLS.items():
        log = open(args.work / f"{tool}.log", "w+", errors="replace")
        running[tool] = log, subprocess.Popen(
            [program, "--tool", tool, "--error-exitcode", str(ERROR_EXIT), "--print-limit", "20",
             *options, args.tests, CASES], stdout=log,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=args.work,
            env=common.vgan_environment() | common.required_device(args))
    verdicts = {}
    for tool, (log, process) in running.items():
        try:
            process.wait(max(1, args.deadline - 5 - common.time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            verdicts[tool] = "fail", f"not done in {args.seconds - 5:.0f} s", None
        log.seek(0)
        text = log.read()
        verdicts.setdefault(tool, judge(text, process.returncode))
        print(f"---- {tool}: {verdicts[tool][0]}: {verdicts[tool][1]}\n{text[-4000:]}")
    table = "\n".join(["| tool | result | errors | |", "|---|---|--:|---|"] + [
        f"| {tool} | {status} | {'-' if errors is None else errors} | {why} |"
        for tool, (status, why, errors) in verdicts.items()])
    statuses = {status for status, _, _ in verdicts.values()}
    overall = next(kind for kind in ("fail", "skipped", "pass") if kind in statuses)
    why = "; ".join(f"{tool}: {why}" for tool, (status, why, _) in verdicts.items()
                    if status != "pass")
    result.write(overall, why or "no errors in any of the four", table,
                 **{tool: errors for tool, (_, _, errors) in verdicts.items()})


if __name__ == "__main__":
    common.guarded(stage, __doc__)
