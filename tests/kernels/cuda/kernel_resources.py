"""What each compiled kernel needs of a device, as cuobjdump reads it from a library: fails where a
launch cannot fit, or where registers spill to memory.

usage: kernel_resources.py BINARY...

cuobjdump is $CUOBJDUMP, else what PATH or a Python package (nvidia-cuda-cuobjdump) has. Exit status: 0
all fit, 1 one does not or there is none, 77 there is no cuobjdump."""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77
REGISTERS = 65536  # of a block, on every architecture since Kepler
WARP = 32
REGISTER_UNIT = 8  # a thread's registers are granted in eights
STATIC_SHARED = 48 * 1024
SYSTEM_SHARED = 1024  # of each block from 8.0 on is the system's; cuobjdump counts it from 9.0 on
NAMES = re.compile(r"vgan")  # kernels of this project; the others are a library's

# Kernels that may have memory of their own: a pattern of the mangled name, the most bytes of a
# thread, the reason. There is none.
MAY_SPILL = []


@dataclasses.dataclass
class Kernel:
    """One kernel in one architecture's machine code."""
    architecture: str
    name: str
    registers: int
    stack: int
    local: int
    shared: int
    bound: int = 0  # threads of a block; 0 where the kernel was compiled without a bound

    @property
    def static_shared(self):
        counted = int(re.sub(r"\D", "", self.architecture)) >= 90 and self.shared >= SYSTEM_SHARED
        return self.shared - (SYSTEM_SHARED if counted else 0)


def read_usage(lines):
    """The kernels in the lines of `cuobjdump --dump-resource-usage`, by architecture and name."""
    kernels, architecture, name = {}, "", ""
    for line in lines:
        if found := re.match(r"arch = (\w+)", line):
            architecture = found[1]
        elif found := re.match(r" *Function ([^:]+):", line):
            name = found[1]
        elif "REG:" in line:
            number = {key: int(value) for key, value in re.findall(r"(\w+):(\d+)", line)}
            kernels[architecture, name] = Kernel(architecture, name, number["REG"], number["STACK"],
                                                 number["LOCAL"], number["SHARED"])
    return kernels


def read_bounds(lines, kernels):
    """Fills in bounds from the lines of `cuobjdump --dump-elf`."""
    architecture, kernel, expects_value = "", None, False
    for line in lines:
        if line.startswith("arch = "):
            architecture, kernel = line.split()[2], None
        elif line.startswith("."):
            named = re.match(r"\.nv\.info\.(\S+)", line)
            kernel = kernels.get((architecture, named[1])) if named else None
        elif "EIATTR_MAX_THREADS" in line:
            expects_value = True
        elif expects_value and kernel and "Value:" in line:
            x, y, z = (int(value, 16) for value in line.split()[1:4])
            kernel.bound, expects_value = x * y * z, False


def faults_of(kernel, may_spill):
    """What is wrong with a kernel, in words."""
    if not kernel.bound:
        yield "has no __launch_bounds__"
    granted = -(-kernel.registers // REGISTER_UNIT) * REGISTER_UNIT
    threads = -(-kernel.bound // WARP) * WARP
    if granted * threads > REGISTERS:
        yield (f"{granted} registers for each of {threads} threads are {granted * threads}, "
               f"and a block can have {REGISTERS}")
    if kernel.static_shared > STATIC_SHARED:
        yield (f"{kernel.static_shared} bytes of static shared memory, and a block can have "
               f"{STATIC_SHARED}")
    spilled = kernel.stack + kernel.local
    allowed = max((most for pattern, most, _ in may_spill if re.search(pattern, kernel.name)),
                  default=0)
    if spilled > allowed:
        yield f"{spilled} bytes of memory for each thread (spills or an array), allowed {allowed}"


def judge(kernels, may_spill=None):
    """Lines that say what is wrong with `kernels`."""
    allowed = MAY_SPILL if may_spill is None else may_spill
    return [f"{kernel.architecture} {kernel.name}: {fault}"
            for kernel in kernels for fault in faults_of(kernel, allowed)]


def find_cuobjdump():
    """A program, or None."""
    wanted = os.environ.get("CUOBJDUMP", "")
    if shutil.which(wanted):
        return wanted
    packaged = [path for folder in sys.path if folder
                for path in pathlib.Path(folder).glob("nvidia/*/bin/cuobjdump")]
    return shutil.which("cuobjdump") or next(map(str, packaged), None)


def dump(program, what, binary):
    with subprocess.Popen([program, what, binary], stdout=subprocess.PIPE, text=True,
                          errors="replace") as running:
        yield from running.stdout
    if running.returncode:
        raise SystemExit(f"{program} {what} {binary}: exit status {running.returncode}")


def main(binaries):
    program = find_cuobjdump()
    if program is None:
        print("SKIPPED kernel resources: no cuobjdump (it comes with the CUDA toolkit, and as the "
              "Python package nvidia-cuda-cuobjdump)")
        return SKIPPED
    ours = []
    for binary in binaries:
        kernels = read_usage(dump(program, "--dump-resource-usage", binary))
        read_bounds(dump(program, "--dump-elf", binary), kernels)
        ours += [kernel for kernel in kernels.values() if NAMES.search(kernel.name)]
    if not ours:
        print(f"no kernel of this project is in {' '.join(binaries)}")
        return 1
    wrong = judge(ours)
    print("\n".join(wrong))
    most = max(ours, key=lambda kernel: kernel.registers)
    print(f"kernel resources: {len(ours)} kernels, {len(wrong)} faults; {most.registers} registers "
          f"at most ({most.architecture} {most.name})")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    raise SystemExit(main(sys.argv[1:]))
