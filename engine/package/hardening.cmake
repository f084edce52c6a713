# How every program and library of ours is linked: symbols are bound at the start and their table is
# read-only from then on, no stack is executable, programs are position-independent.
# tests/hardening.sh reads the result from the files.
include(CheckLinkerFlag)
include(CheckPIESupported)

check_pie_supported(LANGUAGES CXX)  # apps/CMakeLists.txt asks for it
foreach(flag IN ITEMS -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  string(MAKE_C_IDENTIFIER "VGAN_HAS${flag}" has)
  check_linker_flag(CXX ${flag} ${has})
  if(${has})
    add_link_options(${flag})
  endif()
endforeach()
