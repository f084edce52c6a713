"""Stage 1: a bundle unpacked and started, or a build from source where its headers are."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

import common
import machine

PROGRAMS = ("vgan_cuda", "vgan_bench", "vgan_tests")
REHEARSED = {"cpu": "OFF", "executor": "EXECUTOR"}  # VGAN_CUDA of a build for a rehearsal


def commit_of(args):
    """From the bundle, or from git, without building."""
    for root in filter(None, [args.bundle, args.root]):
        facts = bundle_facts(pathlib.Path(root))
        if facts:
            return facts["commit"]
    return machine.said("git", "-C", args.root, "describe", "--always", "--dirty", "--abbrev=12",
                        "--exclude=*") or "unknown"


def bundle_facts(place):
    """bundle.json of a bundle's file or of an unpacked folder; None where there is none."""
    try:
        if place.is_dir():
            return json.loads((place / "bundle.json").read_text())
        with tarfile.open(place) as bundle:
            name = next(name for name in bundle.getnames() if name.endswith("/bundle.json"))
            return json.load(bundle.extractfile(name))
    except (OSError, KeyError, StopIteration, ValueError, tarfile.TarError):
        return None


def unpack(file, folder):
    with tarfile.open(file) as bundle:
        if hasattr(tarfile, "data_filter"):
            bundle.extractall(folder, filter="data")
        else:
            bundle.extractall(folder)
    return next(pathlib.Path(folder).glob("*/bundle.json")).parent


def from_source(root, device):
    """The build folder; raises with CMake's own reason where something is missing."""
    cuda = device == "cuda"
    folder = pathlib.Path(root) / "build" / ("gpu" if cuda else f"gpu-rehearsal-{device}")
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    compiler = shutil.which("nvcc")
    if cuda and not compiler:
        raise RuntimeError("nvcc is not on the PATH or in /usr/local/cuda*/bin")
    commands = [["cmake", "-S", root, "-B", str(folder), *generator, "-DCMAKE_BUILD_TYPE=Release",
                 "-DVGAN_BUILD_TESTS=ON", "-DVGAN_BUILD_STATIC=OFF", "-DVGAN_INSTALL=OFF",
                 *(["-DVGAN_CUDA=ON", f"-DCMAKE_CUDA_COMPILER={compiler}",
                    "-DCMAKE_CUDA_ARCHITECTURES=90a-real"] if cuda else
                   [f"-DVGAN_CUDA={REHEARSED[device]}"])],
                ["cmake", "--build", str(folder), "-j", str(len(os.sched_getaffinity(0))),
                 "--target", *PROGRAMS]]
    for command in commands:
        print("+", *command, flush=True)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(done.stdout, flush=True)
        if done.returncode:
            errors = done.stdout[done.stdout.find("CMake Error"):] if "CMake Error" in done.stdout \
                else done.stdout[-400:]
            raise RuntimeError(f"{command[0]} {command[1]}: {' '.join(errors.split())[:500]} "
                               "(or carry a bundle: --bundle)")
    return folder


def device_code(place):
    """Which sm_ targets the library holds, by cuobjdump where it is there."""
    libraries = sorted(place.glob("lib/libvgan.so*"))
    listing = machine.said("cuobjdump", "--list-elf", str(libraries[0])) if libraries else ""
    found = {word.split(".")[-2] for word in listing.split() if ".sm_" in word}
    return ", ".join(sorted(found))


def stage(args, result):
    root, bundle = pathlib.Path(args.root), args.bundle
    if bundle:
        place, how = unpack(bundle, args.unpack), "bundle"
    elif bundle_facts(root):
        place, how = root, "unpacked bundle"
    else:
        place, how = from_source(args.root, args.device), "source"
    facts = bundle_facts(place) or {}
    source = place if facts else root
    programs = {name: str(place / "bin" / name) for name in PROGRAMS}
    missing = [name for name, path in programs.items() if not os.access(path, os.X_OK)]
    if missing:
        result.write("fail", f"{place} lacks {', '.join(missing)}")
    library_path = ":".join(machine.library_path(machine.cuda_library_folders()))
    environment = {"VGAN_LIBRARY_PATH": library_path, "VGAN_SOURCE_DIR": str(source),
                   "VGAN_BINARY": programs["vgan_cuda"],
                   "VGAN_BENCH_BINARY": programs["vgan_bench"]}
    os.environ.update(environment)
    args.binary = programs["vgan_cuda"]
    doctor = common.vgan(args, "doctor", cwd=args.work).stdout
    print(doctor)
    data = source / "data" / "mnist"
    built = {"built": f"{how}: " + ", ".join(
        f"{key} {facts[key]}" for key in ("architectures", "compiler", "nvcc", "made_on")
        if facts.get(key)) if facts else how}
    if device_code(place):
        built["device code"] = device_code(place)
    cuda_line = [line for line in doctor.splitlines() if line.strip().startswith("cuda")]
    usable = any("not usable" not in line for line in cuda_line)
    numbers = dict(binary=args.binary, tests=programs["vgan_tests"], environment=environment,
                   facts=built, data=str(data) if data.is_dir() else "", doctor=doctor)
    table = "```\n" + doctor.strip() + "\n```"
    if args.device in ("cuda", "executor") and not usable:
        why = cuda_line[0].strip() if cuda_line else "doctor names no CUDA device"
        result.write("fail", f"the build cannot use the device: {why}", table)
    if args.device == "none":
        how += ", starts here"
    result.write("pass", how, table, **numbers)


def main():
    extra = common.argparse.ArgumentParser(add_help=False)
    for name in ("root", "bundle", "unpack"):
        extra.add_argument(f"--{name}", default="")
    more, sys.argv[1:] = extra.parse_known_args()

    def with_places(args, result):
        args.__dict__.update(vars(more))
        stage(args, result)

    common.guarded(with_places, __doc__)


if __name__ == "__main__":
    main()
