#include "engine/run/run_record.hpp"

#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"

namespace vgan {
namespace {

using nlohmann::json;

const std::string changes_key = "changes";
const std::string origin_key = "origin";
const std::string rollbacks_key = "rollbacks";

// Paths may hold bytes that are no UTF-8, which metadata must be.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Reads entries of one metadata value; whatever is not as `save` writes it is the file's fault.
class Reader {
 public:
  Reader(const std::string& file, std::string key) : file_(file), key_(std::move(key)) {}

  json parse(const std::string& text) const {
    json value = read_json(text);
    if (value.is_discarded()) fail("no JSON");
    return value;
  }
  std::string string(const json& object, const char* name) const {
    const json& value = entry(object, name);
    if (!value.is_string()) fail(std::string("no text in '") + name + "'");
    return value.get<std::string>();
  }
  std::uint64_t number(const json& object, const char* name) const {
    const json& value = entry(object, name);
    if (!value.is_number_unsigned()) fail(std::string("no whole number in '") + name + "'");
    return value.get<std::uint64_t>();
  }
  [[noreturn]] void fail(const std::string& found) const {
    throw Error(ErrorCode::bad_data,
                {"cannot use a checkpoint", file_ + ", metadata '" + key_ + "'", found,
                 "what vgan writes there", ""});
  }

 private:
  const json& entry(const json& object, const char* name) const {
    if (!object.is_object() || !object.contains(name)) fail(std::string("no '") + name + "'");
    return object[name];
  }

  const std::string& file_;
  std::string key_;
};

}  // namespace

void RunRecord::save(Checkpoint& checkpoint) const {
  if (!changes.empty()) {
    json list = json::array();
    for (const Change& change : changes) {
      list.push_back({{"epoch", change.epoch},
                      {"setting", change.setting.setting},
                      {"from", change.setting.from},
                      {"to", change.setting.to}});
    }
    checkpoint.metadata[changes_key] = text_of(list);
  }
  if (!rollbacks.empty()) {
    json list = json::array();
    for (const Rollback& one : rollbacks) list.push_back({{"epoch", one.epoch}, {"to", one.to}});
    checkpoint.metadata[rollbacks_key] = text_of(list);
  }
  if (origin) {
    json entry{{"file", origin->file}, {"epoch", origin->epoch}};
    if (origin->mixed) entry["mixed"] = true;
    checkpoint.metadata[origin_key] = text_of(entry);
  }
}

RunRecord RunRecord::load(const Checkpoint& checkpoint, const std::string& file) {
  RunRecord record;
  if (const auto found = checkpoint.metadata.find(changes_key);
      found != checkpoint.metadata.end()) {
    const Reader reader(file, changes_key);
    const json list = reader.parse(found->second);
    if (!list.is_array()) reader.fail("no list");
    for (const json& change : list) {
      record.changes.push_back({reader.number(change, "epoch"),
                                {reader.string(change, "setting"), reader.string(change, "from"),
                                 reader.string(change, "to")}});
    }
  }
  if (const auto found = checkpoint.metadata.find(rollbacks_key);
      found != checkpoint.metadata.end()) {
    const Reader reader(file, rollbacks_key);
    const json list = reader.parse(found->second);
    if (!list.is_array()) reader.fail("no list");
    for (const json& one : list) {
      record.rollbacks.push_back({reader.number(one, "epoch"), reader.number(one, "to")});
    }
  }
  if (const auto found = checkpoint.metadata.find(origin_key); found != checkpoint.metadata.end()) {
    const Reader reader(file, origin_key);
    const json origin = reader.parse(found->second);
    record.origin = Origin{reader.string(origin, "file"), reader.number(origin, "epoch"),
                           origin.value("mixed", json()) == true};
  }
  return record;
}

std::string change_text(const SettingChange& change) {
  const auto shown = [](const std::string& value) { return value.empty() ? "empty" : value; };
  return change.setting + " " + shown(change.from) + " -> " + shown(change.to);
}

}  // namespace vgan
