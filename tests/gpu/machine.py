"""What this machine is: devices and why there is none, driver, clocks, libraries, tools."""

import ctypes
import glob
import os
import pathlib
import platform
import shutil
import site
import subprocess
import sysconfig

CLOCKS = "clocks.sm,clocks.mem,clocks.max.sm,clocks.max.mem,temperature.gpu,power.draw"
# cuDNN compiles its fused convolutions with NVRTC. A build for CUDA 13 takes libraries of 12 too.
CUDA_LIBRARIES = ("libcublasLt.so.13", "libcublasLt.so.12", "libcurand.so.10", "libnvrtc.so.13",
                  "libnvrtc.so.12", "libcudnn.so.9")
DRIVER_FOLDERS = ["/usr/local/nvidia/lib64", "/usr/local/nvidia/lib", "/usr/lib/wsl/lib",
                  "/usr/lib/x86_64-linux-gnu", "/usr/lib64"]


def said(*command, seconds=20):
    """Standard output of a command, empty where it is absent or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        return done.stdout.strip() if done.returncode == 0 else ""
    except (OSError, subprocess.TimeoutExpired):
        return ""


def driver_library():
    """The folder of libcuda.so.1 where the loader does not find it by itself, and the library."""
    for folder in ["", *DRIVER_FOLDERS]:
        try:
            return folder, ctypes.CDLL(os.path.join(folder, "libcuda.so.1"))
        except OSError:
            continue
    return "", None


def find_devices():
    """(names, why): names is empty where there is no device, and why says what was missing."""
    names = [line for line in said("nvidia-smi", "-L").splitlines() if line.startswith("GPU ")]
    if names:
        return names, ""
    library = driver_library()[1]
    if library is None:
        return [], "no NVIDIA driver/device found (libcuda.so.1 and nvidia-smi are missing)"
    status, count = library.cuInit(0), ctypes.c_int(0)
    if status == 0:
        status = library.cuDeviceGetCount(ctypes.byref(count))
    if status or not count.value:
        return [], f"no NVIDIA driver/device found (cuInit gave {status}, {count.value} devices)"
    for index in range(count.value):
        name = ctypes.create_string_buffer(256)
        library.cuDeviceGetName(name, 256, index)
        names.append(f"GPU {index}: {name.value.decode()}")
    return names, ""


def cuda_library_folders():
    """Where CUDA's own libraries lie: a toolkit first, then Python packages."""
    roots = {sysconfig.get_path("purelib"), *site.getsitepackages(), site.getusersitepackages()}
    folders = ["/usr/local/cuda/lib64", *sorted(glob.glob("/usr/local/cuda-*/lib64"), reverse=True)]
    for root in sorted(filter(None, roots)):
        folders += sorted(glob.glob(f"{root}/nvidia/*/lib")) + sorted(
            glob.glob(f"{root}/nvidia/*/lib64"))
    return folders


def library_path(folders, wanted=CUDA_LIBRARIES):
    """The first folder of each wanted library, and the driver's where it must be named."""
    found = [driver_library()[0]]
    for library in wanted:
        found += [folder for folder in folders if pathlib.Path(folder, library).exists()][:1]
    return list(dict.fromkeys(filter(None, found)))


def clocks():
    """{"clocks.sm": "1980 MHz", ...} of the first device; empty without nvidia-smi."""
    line = said("nvidia-smi", f"--query-gpu={CLOCKS}", "--format=csv,noheader").splitlines()[:1]
    return dict(zip(CLOCKS.split(","), map(str.strip, line[0].split(",")))) if line else {}


def facts(devices):
    """Everything the report's head names, as text."""
    cpu = [line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text()
           .splitlines() if line.startswith("model name")]
    query = said("nvidia-smi", "--query-gpu=driver_version,memory.total,compute_cap,power.limit",
                 "--format=csv,noheader").splitlines()[:1]
    driver, memory, capability, power = (query[0].split(", ") if query else [""] * 4)
    nvcc = said("nvcc", "--version").splitlines()
    known = {
        "device": "; ".join(devices), "driver": driver, "device memory": memory,
        "compute capability": capability, "power limit": power,
        "CPU": f"{cpu[0] if cpu else platform.machine()}, {len(os.sched_getaffinity(0))} threads",
        "system": f"{os_name()}, kernel {platform.release()}, {' '.join(platform.libc_ver())}",
        "nvcc": next((line.split(", ")[-1] for line in nvcc if "release" in line), ""),
        "compute-sanitizer": version_of("compute-sanitizer"), "ncu": version_of("ncu"),
        "Python": platform.python_version(),
    }
    return {name: text for name, text in known.items() if text}


def os_name():
    path = pathlib.Path("/etc/os-release")
    text = path.read_text() if path.exists() else ""
    return next((line.split("=", 1)[1].strip('"') for line in text.splitlines()
                 if line.startswith("PRETTY_NAME=")), platform.system())


def version_of(tool):
    if not shutil.which(tool):
        return ""
    lines = said(tool, "--version").splitlines()
    return next((line.strip() for line in lines if "ersion" in line), "there")
