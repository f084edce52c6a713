#include "tests/simt/symbols.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

namespace simt {

namespace {

struct Segment {
  std::uintptr_t begin, end;
  bool writable;
};

struct Module {
  std::vector<Segment> segments;
  std::vector<Symbol> variables;  // by base
  std::vector<Symbol> functions;  // by base

  const Segment* segment(std::uintptr_t address) const {
    const Segment* found = nullptr;  // the last that holds it: a read-only one lies in a writable
    for (const Segment& each : segments) {
      if (address >= each.begin && address < each.end) found = &each;
    }
    return found;
  }
};

void read_symbols(const std::string& path, std::uintptr_t load_address, Module& module) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<char> file{std::istreambuf_iterator<char>(stream), {}};
  if (file.size() < sizeof(ElfW(Ehdr))) return;
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(file.data());
  const auto* sections = reinterpret_cast<const ElfW(Shdr)*>(file.data() + header->e_shoff);
  for (int i = 0; i < header->e_shnum; ++i) {
    if (sections[i].sh_type != SHT_SYMTAB) continue;
    const char* names = file.data() + sections[sections[i].sh_link].sh_offset;
    const auto* first = reinterpret_cast<const ElfW(Sym)*>(file.data() + sections[i].sh_offset);
    for (const ElfW(Sym) & each :
         std::vector(first, first + sections[i].sh_size / sizeof(*first))) {
      const int type = each.st_info & 0xF;
      if (each.st_shndx == SHN_UNDEF || each.st_size == 0) continue;
      if (type != STT_OBJECT && type != STT_FUNC) continue;
      Symbol symbol;
      symbol.base = reinterpret_cast<char*>(load_address + each.st_value);
      symbol.bytes = each.st_size;
      symbol.name = names + each.st_name;
      const Segment* segment = module.segment(load_address + each.st_value);
      symbol.writable = segment != nullptr && segment->writable;
      symbol.function_local = symbol.name.starts_with("_ZZ");
      (type == STT_FUNC ? module.functions : module.variables).push_back(std::move(symbol));
    }
  }
  const auto by_base = [](const Symbol& a, const Symbol& b) { return a.base < b.base; };
  std::sort(module.variables.begin(), module.variables.end(), by_base);
  std::sort(module.functions.begin(), module.functions.end(), by_base);
}

int add_module(dl_phdr_info* info, std::size_t, void* list) {
  auto& modules = *static_cast<std::vector<Module>*>(list);
  Module module;
  for (const ElfW(Half) kind : {PT_LOAD, PT_GNU_RELRO}) {
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr)& each = info->dlpi_phdr[i];
      if (each.p_type != kind) continue;
      const std::uintptr_t begin = info->dlpi_addr + each.p_vaddr;
      module.segments.push_back(
          {begin, begin + each.p_memsz, kind == PT_LOAD && (each.p_flags & PF_W) != 0});
    }
  }
  // The program comes first, without a name; kernels of a library of the project may be in another.
  const std::string path = info->dlpi_name;
  if (modules.empty())
    read_symbols("/proc/self/exe", info->dlpi_addr, module);
  else if (path.find("vgan") != std::string::npos)
    read_symbols(path, info->dlpi_addr, module);
  modules.push_back(std::move(module));
  return 0;
}

const std::vector<Module>& modules() {
  static const std::vector<Module> all = [] {
    std::vector<Module> list;
    dl_iterate_phdr(&add_module, &list);
    return list;
  }();
  return all;
}

const Symbol* last_at_or_before(const std::vector<Symbol>& symbols, const char* address) {
  const auto after =
      std::upper_bound(symbols.begin(), symbols.end(), address,
                       [](const char* a, const Symbol& symbol) { return a < symbol.base; });
  return after == symbols.begin() ? nullptr : &*std::prev(after);
}

const Symbol* function_at(const void* address) {
  const auto* at = static_cast<const char*>(address);
  for (const Module& module : modules()) {
    const Symbol* symbol = last_at_or_before(module.functions, at);
    if (symbol != nullptr && symbol->base == at) return symbol;
  }
  return nullptr;
}

/// "void vgan::scale<float>(float*, int)" -> "vgan::scale<float>"
std::string without_signature(const std::string& name) {
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.compare(i, 21, "(anonymous namespace)") == 0) {
      i += 20;
      continue;
    }
    if (name[i] == '<') ++depth;
    if (name[i] == '>') --depth;
    if (depth == 0 && name[i] == ' ') begin = i + 1;
    if (depth == 0 && name[i] == '(') return name.substr(begin, i - begin);
  }
  return name;
}

}  // namespace

const Symbol* variable_at(const void* address) {
  const auto* at = static_cast<const char*>(address);
  for (const Module& module : modules()) {
    if (module.segment(reinterpret_cast<std::uintptr_t>(address)) != nullptr)
      return last_at_or_before(module.variables, at);
  }
  return nullptr;
}

bool in_program(const void* address, bool* writable) {
  for (const Module& module : modules()) {
    const Segment* segment = module.segment(reinterpret_cast<std::uintptr_t>(address));
    if (segment == nullptr) continue;
    *writable = segment->writable;
    return true;
  }
  return false;
}

std::vector<const Symbol*> variables_of(const void* function) {
  std::vector<const Symbol*> found;
  const Symbol* symbol = function_at(function);
  if (symbol == nullptr || !symbol->name.starts_with("_Z")) return found;
  const std::string prefix = "_ZZ" + symbol->name.substr(2) + "E";
  for (const Module& module : modules()) {
    for (const Symbol& each : module.variables) {
      if (each.writable && each.name.starts_with(prefix)) found.push_back(&each);
    }
  }
  return found;
}

std::string readable(const std::string& mangled) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : mangled;
}

std::string readable_function(const std::string& mangled) {
  return without_signature(readable(mangled));
}

std::string symbol_name(const void* address) {
  const Symbol* symbol = function_at(address);
  return symbol == nullptr ? "" : symbol->name;
}

std::string function_name(const void* address) {
  const Symbol* symbol = function_at(address);
  if (symbol != nullptr) return readable_function(symbol->name);
  char text[32];
  std::snprintf(text, sizeof text, "%p", address);
  return text;
}

}  // namespace simt
