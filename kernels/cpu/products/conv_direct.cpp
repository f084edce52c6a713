#include "kernels/cpu/products/conv_direct.hpp"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <dnnl.hpp>

#include "kernels/cpu/products/library_error.hpp"
#include "kernels/cpu/team/thread_team.hpp"

namespace vgan::cpu {
namespace {

using Layout = dnnl::memory::desc;
using dnnl::memory;

memory::data_type dnnl_type(ElementType type) {
  return type == ElementType::bf16 ? memory::data_type::bf16 : memory::data_type::f32;
}

Layout images(std::int64_t count, std::int64_t channels, std::int64_t height, std::int64_t width,
              ElementType type) {
  return {{count, channels, height, width}, dnnl_type(type), memory::format_tag::nhwc};
}

struct Layouts {
  explicit Layouts(const DirectConvShape& s) {
    const ConvGeometry& g = s.geometry;
    const bool large_is_output = s.pass == ConvPass::input_gradient;
    const bool small_is_output = s.pass == ConvPass::forward;
    large = images(s.images, g.channels, g.height, g.width, large_is_output ? s.output : s.input);
    small = images(s.images, g.filters, g.small_height, g.small_width,
                   small_is_output ? s.output : s.input);
    const auto w_type = dnnl_type(s.pass == ConvPass::weight_gradient ? ElementType::f32 : s.input);
    const memory::dims w{g.filters, g.channels, g.kernel_h, g.kernel_w};
    any_w = Layout(w, w_type, memory::format_tag::any);
    our_w = Layout(
        w, w_type,
        memory::dims{1, s.w_stride, g.kernel_w * g.channels * s.w_stride, g.channels * s.w_stride});
    bias = Layout({g.filters}, memory::data_type::f32, memory::format_tag::x);
    strides = {g.stride_h, g.stride_w};
    before = {g.pad_h, g.pad_w};
    after = {(g.small_height - 1) * g.stride_h + g.kernel_h - g.height - g.pad_h,
             (g.small_width - 1) * g.stride_w + g.kernel_w - g.width - g.pad_w};
  }

  Layout large, small, any_w, our_w, bias;
  memory::dims strides, before, after;
};

const char* pass_name(ConvPass pass) {
  switch (pass) {
    case ConvPass::forward: return "forward pass";
    case ConvPass::input_gradient: return "input gradient";
    case ConvPass::weight_gradient: break;
  }
  return "weight gradient";
}

std::string text_of(const DirectConvShape& s) {
  const ConvGeometry& g = s.geometry;
  const auto size = [](std::int64_t height, std::int64_t width, std::int64_t channels) {
    return std::to_string(height) + " x " + std::to_string(width) + " x " +
           std::to_string(channels);
  };
  return std::string("convolution, ") + pass_name(s.pass) + ", " + std::to_string(s.images) +
         " images of " + size(g.height, g.width, g.channels) + ", kernel " +
         size(g.kernel_h, g.kernel_w, g.filters) + ", " + name_of(s.input) + " to " +
         name_of(s.output);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool under_address_sanitizer = true;
#elif defined(__has_feature)
constexpr bool under_address_sanitizer = __has_feature(address_sanitizer);
#else
constexpr bool under_address_sanitizer = false;
#endif

constexpr auto direct = dnnl::algorithm::convolution_direct;
constexpr auto training = dnnl::prop_kind::forward_training;

dnnl::convolution_forward::primitive_desc describe_forward(const Layouts& l, bool bias,
                                                           const dnnl::primitive_attr& attributes,
                                                           const dnnl::engine& engine) {
  using Description = dnnl::convolution_forward::desc;
  const Description description =
      bias ? Description(training, direct, l.large, l.any_w, l.bias, l.small, l.strides, l.before,
                         l.after)
           : Description(training, direct, l.large, l.any_w, l.small, l.strides, l.before, l.after);
  return {description, attributes, engine};
}

class DnnlConv final : public DirectConv {
 public:
  DnnlConv(const DirectConvShape& shape, const dnnl::engine& engine, int members)
      : shape_(shape), layouts_(shape) {
    describe(shape, engine);
    if (!usable()) return;
    weights_ = memory(w_layout_, engine);
    stream_ = dnnl::stream(engine);
    for (int member = 0; member < members; ++member) {
      members_.push_back(bind(shape, engine));
    }
  }

  /// Whether this is oneDNN's vector code ("ref:..." is plain loops) and may be used here.
  bool usable() const {
    return name_.find("ref") == std::string::npos && !(under_address_sanitizer && overreads());
  }

  void bring_weights(const void* w) override {
    call([&] {
      memory ours(layouts_.our_w, stream_.get_engine(), const_cast<void*>(w));
      dnnl::reorder(ours, weights_).execute(stream_, ours, weights_);
    });
  }

  void run(int member, const void* from, const float* bias, void* to) override {
    Bound& bound = members_[static_cast<std::size_t>(member)];
    bound.from.set_data_handle(const_cast<void*>(from));
    bound.to.set_data_handle(to);
    if (bias != nullptr) bound.bias.set_data_handle(const_cast<float*>(bias));
    call([&] { primitive_.execute(bound.stream, bound.arguments); });
  }

  void weight_gradient(int member, const void* large, const void* small, float* dw) override {
    Bound& bound = members_[static_cast<std::size_t>(member)];
    bound.from.set_data_handle(const_cast<void*>(large));
    bound.to.set_data_handle(const_cast<void*>(small));
    call([&] {
      primitive_.execute(bound.stream, bound.arguments);
      memory ours(layouts_.our_w, stream_.get_engine(), dw);
      dnnl::reorder(bound.gradient, ours).execute(bound.stream, bound.gradient, ours);
    });
  }

 private:
  struct Bound {
    dnnl::stream stream;
    memory from, to, bias, scratch, gradient;
    std::unordered_map<int, memory> arguments;
  };

  void describe(const DirectConvShape& shape, const dnnl::engine& engine) {
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const Layouts& l = layouts_;
    if (shape.pass == ConvPass::forward) {
      dnnl::post_ops post;
      if (shape.leaky) {
        post.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, shape.slope, 0.0F);
      }
      attributes.set_post_ops(post);
      keep(describe_forward(l, shape.bias, attributes, engine));
      return;
    }
    // oneDNN asks for the forward pass as a hint, one whose types it has.
    Layouts hint(DirectConvShape{ConvPass::forward, shape.geometry, shape.images, shape.w_stride,
                                 shape.input, shape.input});
    const auto forward = describe_forward(hint, false, {}, engine);
    if (shape.pass == ConvPass::input_gradient) {
      keep(dnnl::convolution_backward_data::primitive_desc(
          {direct, l.large, l.any_w, l.small, l.strides, l.before, l.after}, attributes, engine,
          forward));
    } else {
      keep(dnnl::convolution_backward_weights::primitive_desc(
          {direct, l.large, l.any_w, l.small, l.strides, l.before, l.after}, attributes, engine,
          forward));
    }
  }

  // oneDNN 2.6 reads 8 bytes past a table of its own when it makes this code, and drops them. In
  // AddressSanitizer's heap the table can lie where mapped memory ends, so that the read is fatal.
  bool overreads() const {
    return name_.rfind("brgconv", 0) == 0 && name_.find("_amx") != std::string::npos;
  }

  template <class Description>
  void keep(const Description& description) {
    name_ = description.impl_info_str();
    if (!usable()) return;
    primitive_ = dnnl::primitive(description.get());
    scratch_layout_ = description.scratchpad_desc();
    if constexpr (std::is_same_v<Description, dnnl::convolution_backward_weights::primitive_desc>) {
      w_layout_ = description.diff_weights_desc();
    } else {
      w_layout_ = description.weights_desc();
    }
  }

  // dnnl::memory is a shared handle: the map's copies follow set_data_handle.
  Bound bind(const DirectConvShape& shape, const dnnl::engine& engine) const {
    Bound bound;
    bound.stream = dnnl::stream(engine);
    bound.scratch = memory(scratch_layout_, engine);
    bound.arguments[DNNL_ARG_SCRATCHPAD] = bound.scratch;
    const bool to_large = shape.pass == ConvPass::input_gradient;
    bound.from = memory(to_large ? layouts_.small : layouts_.large, engine, nullptr);
    bound.to = memory(to_large ? layouts_.large : layouts_.small, engine, nullptr);
    if (shape.pass == ConvPass::weight_gradient) {
      bound.gradient = memory(w_layout_, engine);
      bound.arguments[DNNL_ARG_SRC] = bound.from;
      bound.arguments[DNNL_ARG_DIFF_DST] = bound.to;
      bound.arguments[DNNL_ARG_DIFF_WEIGHTS] = bound.gradient;
      return bound;
    }
    bound.arguments[to_large ? DNNL_ARG_DIFF_DST : DNNL_ARG_SRC] = bound.from;
    bound.arguments[to_large ? DNNL_ARG_DIFF_SRC : DNNL_ARG_DST] = bound.to;
    bound.arguments[DNNL_ARG_WEIGHTS] = weights_;
    if (shape.bias) {
      bound.bias = memory(layouts_.bias, engine, nullptr);
      bound.arguments[DNNL_ARG_BIAS] = bound.bias;
    }
    return bound;
  }

  template <class Work>
  void call(Work work) {
    call_onednn([this] { return text_of(shape_); }, work);
  }

  DirectConvShape shape_;
  Layouts layouts_;
  std::string name_;
  dnnl::primitive primitive_;
  Layout w_layout_, scratch_layout_;
  memory weights_;
  dnnl::stream stream_;
  std::vector<Bound> members_;
};

// Whether oneDNN says that it has no code for a shape and types, by either of the two statuses that
// its library defines for that. The caller then computes the convolution by patches and products.
bool means_no_code(const dnnl::error& error) {
  return error.status == dnnl_unimplemented || error.status == dnnl_invalid_arguments;
}

// Null where oneDNN has no vector code.
std::unique_ptr<DirectConv> make(const DirectConvShape& shape, const dnnl::engine& engine,
                                 int members) {
  return call_onednn([&] { return text_of(shape); },
                     [&]() -> std::unique_ptr<DirectConv> {
                       try {
                         auto made = std::make_unique<DnnlConv>(shape, engine, members);
                         if (made->usable()) return made;
                       } catch (const dnnl::error& error) {
                         if (!means_no_code(error)) throw;
                       }
                       return nullptr;
                     });
}

}  // namespace

struct DirectConvCache::Implementation {
  explicit Implementation(int member_count) : members(member_count) {}

  int members;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  std::map<DirectConvShape, std::unique_ptr<DirectConv>> made;
};

DirectConvCache::DirectConvCache(int members)
    : implementation_(std::make_unique<Implementation>(members)) {}

DirectConvCache::~DirectConvCache() = default;

DirectConv* DirectConvCache::find(const DirectConvShape& shape) {
  Implementation& own = *implementation_;
  const auto known = own.made.find(shape);
  if (known != own.made.end()) return known->second.get();
  const ArithmeticScope one_thread;  // oneDNN fixes a primitive's thread count when it is made
  return own.made.emplace(shape, make(shape, own.engine, own.members)).first->second.get();
}

}  // namespace vgan::cpu
