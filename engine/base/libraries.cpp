#include "engine/base/libraries.hpp"

#include <omp.h>
#include <png.h>
#include <zlib.h>

#include <oneapi/dnnl/dnnl.hpp>

namespace vgan {
namespace {

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

const char* isa_name(dnnl::cpu_isa isa) {
  switch (isa) {
    case dnnl::cpu_isa::sse41: return "SSE4.1";
    case dnnl::cpu_isa::avx: return "AVX";
    case dnnl::cpu_isa::avx2: return "AVX2";
    case dnnl::cpu_isa::avx512_core: return "AVX-512";
    case dnnl::cpu_isa::avx512_core_vnni: return "AVX-512 with VNNI";
    case dnnl::cpu_isa::avx512_core_bf16: return "AVX-512 with bf16";
    case dnnl::cpu_isa::avx512_core_amx: return "AVX-512 with AMX";
    default: return "its best for this CPU";
  }
}

}  // namespace

std::vector<Library> host_libraries() {
  const dnnl::version_t* dnn = dnnl::version();
  const auto png = static_cast<int>(png_access_version_number());
  std::vector<Library> all = {
      {"oneDNN", dotted(dnn->major, dnn->minor, dnn->patch),
       std::string("computes with ") + isa_name(dnnl::get_effective_cpu_isa())},
      {"OpenMP", std::to_string(_OPENMP / 100) + "-" + std::to_string(_OPENMP % 100),
       std::to_string(omp_get_max_threads()) + " threads"},
      {"zlib", zlibVersion(), ""},
      {"libpng", dotted(png / 10000, png / 100 % 100, png % 100), ""}};
  for (const auto& more :
       {zstd_libraries(), hdf5_libraries(), arrow_libraries(), formula_libraries()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::vector<Library> libraries() {
  std::vector<Library> all = host_libraries();
  const std::vector<Library> others = cuda_libraries();
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace vgan
