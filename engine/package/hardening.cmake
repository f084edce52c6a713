# How every program and library of ours is linked: symbols are bound at the start and their table is
# read-only from then on, no stack is executable, programs are position-independent.
# tests/hardening.sh reads the result from the files.
include(CheckLinkerFlag)
include(CheckPIESupported)

check_pie_supported(LANGUAGES CXX)  # apps/CMakeLists.txt asks for it
set(vgan_link_flags -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
if(NOT VGAN_HARDEN)  # to measure what it costs
  set(vgan_link_flags "")
endif()
foreach(flag IN LISTS vgan_link_flags)
  string(MAKE_C_IDENTIFIER "VGAN_HAS${flag}" has)
  check_linker_flag(CXX ${flag} ${has})
  if(${has})
    add_link_options(${flag})
  endif()
endforeach()

# vgan_harden(TARGET...): what the compiler adds to our own code, a stack protector and checked calls
# of the C library. Not under the sanitizers, which check more; checked calls need an optimiser.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-fstack-protector-strong VGAN_HAS_STACK_PROTECTOR)
function(vgan_harden)
  if(VGAN_SANITIZE OR NOT VGAN_HARDEN)
    return()
  endif()
  foreach(target IN LISTS ARGN)
    if(VGAN_HAS_STACK_PROTECTOR)
      target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fstack-protector-strong>)
    endif()
    target_compile_options(${target} PRIVATE
        $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<NOT:$<CONFIG:Debug>>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>)
  endforeach()
endfunction()
