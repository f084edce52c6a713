#include "tests/simt/fibre.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace simt {

namespace {

constexpr std::size_t guard_bytes = 4096;

Fibre* leaving = nullptr;
Fibre* entering = nullptr;

}  // namespace

#ifndef VGAN_SIMT_UCONTEXT
// void simt_switch(void** save, void* to): what the System V ABI wants kept is on the stack.
// (swapcontext would ask the kernel for the signal mask each time: ten times as slow.)
extern "C" void simt_switch(void** save, void* to);
asm(R"(
    .text
    .type simt_switch, @function
simt_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size simt_switch, .-simt_switch
)");
#endif

Fibre::Fibre(void (*entry)()) : entry_(entry) {
  void* pages = mmap(nullptr, guard_bytes + stack_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  mprotect(pages, guard_bytes, PROT_NONE);
  stack_ = static_cast<char*>(pages) + guard_bytes;
  known_stack_ = stack_;
  known_bytes_ = stack_bytes;
  restart();
}

Fibre::~Fibre() {
  if (stack_ != nullptr) munmap(stack_ - guard_bytes, guard_bytes + stack_bytes);
}

void Fibre::restart() {
#ifdef __SANITIZE_ADDRESS__
  ASAN_UNPOISON_MEMORY_REGION(stack_, stack_bytes);
  fake_stack_ = nullptr;
#endif
#ifdef VGAN_SIMT_UCONTEXT
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack_;
  context_.uc_stack.ss_size = stack_bytes;
  context_.uc_link = nullptr;
  makecontext(&context_, &Fibre::begin, 0);
#else
  // From the top: a return address for `begin`, `begin`, six registers. At its first
  // instruction the stack pointer is 8 short of a multiple of 16, as after a call.
  auto* top = reinterpret_cast<std::uintptr_t*>(stack_ + stack_bytes) - 1;
  *top = 0;
  *--top = reinterpret_cast<std::uintptr_t>(&Fibre::begin);
  for (int i = 0; i < 6; ++i) *--top = 0;
  stack_pointer_ = top;
#endif
}

void Fibre::arrive() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(entering->fake_stack_, &leaving->known_stack_,
                                  &leaving->known_bytes_);
#endif
}

void Fibre::begin() {
  arrive();
  entering->entry_();
  std::abort();
}

void Fibre::resume_from(Fibre& from) {
  leaving = &from;
  entering = this;
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&from.fake_stack_, known_stack_, known_bytes_);
#endif
#ifdef VGAN_SIMT_UCONTEXT
  swapcontext(&from.context_, &context_);
#else
  simt_switch(&from.stack_pointer_, stack_pointer_);
#endif
  arrive();
}

}  // namespace simt
