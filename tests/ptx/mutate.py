#!/usr/bin/env python3
"""Breaks the kernels' PTX in one place at a time, and counts what the tests notice.

usage: mutate.py VGAN_SIMT_TESTS FOLDER [--classes WORD ...] [--every N] [--most-seconds S] [--filter SPEC]

FOLDER: PTX as the build leaves it (build/tests/tests/ptx/kernels), or `vgan_ptx_tool unpack` does.
First every test case runs once, to learn which kernels it runs and how long it takes. Then, for each
break, the cases that run the broken kernel run, the quickest first, until one fails. The table goes to
standard output as Markdown, each break that no test noticed to standard error.
"""
import argparse
import collections
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

MMA = (r"(mma\.sync\S+\s*)\{(%f\d+), *(%f\d+), *(%f\d+), *(%f\d+)\}, *\{(%r\d+), *(%r\d+), *(%r\d+), *(%r\d+)\}, *"
       r"\{(%r\d+), *(%r\d+)\}")

# What is broken, where it is found, what is put there, and at how many places of a file at most.
CLASSES = [
    ("`bar.sync` removed", r"^\s*bar\.sync\s+0;", "", 1000),
    ("`cp.async.wait_group` removed", r"^\s*cp\.async\.wait_group \d+;", "", 1000),
    ("one group too many left pending", r"cp\.async\.wait_group 2;", "cp.async.wait_group 3;", 1000),
    ("`cp.async.commit_group` removed", r"^\s*cp\.async\.commit_group;", "", 6),
    ("`mma`: a1 and a2 exchanged", MMA, r"\1{\2, \3, \4, \5}, {\6, \8, \7, \9}, {\10, \11}", 4),
    ("`mma`: b0 and b1 exchanged", MMA, r"\1{\2, \3, \4, \5}, {\6, \7, \8, \9}, {\11, \10}", 4),
    ("`mma`: d1 and d2 exchanged", MMA, r"\1{\2, \4, \3, \5}, {\6, \7, \8, \9}, {\10, \11}", 4),
    ("`ldmatrix.trans` made plain", r"x4\.trans\.shared", "x4.shared", 4),
    ("`ldmatrix` made `.trans`", r"x4\.shared", "x4.trans.shared", 4),
    ("`cvt.rna.tf32` made `mov`", r"cvt\.rna\.tf32\.f32", "mov.b32", 4),
    ("`griddepcontrol.wait` removed", r"^\s*griddepcontrol\.wait;", "", 1000),
    ("`cp.async` without its source size",
     r"(cp\.async\.c[ag]\.shared\.global\s+\[%r\d+\], *\[%rd\d+\], *\d+), *%r\d+;", r"\1;", 12),
    ("`shfl.down` by 3", r"(shfl\.sync\.down\.b32\s+%r\d+\|%p\d+, *%r\d+), *%r\d+,", r"\1, 3,", 6),
]


def seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(tests, folder, spec, log=None):
    """Whether the cases of `spec` pass on the PTX of `folder`."""
    environment = dict(os.environ, VGAN_PTX="90a", VGAN_PTX_FOLDER=str(folder))
    if log is not None:
        environment["VGAN_SIMT_LOG"] = str(log)
    try:
        done = subprocess.run([tests, spec, "-a"], env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def names(tests, spec):
    listed = subprocess.run([tests, spec, "--list-test-names-only"], stdout=subprocess.PIPE, text=True, check=False)
    return [line.strip() for line in listed.stdout.splitlines() if line.strip()]


def pattern_of(name):
    return re.sub(r'([\[\]\\,"~])', r"\\\1", name)


def measure(tests, folder, spec, most_seconds):
    """Cases as (seconds, pattern, names of the kernels that they run), the quickest first."""
    cases = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in names(tests, spec):
            log = pathlib.Path(scratch) / "log"
            log.unlink(missing_ok=True)
            begin = seconds_of_children()
            if not run(tests, folder, pattern_of(name), log):
                sys.exit(f"mutate.py: \"{name}\" fails before anything is broken")
            seconds = seconds_of_children() - begin
            kernels = set(log.read_text().split("\n")) if log.exists() else set()
            if kernels and seconds <= most_seconds:
                cases.append((seconds, pattern_of(name), kernels))
    return sorted(cases, key=lambda case: case[0])


def entry_at(entries, place):
    """The kernel around a place, as c++filt says it."""
    mangled = [name for begin, name in entries if begin < place][-1]
    return subprocess.run(["c++filt", mangled], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def runs(kernels, entry):
    return any(kernel and f"{kernel}(" in entry for kernel in kernels)


def places_of(text, pattern, most):
    found = list(re.finditer(pattern, text, re.M))
    return found[::max(1, len(found) // most)]


def mutations(folder, wanted, every):
    number = 0
    for file in sorted(folder.glob("*.90a.ptx")):
        text = file.read_text()
        entries = [(m.start(), m.group(1)) for m in re.finditer(r"\.entry (\S+?)\(", text)]
        for name, pattern, put, most in CLASSES:
            if wanted and not any(word in name for word in wanted):
                continue
            for match in places_of(text, pattern, most):
                number += 1
                if number % every == 0:
                    broken = text[:match.start()] + match.expand(put) + text[match.end():]
                    yield file, name, broken, entry_at(entries, match.start()), text[:match.start()].count("\n") + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--classes", nargs="*", default=[])
    parser.add_argument("--every", type=int, default=1, help="of the breaks, one in so many")
    parser.add_argument("--most-seconds", type=float, default=20.0, help="of a processor; leave slower cases out")
    parser.add_argument("--filter", default="[kernels]~[no_ptx],[product]~[no_ptx],[tensor_core],[fused],[edges]")
    chosen = parser.parse_args()

    tests = chosen.tests.resolve()
    folder = chosen.folder.resolve()
    cases = measure(tests, folder, chosen.filter, chosen.most_seconds)
    total = collections.Counter()
    noticed = collections.Counter()
    untried = set()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for file in folder.glob("*.90a.ptx"):
            (scratch / file.name).symlink_to(file)
        for file, name, broken, kernel, line in mutations(folder, chosen.classes, chosen.every):
            place = scratch / file.name
            place.unlink()
            place.write_text(broken)
            fit = [pattern for _, pattern, kernels in cases if runs(kernels, kernel)]
            if not fit:
                untried.add(kernel)
                continue
            total[name] += 1
            if any(not run(tests, scratch, pattern) for pattern in fit):
                noticed[name] += 1
            else:
                print(f"NOT NOTICED {name}: {kernel}, {file.name}:{line}, {len(fit)} cases", file=sys.stderr,
                      flush=True)
            place.unlink()
            place.symlink_to(file)
    if untried:
        print("\n".join(["not tried, for no case that was chosen runs them:", *sorted(untried)]), file=sys.stderr)
    print("| what is broken | places | noticed |\n|---|--:|--:|")
    for name, _, _, _ in CLASSES:
        if total[name]:
            print(f"| {name} | {total[name]} | {noticed[name]} |")
    print(f"| all | {sum(total.values())} | {sum(noticed.values())} |")


if __name__ == "__main__":
    main()
