#include "tests/ptx/parser.hpp"

#include <cctype>

#include "tests/ptx/decode.hpp"

namespace ptx {

namespace {

constexpr std::uint32_t variable_gap = 128;  // nobody's bytes between shared variables

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

RegisterFile file_of(Type type) {
  if (type == Type::pred) return RegisterFile::predicate;
  return size_of(type) == 8 ? RegisterFile::wide : RegisterFile::narrow;
}

const std::map<std::string, Special>& specials() {
  static const std::map<std::string, Special> names = {
      {"%tid.x", tid_x},       {"%tid.y", tid_y},       {"%tid.z", tid_z},
      {"%ctaid.x", ctaid_x},   {"%ctaid.y", ctaid_y},   {"%ctaid.z", ctaid_z},
      {"%ntid.x", ntid_x},     {"%ntid.y", ntid_y},     {"%ntid.z", ntid_z},
      {"%nctaid.x", nctaid_x}, {"%nctaid.y", nctaid_y}, {"%nctaid.z", nctaid_z},
      {"%laneid", laneid}};
  return names;
}

/// An integer, or a float or double by its bits: 0f3F800000, 0d3FF0000000000000.
bool read_number(const std::string& text, std::uint64_t& bits) {
  const auto hex = [&](std::size_t digits, char kind) {
    if (text.size() != digits + 2 || text[0] != '0' || std::tolower(text[1]) != kind) return false;
    bits = std::stoull(text.substr(2), nullptr, 16);
    return true;
  };
  if (hex(8, 'f') || hex(16, 'd')) return true;
  const bool minus = text[0] == '-';
  if (text.size() <= (minus ? 1U : 0U) || !is_digit(text[minus ? 1 : 0])) return false;
  const std::uint64_t size = std::stoull(minus ? text.substr(1) : text, nullptr, 0);
  bits = minus ? 0 - size : size;
  return true;
}

}  // namespace

Kernel parse_kernel(const Entry& entry, const ModuleText& module, SharedAlignment alignment) {
  return KernelBuilder(entry, module, alignment).build();
}

KernelBuilder::KernelBuilder(const Entry& entry, const ModuleText& module,
                             SharedAlignment alignment)
    : entry_(entry), module_(module), alignment_(alignment) {
  kernel_.name = entry.name;
}

Kernel KernelBuilder::build() {
  take_parameters();
  take_directives();
  for (const Statement& statement : statements_of(entry_)) {
    try {
      take_statement(statement);
    } catch (const std::exception& error) {
      throw ParseError("line " + std::to_string(statement.line) + " `" + statement.text +
                       "`: " + error.what());
    }
  }
  resolve();
  return std::move(kernel_);
}

void KernelBuilder::take_parameters() {
  for (const std::string& each : split_list(entry_.parameters)) {
    const Declaration made = read_declaration(each);
    const std::uint32_t offset =
        (kernel_.parameter_bytes + made.alignment - 1) / made.alignment * made.alignment;
    kernel_.parameters.push_back({made.name, offset, made.bytes});
    kernel_.parameter_bytes = offset + made.bytes;
  }
}

void KernelBuilder::take_directives() {
  const std::size_t at = entry_.directives.find(".maxntid");
  if (at == std::string::npos) return;
  const std::string line =
      entry_.directives.substr(at + 8, entry_.directives.find('\n', at) - at - 8);
  kernel_.most_threads = 1;
  for (const std::string& each : split_list(line))
    kernel_.most_threads *= static_cast<std::uint32_t>(std::stoul(each));
}

void KernelBuilder::declare_registers(const std::string& text) {
  // .reg .f32 %f<969>
  const std::string rest = trimmed(text.substr(4));
  const std::size_t blank = rest.find_first_of(" \t");
  Type type = Type::none;
  if (blank == std::string::npos || !find_type(rest.substr(1, blank - 1), type))
    throw ParseError("a register of an unknown type");
  const RegisterFile file = file_of(type);
  std::uint32_t& used = kernel_.registers[static_cast<std::size_t>(file)];
  for (const std::string& name : split_list(rest.substr(blank))) {
    const std::size_t bracket = name.find('<');
    if (bracket == std::string::npos) {
      singles_[name] = {Operand::Kind::reg, file, false, used++};
      continue;
    }
    const auto count = static_cast<std::uint32_t>(std::stoul(name.substr(bracket + 1)));
    ranges_[name.substr(0, bracket)] = {file, used, count};
    used += count;
  }
}

void KernelBuilder::place_shared(const Declaration& variable) {
  std::uint32_t offset = (kernel_.shared_end + 15) / 16 * 16;
  if (alignment_ == SharedAlignment::as_declared && variable.alignment < 16)
    offset += variable.alignment;
  kernel_.shared.push_back({variable.name, offset, variable.bytes});
  kernel_.shared_end = offset + variable.bytes + variable_gap;
}

void KernelBuilder::take_statement(const Statement& statement) {
  const std::string& text = statement.text;
  if (text.back() == ':') {
    labels_[text.substr(0, text.size() - 1)] = static_cast<std::uint32_t>(kernel_.code.size());
  } else if (text.starts_with(".reg")) {
    declare_registers(text);
  } else if (text.starts_with(".shared")) {
    place_shared(read_declaration(text));
  } else if (text[0] == '.') {
    if (!text.starts_with(".pragma") && !text.starts_with(".loc"))
      throw ParseError("an unknown directive");
  } else {
    kernel_.code.push_back(decode(*this, statement));
  }
}

void KernelBuilder::resolve() {
  Instruction end;
  end.flow = Flow::exit;
  end.text = "(end)";
  kernel_.code.push_back(end);
  for (Instruction& each : kernel_.code) {
    if (each.flow != Flow::branch) continue;
    const auto found = labels_.find(each.label);
    if (found == labels_.end()) throw ParseError("label " + each.label + " is nowhere");
    each.target = found->second;
  }
  const std::uint32_t dynamic = shared_start + kernel_.dynamic_offset();
  for (const std::uint32_t index : dynamic_constants_) {
    kernel_.narrow_constants[index].fill(dynamic);
    kernel_.wide_constants[index].fill(dynamic);
  }
}

bool KernelBuilder::find_symbol(const std::string& name, std::uint64_t& value) {
  for (const Parameter& each : kernel_.parameters) {
    if (each.name == name) return value = param_window + each.offset, true;
  }
  for (const SharedVariable& each : kernel_.shared) {
    if (each.name == name) return value = shared_start + each.offset, true;
  }
  for (const std::string& text : module_.shared_declarations) {
    const Declaration variable = read_declaration(text);
    if (variable.name != name) continue;
    place_shared(variable);
    return value = shared_start + kernel_.shared.back().offset, true;
  }
  return false;
}

Operand KernelBuilder::constant(std::uint64_t bits) {
  const Operand made{Operand::Kind::constant, RegisterFile::narrow, false,
                     static_cast<std::uint32_t>(kernel_.wide_constants.size())};
  kernel_.narrow_constants.emplace_back().fill(static_cast<std::uint32_t>(bits));
  kernel_.wide_constants.emplace_back().fill(bits);
  return made;
}

std::uint64_t KernelBuilder::value_of(const Operand& constant) const {
  if (constant.kind != Operand::Kind::constant) throw ParseError("not a constant");
  return kernel_.wide_constants[constant.index][0];
}

bool KernelBuilder::find_register(const std::string& name, Operand& made) const {
  const auto special = specials().find(name);
  if (special != specials().end()) {
    made = {Operand::Kind::special, RegisterFile::narrow, false, special->second};
    return true;
  }
  const auto single = singles_.find(name);
  if (single != singles_.end()) {
    made = single->second;
    return true;
  }
  std::size_t digits = name.size();
  while (digits > 0 && is_digit(name[digits - 1])) --digits;
  const auto range = ranges_.find(name.substr(0, digits));
  if (range == ranges_.end() || digits == name.size()) return false;
  const auto number = static_cast<std::uint32_t>(std::stoul(name.substr(digits)));
  if (number >= range->second.count) return false;
  made = {Operand::Kind::reg, range->second.file, false, range->second.first + number};
  return true;
}

Operand KernelBuilder::operand(const std::string& text) {
  if (text.empty()) throw ParseError("an operand is missing");
  if (text[0] == '!') {
    Operand made = operand(text.substr(1));
    made.negated = true;
    return made;
  }
  Operand made;
  if (find_register(text, made)) return made;
  std::uint64_t value = 0;
  if (read_number(text, value) || find_symbol(text, value)) return constant(value);
  if (!text.empty() && text == module_.dynamic_shared) {
    made = constant(0);
    dynamic_constants_.push_back(made.index);
    return made;
  }
  throw ParseError("operand " + text);
}

std::vector<Operand> KernelBuilder::operands(const std::string& text) {
  if (text.empty() || text[0] != '{') return {operand(text)};
  std::vector<Operand> all;
  for (const std::string& each : split_list(text.substr(1, text.size() - 2)))
    all.push_back(operand(each));
  return all;
}

Address KernelBuilder::address(const std::string& text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']')
    throw ParseError("address " + text);
  const std::string inside = trimmed(text.substr(1, text.size() - 2));
  const std::size_t plus = inside.find('+');
  Address made;
  if (plus != std::string::npos) made.offset = std::stoll(inside.substr(plus + 1), nullptr, 0);
  made.base = operand(trimmed(inside.substr(0, plus)));
  return made;
}

}  // namespace ptx
