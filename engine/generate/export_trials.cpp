#include "engine/generate/export_trials.hpp"

#include <variant>

#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/builtin/built_in_trials.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/output.hpp"

namespace vgan {
namespace {

void require_ending(const std::string& out, bool table) {
  const std::string ending = ending_of(out);
  const bool known = table ? out == "-" || ending == ".csv" || ending == ".tsv" : ending == ".npy";
  if (known) return;
  refuse_setting("out", "'" + out + "'",
                 table ? "a name that ends in .csv or .tsv, or -" : "a name that ends in .npy");
}

void write_rows(const std::string& out, const Trials& trials) {
  TableWriter writer(*trials.schema, dialect_for(trials.schema->dialect, ending_of(out)));
  Output output(out, "cannot write rows");
  output.put(writer.begin());
  output.put(writer.lines(std::get<std::vector<double>>(trials.values)));
  output.finish();
}

void write_array(const std::string& out, const Trials& trials) {
  NpyWriter writer(std::filesystem::path(out), trials.value_type(), trials.array_shape());
  std::visit([&](const auto& values) { writer.append(values); }, trials.values);
  writer.finish();
}

}  // namespace

ExportResult export_trials(const ExportRequest& request) {
  if (!is_built_in(request.data)) {
    refuse_setting("data", "'" + request.data + "'", joined(built_in_names()),
                   suggestion(request.data, built_in_names()));
  }
  const bool table = is_built_in_table(request.data);
  ExportResult result;
  result.out = request.out.empty() ? request.data + (table ? ".csv" : ".npy") : request.out;
  require_ending(result.out, table);
  const Trials trials =
      make_built_in(request.data, request.seed, {}, static_cast<int>(request.threads));
  if (result.out != "-") make_folder_of(result.out);
  table ? write_rows(result.out, trials) : write_array(result.out, trials);
  result.count = trials.count;
  result.columns = table ? std::ssize(trials.schema->columns) : 0;
  result.shape = trials.shape;
  if (!trials.labels.empty()) {
    result.notes.emplace_back("the classes of the trials are not written");
  }
  if (table) {
    std::string outcomes;
    for (const ColumnSchema& column : trials.schema->columns) {
      if (column.role != ColumnRole::outcome) continue;
      outcomes += (outcomes.empty() ? "" : ", ") + column.name;
    }
    if (!outcomes.empty()) {
      result.notes.push_back("a table has no roles: of the built-in one " + outcomes +
                             " are outcomes, as role = \"outcome\" in a schema says");
    }
  }
  return result;
}

}  // namespace vgan
