// Sums over many rows: in bands side by side, and the same whatever the order of blocks.
#include "kernels/cuda/dense.hpp"
#include "kernels/cuda/operations.hpp"
#include "tests/kernels/cuda/fused_case.hpp"
#include "tests/kernels/cuda/launcher_test.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;

LAUNCHER_TEST_CASE("column sums of many rows are made in bands", "[cuda][kernels][large]") {
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    for (const std::int64_t rows : {1, 1024, 1025, 3000, 5121}) {
      for (const bool accumulate : {false, true}) {
        INFO(rows << " rows, accumulate " << accumulate);
        constexpr std::int64_t cols = 37;
        const auto x = random_values(rows * cols, 1, type);
        auto want = reference::column_sums(x, rows, cols);
        if (accumulate) {
          for (double& value : want) value += 0.5;
        }
        const CudaMatrix matrix(rows, cols, x, type, {3, 1});
        const std::int64_t bands = cuda::column_sum_bands(rows);
        CHECK(bands == (rows + 1023) / 1024);
        const CudaMatrix scratch(bands, cols);
        std::vector<double> first;
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
          simt::reset(seed);
          const CudaMatrix sums(1, cols, std::vector<double>(cols, 0.5));
          REQUIRE(cuda::column_sums(nullptr, matrix.ref(), accumulate, sums.vector(),
                                    scratch.vector().data) == cudaSuccess);
          // As many roundings of sums of some 50.
          require_close("sums", sums.get(), want, {2e-5, 1e-6});
          if (first.empty()) first = sums.get();
          CHECK(sums.get() == first);
        }
        const CudaMatrix one_band(1, cols, std::vector<double>(cols, 0.5));
        REQUIRE(cuda::column_sums(nullptr, matrix.ref(), accumulate, one_band.vector()) ==
                cudaSuccess);
        require_close("in one band", one_band.get(), want, {2e-5, 1e-6});
      }
    }
  }
  simt::reset();
}

LAUNCHER_TEST_CASE("the loss of many rows is added up by blocks", "[cuda][kernels][large]") {
  for (const std::int64_t rows : {1, 2048, 2049, 5000}) {
    INFO(rows << " rows");
    const auto values = random_values(rows, 1);
    const CudaMatrix logits(rows, 1, values, ElementType::f32, {2, 0});
    std::vector<double> first;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      simt::reset(seed);
      TestScratch scratch;
      const CudaMatrix gradient(rows, 1, ElementType::f32, {1, 0});
      const CudaMatrix means(1, 2);
      float* const to = means.vector().data;
      const GanLossTask task{
          logits.view(), gradient.ref(), {GanLoss::bce, GanSide::real, 0.9F, to, to + 1}};
      REQUIRE(cuda::run(nullptr, task, scratch) == cudaSuccess);
      CHECK(scratch.taken() == (rows <= 2048 ? 0 : (rows + 2047) / 2048 * 16));
      double loss = 0.0;
      double right = 0.0;
      for (const double logit : values) {
        loss += std::log1p(std::exp(-std::fabs(logit))) + std::max(logit, 0.0) -
                static_cast<double>(0.9F) * logit;
        right += logit > 0.0 ? 1.0 : 0.0;
      }
      const auto n = static_cast<double>(rows);
      require_close("means", means.get(), std::vector<double>{loss / n, right / n}, {0.0, 3e-7});
      if (first.empty()) first = gradient.get();
      CHECK(gradient.get() == first);
    }
  }
}
