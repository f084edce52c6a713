#include "tests/ptx/decode_parts.hpp"
#include "tests/ptx/handlers.hpp"

namespace ptx {

void decode_matrices(Parts& p) {
  p.in.transposed = p.words.size() == 8;
  p.need(p.words.size() >= 5 && p.words[4].size() == 2 && p.words[4][0] == 'x');
  p.in.detail = static_cast<std::uint8_t>(p.words[4][1] - '0');
  p.need(p.opcode == "ldmatrix.sync.aligned.m8n8." + p.words[4] +
                         (p.in.transposed ? ".trans" : "") + ".shared.b16");
  p.need(p.in.detail == 1 || p.in.detail == 2 || p.in.detail == 4);
  p.need(p.arguments.size() == 2);
  p.in.operands = p.kernel.operands(p.arguments[0]);
  p.in.address = p.kernel.address(p.arguments[1]);
  p.need(p.in.operands.size() == p.in.detail);
  p.in.flow = Flow::whole_warp;
  p.handle(load_matrices());
}

void decode_product(Parts& p) {
  const bool bf16 = p.opcode == "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32";
  p.need(bf16 || p.opcode == "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32");
  p.need(p.arguments.size() == 4);
  constexpr std::size_t sizes[] = {4, 4, 2, 4};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::vector<Operand> fragment = p.kernel.operands(p.arguments[i]);
    p.need(fragment.size() == sizes[i]);
    p.in.operands.insert(p.in.operands.end(), fragment.begin(), fragment.end());
  }
  need_width(p, Type::u32, 0, p.in.operands.size());
  p.in.flow = Flow::whole_warp;
  p.handle(bf16 ? multiply_bf16() : multiply_tf32());
}

void decode_shuffle(Parts& p) {
  p.need(p.words.size() == 4 && p.words[1] == "sync" && p.words[3] == "b32");
  p.need(p.arguments.size() == 5);
  p.in.detail = place_in(shuffle_modes, p.words[2], p);
  const std::size_t bar = p.arguments[0].find('|');
  p.in.operands.push_back(p.kernel.operand(p.arguments[0].substr(0, bar)));
  p.in.operands.push_back(
      bar == std::string::npos ? Operand{} : p.kernel.operand(p.arguments[0].substr(bar + 1)));
  for (std::size_t i = 1; i < 5; ++i) p.in.operands.push_back(p.kernel.operand(p.arguments[i]));
  p.in.flow = Flow::masked;
  p.handle(shuffle());
}

void decode_vote(Parts& p) {
  p.need(p.words.size() == 4 && p.words[1] == "sync");
  p.in.detail = place_in(votes, p.words[2], p);
  p.need(p.words[3] == (p.words[2] == "ballot" ? "b32" : "pred"));
  p.take(3);
  p.in.flow = Flow::masked;
  p.handle(vote());
}

void decode_barrier(Parts& p) {
  if (p.opcode == "bar.warp.sync") {
    p.in.flow = Flow::warp_barrier;
    return p.take(1);
  }
  p.need(p.opcode == "bar.sync" || p.opcode == "barrier.sync");
  p.need(p.arguments.size() == 1 && p.arguments[0] == "0");
  p.in.flow = Flow::block_barrier;
}

}  // namespace ptx
