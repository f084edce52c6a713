#include "kernels/cpu/products/matmul.hpp"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <dnnl.hpp>

#include "kernels/cpu/products/library_error.hpp"
#include "kernels/cpu/products/narrowed_matmul.hpp"
#include "kernels/cpu/products/widened_matmul.hpp"
#include "kernels/cpu/team/processor.hpp"
#include "kernels/cpu/team/thread_team.hpp"

namespace vgan::cpu {
namespace {

dnnl::memory::data_type dnnl_type(ElementType type) {
  return type == ElementType::bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

std::string text_of(const MatmulShape& s) {
  const auto size = [](std::int64_t rows, std::int64_t cols) {
    return "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]";
  };
  return "product " + size(s.m, s.k) + " x " + size(s.k, s.n) + ", " + name_of(s.input) + " to " +
         name_of(s.output);
}

dnnl::memory::desc matrix(std::int64_t rows, std::int64_t cols, ElementType type,
                          std::int64_t stride, bool transposed) {
  const dnnl::memory::dims strides =
      transposed ? dnnl::memory::dims{1, stride} : dnnl::memory::dims{stride, 1};
  return {{rows, cols}, dnnl_type(type), strides};
}

dnnl::matmul::primitive_desc describe(const MatmulShape& s, const dnnl::engine& engine) {
  const auto a = matrix(s.m, s.k, s.input, s.a_stride, s.a_transposed);
  const auto b = matrix(s.k, s.n, s.input, s.b_stride, s.b_transposed);
  const auto c = matrix(s.m, s.n, s.output, s.c_stride, false);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops post;
  if (s.accumulate) post.append_sum(1.0F);
  if (s.leaky) post.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, s.slope, 0.0F);
  attributes.set_post_ops(post);
  if (!s.bias) return {dnnl::matmul::desc(a, b, c), attributes, engine};
  const dnnl::memory::desc bias({1, s.n}, dnnl_type(ElementType::f32), {s.n, 1});
  return {dnnl::matmul::desc(a, b, bias, c), attributes, engine};
}

class DnnlMatmul final : public Matmul {
 public:
  DnnlMatmul(const MatmulShape& shape, const dnnl::engine& engine, int members)
      : shape_(shape), description_(describe(shape, engine)), primitive_(description_) {
    for (int member = 0; member < members; ++member) members_.push_back(bind(shape, engine));
  }

  void execute(int member, const void* a, const void* b, const float* bias, void* c) override {
    Bound& bound = members_[static_cast<std::size_t>(member)];
    bound.a.set_data_handle(const_cast<void*>(a));
    bound.b.set_data_handle(const_cast<void*>(b));
    bound.c.set_data_handle(c);
    if (bias != nullptr) bound.bias.set_data_handle(const_cast<float*>(bias));
    call_onednn([this] { return text_of(shape_); },
                [&] { primitive_.execute(bound.stream, bound.arguments); });
  }

 private:
  struct Bound {
    dnnl::stream stream;
    dnnl::memory a, b, c, bias, scratch;
    std::unordered_map<int, dnnl::memory> arguments;
  };

  // dnnl::memory is a shared handle: the map's copies follow set_data_handle.
  Bound bind(const MatmulShape& shape, const dnnl::engine& engine) const {
    Bound bound;
    bound.stream = dnnl::stream(engine);
    bound.a = dnnl::memory(description_.src_desc(), engine, nullptr);
    bound.b = dnnl::memory(description_.weights_desc(), engine, nullptr);
    bound.c = dnnl::memory(description_.dst_desc(), engine, nullptr);
    bound.scratch = dnnl::memory(description_.scratchpad_desc(), engine);
    bound.arguments = {{DNNL_ARG_SRC, bound.a},
                       {DNNL_ARG_WEIGHTS, bound.b},
                       {DNNL_ARG_DST, bound.c},
                       {DNNL_ARG_SCRATCHPAD, bound.scratch}};
    if (shape.bias) {
      bound.bias = dnnl::memory(description_.query_md(dnnl::query::weights_md, 1), engine, nullptr);
      bound.arguments[DNNL_ARG_BIAS] = bound.bias;
    }
    return bound;
  }

  MatmulShape shape_;
  dnnl::matmul::primitive_desc description_;
  dnnl::matmul primitive_;
  std::vector<Bound> members_;
};

}  // namespace

struct MatmulCache::Implementation {
  explicit Implementation(int member_count) : members(member_count) {}

  int members;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  std::map<MatmulShape, std::unique_ptr<Matmul>> products;
};

MatmulCache::MatmulCache(int members)
    : implementation_(std::make_unique<Implementation>(members)) {}

MatmulCache::~MatmulCache() = default;

Matmul& MatmulCache::get(const MatmulShape& shape) {
  Implementation& own = *implementation_;
  const auto known = own.products.find(shape);
  if (known != own.products.end()) return *known->second;
  std::unique_ptr<Matmul> made;
  if (shape.narrows) {
    made = std::make_unique<NarrowedMatmul>(shape, get(narrowed(shape)), own.members);
  } else if (shape.input == ElementType::bf16 && !onednn_has_bf16()) {
    made = std::make_unique<WidenedMatmul>(shape, get(widened(shape)), own.members);
  } else {
    const ArithmeticScope one_thread;  // oneDNN fixes a primitive's thread count when it is made
    made =
        call_onednn([&] { return text_of(shape); },
                    [&] { return std::make_unique<DnnlMatmul>(shape, own.engine, own.members); });
  }
  return *own.products.emplace(shape, std::move(made)).first->second;
}

}  // namespace vgan::cpu
