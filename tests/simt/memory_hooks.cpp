// Kernels are compiled with -fsanitize=thread, which puts a call before every access to memory, but
// not linked with ThreadSanitizer: these are the calls. This file is compiled without the flag.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/simt/executor.hpp"
#include "tests/simt/simt.hpp"

bool simt::has_memory_hooks() {
#ifdef VGAN_SIMT_HOOKS
  return true;
#else
  return false;
#endif
}

#ifdef VGAN_SIMT_HOOKS

namespace {

inline void touch(const void* address, std::size_t bytes, simt::Access access) {
  if (simt::running != nullptr) simt::check_access(address, bytes, access);
}

}  // namespace

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}

#define VGAN_SIMT_ACCESS(bytes)                                                                  \
  void __tsan_read##bytes(void* at) { touch(at, bytes, simt::Access::read); }                    \
  void __tsan_write##bytes(void* at) { touch(at, bytes, simt::Access::write); }                  \
  void __tsan_unaligned_read##bytes(void* at) { touch(at, bytes, simt::Access::read); }          \
  void __tsan_unaligned_write##bytes(void* at) { touch(at, bytes, simt::Access::write); }        \
  void __tsan_volatile_read##bytes(void* at) { touch(at, bytes, simt::Access::read); }           \
  void __tsan_volatile_write##bytes(void* at) { touch(at, bytes, simt::Access::write); }         \
  void __tsan_unaligned_volatile_read##bytes(void* at) { touch(at, bytes, simt::Access::read); } \
  void __tsan_unaligned_volatile_write##bytes(void* at) { touch(at, bytes, simt::Access::write); }
VGAN_SIMT_ACCESS(1)
VGAN_SIMT_ACCESS(2)
VGAN_SIMT_ACCESS(4)
VGAN_SIMT_ACCESS(8)
VGAN_SIMT_ACCESS(16)

void __tsan_read_range(void* at, std::size_t bytes) { touch(at, bytes, simt::Access::read); }
void __tsan_write_range(void* at, std::size_t bytes) { touch(at, bytes, simt::Access::write); }
void __tsan_vptr_read(void* at) { touch(at, sizeof(void*), simt::Access::read); }
void __tsan_vptr_update(void* at, void*) { touch(at, sizeof(void*), simt::Access::write); }

// std::atomic in host code of the same files (shared_ptr, guards of static variables): the real
// operation. Kernels use CUDA's atomics, which do not come here.
#define VGAN_SIMT_ATOMIC(bits)                                                                     \
  std::uint##bits##_t __tsan_atomic##bits##_load(const volatile std::uint##bits##_t* at, int) {    \
    return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                                  \
  }                                                                                                \
  void __tsan_atomic##bits##_store(volatile std::uint##bits##_t* at, std::uint##bits##_t v, int) { \
    __atomic_store_n(at, v, __ATOMIC_SEQ_CST);                                                     \
  }                                                                                                \
  std::uint##bits##_t __tsan_atomic##bits##_exchange(volatile std::uint##bits##_t* at,             \
                                                     std::uint##bits##_t v, int) {                 \
    return __atomic_exchange_n(at, v, __ATOMIC_SEQ_CST);                                           \
  }                                                                                                \
  std::uint##bits##_t __tsan_atomic##bits##_fetch_add(volatile std::uint##bits##_t* at,            \
                                                      std::uint##bits##_t v, int) {                \
    return __atomic_fetch_add(at, v, __ATOMIC_SEQ_CST);                                            \
  }                                                                                                \
  std::uint##bits##_t __tsan_atomic##bits##_fetch_sub(volatile std::uint##bits##_t* at,            \
                                                      std::uint##bits##_t v, int) {                \
    return __atomic_fetch_sub(at, v, __ATOMIC_SEQ_CST);                                            \
  }                                                                                                \
  std::uint##bits##_t __tsan_atomic##bits##_fetch_or(volatile std::uint##bits##_t* at,             \
                                                     std::uint##bits##_t v, int) {                 \
    return __atomic_fetch_or(at, v, __ATOMIC_SEQ_CST);                                             \
  }                                                                                                \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile std::uint##bits##_t* at,              \
                                                    std::uint##bits##_t* expected,                 \
                                                    std::uint##bits##_t v, int, int) {             \
    return __atomic_compare_exchange_n(at, expected, v, false, __ATOMIC_SEQ_CST,                   \
                                       __ATOMIC_SEQ_CST);                                          \
  }
VGAN_SIMT_ATOMIC(8)
VGAN_SIMT_ATOMIC(16)
VGAN_SIMT_ATOMIC(32)
VGAN_SIMT_ATOMIC(64)
void __tsan_atomic_thread_fence(int) {}

// -fsanitize=alignment calls this where a pointer is not aligned as its type wants. The place in
// the source comes first in `what`.
void __ubsan_handle_type_mismatch_v1(void* what, void*) {
  struct Place {
    const char* file;
    std::uint32_t line;
  };
  if (simt::running == nullptr) return;
  simt::stop_thread(
      [&] {
        const auto* place = static_cast<const Place*>(what);
        return std::string("touches a misaligned address at ") + place->file + ":" +
               std::to_string(place->line);
      },
      cudaErrorMisalignedAddress);
}

void* __tsan_memcpy(void* to, const void* from, std::size_t bytes) {
  touch(from, bytes, simt::Access::read);
  touch(to, bytes, simt::Access::write);
  return std::memcpy(to, from, bytes);
}
void* __tsan_memset(void* to, int value, std::size_t bytes) {
  touch(to, bytes, simt::Access::write);
  return std::memset(to, value, bytes);
}

}  // extern "C"

#endif
