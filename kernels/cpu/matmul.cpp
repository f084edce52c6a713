#include "kernels/cpu/matmul.hpp"

#include <map>
#include <unordered_map>
#include <vector>

#include <dnnl.hpp>

#include "kernels/cpu/thread_team.hpp"

namespace vgan::cpu {
namespace {

dnnl::memory::data_type dnnl_type(ElementType type) {
  return type == ElementType::bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
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
      : description_(describe(shape, engine)), primitive_(description_) {
    for (int member = 0; member < members; ++member) members_.push_back(bind(shape, engine));
  }

  void execute(int member, const void* a, const void* b, const float* bias, void* c) override {
    Bound& bound = members_[static_cast<std::size_t>(member)];
    bound.a.set_data_handle(const_cast<void*>(a));
    bound.b.set_data_handle(const_cast<void*>(b));
    bound.c.set_data_handle(c);
    if (bias != nullptr) bound.bias.set_data_handle(const_cast<float*>(bias));
    primitive_.execute(bound.stream, bound.arguments);
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
  auto& slot = implementation_->products[shape];
  if (!slot) {
    const ArithmeticScope one_thread;  // oneDNN fixes a primitive's thread count when it is made
    slot = std::make_unique<DnnlMatmul>(shape, implementation_->engine, implementation_->members);
  }
  return *slot;
}

}  // namespace vgan::cpu
