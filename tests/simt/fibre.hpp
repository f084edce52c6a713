// Fibres: threads of a block take turns on one thread of the system.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#if !defined(__x86_64__) && !defined(VGAN_SIMT_UCONTEXT)
#define VGAN_SIMT_UCONTEXT
#endif
#ifdef VGAN_SIMT_UCONTEXT
#include <ucontext.h>
#endif

namespace simt {

struct Thread;

class Fibre {
 public:
  static constexpr std::size_t stack_bytes = 128 * 1024;

  /// The stack that is already running: the system thread's own.
  Fibre() = default;
  /// A stack of its own, with an unmapped page below, on which `entry` starts. `entry` never
  /// returns.
  explicit Fibre(void (*entry)());
  ~Fibre();
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;

  /// Runs this fibre from where it left off, until something switches back to `from`.
  void resume_from(Fibre& from);
  /// Forgets where the fibre was: it starts again at its entry.
  void restart();

  bool holds(const char* address) const {
    return address >= stack_ && address < stack_ + stack_bytes;
  }

  Thread* thread = nullptr;  ///< whose turn it is on this fibre

 private:
  static void arrive();
  static void begin();

  char* stack_ = nullptr;
  void (*entry_)() = nullptr;
#ifdef VGAN_SIMT_UCONTEXT
  ucontext_t context_{};
#else
  void* stack_pointer_ = nullptr;
#endif
  void* fake_stack_ = nullptr;         // AddressSanitizer's, while this fibre is not running
  const void* known_stack_ = nullptr;  // where AddressSanitizer says this fibre's stack is
  std::size_t known_bytes_ = 0;
};

}  // namespace simt
