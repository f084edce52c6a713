// How CUDA's libraries are loaded: what is looked for, what is said where one is missing or unfit,
// and who does without. The same over files that the system's linker opens:
// tests/cuda_libraries.sh.
#include <functional>

#include "engine/base/error.hpp"
#include "engine/base/libraries.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/conv_reference.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Restored {
  Restored() { simt::reset(); }
  ~Restored() { simt::reset(); }
};

// A way in which a library cannot be used, and what the line says of it.
struct Flaw {
  std::function<void()> plant;
  std::string said;
};

const std::vector<Flaw> cublaslt_flaws{
    {[] { simt::break_library("libcublasLt.so.13"); },
     "cuBLASLt is missing: no libcublasLt.so.13 or libcublasLt.so.12 on the loader's path"},
    {[] { simt::break_library("libcublasLt.so.13", "libcublasLt.so.13: file too short"); },
     "cuBLASLt cannot be loaded: libcublasLt.so.13: file too short"},
    {[] { simt::hide_symbol("cublasLtMatmul"); },
     "cuBLASLt cannot be used: simt/libcublasLt.so.13 lacks cublasLtMatmul"},
    {[] { simt::set_version("cublasLtGetVersion", 110502); },
     "cuBLASLt cannot be used: simt/libcublasLt.so.13 has version 11.5.2; allowed 13, 12"}};

const std::vector<Flaw> cudnn_flaws{
    {[] { simt::break_library("libcudnn.so.9"); },
     "is missing: no libcudnn.so.9 on the loader's path"},
    {[] { simt::break_library("libcudnn.so.9", "libcudnn.so.9: file too short"); },
     "cannot be loaded: libcudnn.so.9: file too short"},
    {[] { simt::hide_symbol("cudnnSetStream"); },
     "cannot be used: simt/libcudnn.so.9 lacks cudnnSetStream"},
    {[] { simt::set_version("cudnnGetVersion", 80907); },
     "cannot be used: simt/libcudnn.so.9 has version 8.9.7; allowed 9"}};

std::string line_of(const std::string& library) {
  for (const Library& one : cuda_libraries()) {
    if (one.name == library) return one.version + " | " + one.detail;
  }
  return "";
}

}  // namespace

TEST_CASE("a device without a fit cuBLASLt is refused in one line", "[cuda][libraries]") {
  const Restored restored;
  for (const Flaw& flaw : cublaslt_flaws) {
    simt::reset();
    flaw.plant();
    try {
      (void)open_device("cuda");
      FAIL("no error: " << flaw.said);
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(error.code() == ErrorCode::no_device);
      CHECK_THAT(error.what(), ContainsSubstring(flaw.said) && ContainsSubstring("nvidia-cublas") &&
                                   ContainsSubstring("--device cpu"));
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
    CHECK(open_device("auto").backend->info().kind == "cpu");
  }
}

TEST_CASE("cuBLASLt of the other major version of CUDA serves", "[cuda][libraries]") {
  const Restored restored;
  simt::break_library("libcublasLt.so.13");
  simt::add_library("libcublasLt.so.12", "libcublasLt.so.13");
  simt::set_version("cublasLtGetVersion", 120401);
  CHECK(open_device("cuda").backend->info().kind == "cuda");
  CHECK_THAT(line_of("cuBLASLt"),
             ContainsSubstring("12.4.1 | simt/libcublasLt.so.12, compiled with 13.1.0"));
}

TEST_CASE("without a fit cuDNN convolutions are patches and products", "[cuda][libraries][conv]") {
  const Restored restored;
  const ConvGeometry g = make_geometry(9, 8, 3, 5, 4, 4, 2, 2, 1, 1);
  const auto x = random_values(2 * g.large_size(), 1);
  const auto w = random_values(g.patch_size() * g.filters, 2);
  for (const Flaw& flaw : cudnn_flaws) {
    INFO(flaw.said);
    simt::reset();
    flaw.plant();
    Device device = open_device("cuda");
    const TightMatrix on_x(device, 2, g.large_size(), x),
        on_w(device, g.patch_size(), g.filters, w);
    TightMatrix y(device, 2, g.small_size());
    device.backend->conv(*device.queue, {g, false, on_x.ref(), on_w.ref(), {}, {}, y.ref()}, {});
    require_close("y", y.get(), reference::conv(g, false, x, w, 2), {1e-5, 1e-6});
    CHECK(simt::report().find("patches_kernel") != std::string::npos);
    CHECK(simt::calls("cudnnCreate") == 0);
  }
}

TEST_CASE("doctor's lines name the files of CUDA's libraries, or what is wrong",
          "[cuda][libraries]") {
  const Restored restored;
  CHECK(line_of("cuBLASLt") == "13.1.0 | simt/libcublasLt.so.13, compiled with 13.1.0");
  CHECK(line_of("cuDNN") == "9.19.0 | simt/libcudnn.so.9, for convolutions");
  CHECK(line_of("NVRTC") ==
        "13.0 | simt/libnvrtc.so.13, for convolutions with bias and activation");
  simt::break_library("libnvrtc.so.13");
  CHECK_THAT(line_of("NVRTC"), ContainsSubstring("is missing: no libnvrtc.so.13 on the loader's") &&
                                   ContainsSubstring("nvidia-cuda-nvrtc"));
  for (const Flaw& flaw : cublaslt_flaws) {
    simt::reset();
    flaw.plant();
    CHECK_THAT("cuBLASLt " + line_of("cuBLASLt"),
               ContainsSubstring(flaw.said) && ContainsSubstring("libcublas-13-0"));
  }
  for (const Flaw& flaw : cudnn_flaws) {
    simt::reset();
    flaw.plant();
    CHECK_THAT(line_of("cuDNN"), ContainsSubstring(flaw.said) &&
                                     ContainsSubstring("nvidia-cudnn-cu13") &&
                                     ContainsSubstring("patches and matrix products"));
    CHECK(line_of("NVRTC").empty());
  }
}

TEST_CASE("the CPU opens none of CUDA's libraries, and dense layers no cuDNN",
          "[cuda][libraries]") {
  const Restored restored;
  (void)open_device("cpu");
  CHECK(simt::calls("open_library") == 0);
  simt::set_device_count(0);
  (void)open_device("auto");
  CHECK(simt::calls("open_library") == 0);
  simt::reset();
  (void)open_device("cuda");
  CHECK(simt::calls("open_library") > 0);
  CHECK(simt::calls("cudnnCreate") == 0);
  CHECK(simt::opened_libraries() == std::vector<std::string>{"libcublasLt.so.13"});
}
