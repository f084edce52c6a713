#include "engine/encode/table_heads.hpp"

namespace vgan {
namespace {

using Part = EncodedColumn::Part;

// The kind of the head that begins with number `at`.
HeadKind kind_at(const Schema& schema, const std::vector<EncodedColumn>& columns, std::size_t at) {
  switch (columns[at].part) {
    case Part::number:
      return schema.columns[columns[at].column].kind == ColumnKind::boolean ? HeadKind::flag
                                                                            : HeadKind::number;
    case Part::missing: return HeadKind::flag;
    case Part::value:
    case Part::word:
    case Part::combination: break;
  }
  return HeadKind::choice;
}

}  // namespace

std::vector<Head> heads_of(const Schema& schema) {
  const std::vector<EncodedColumn> columns = encoded_columns(schema);
  std::vector<Head> heads;
  for (std::size_t at = 0; at < columns.size();) {
    Head head{static_cast<std::int32_t>(at), 0, kind_at(schema, columns, at)};
    const std::size_t column = columns[at].column;
    do {
      ++head.size;
      ++at;
    } while (head.kind == HeadKind::choice && at < columns.size() && columns[at].column == column);
    if (head.kind == HeadKind::number && at < columns.size() && columns[at].part == Part::missing) {
      head.missing = static_cast<std::int32_t>(at);
    }
    heads.push_back(head);
  }
  return heads;
}

void clear_missing(const std::vector<Head>& heads, std::span<float> rows) {
  if (heads.empty()) return;
  const auto width = static_cast<std::size_t>(heads.back().first + heads.back().size);
  for (; !rows.empty(); rows = rows.subspan(width)) {
    for (const Head& head : heads) {
      if (head.missing < 0 || rows[static_cast<std::size_t>(head.missing)] < 0.5F) continue;
      rows[static_cast<std::size_t>(head.first)] = 0.0F;
    }
  }
}

std::vector<bool> plain_columns(const Schema& schema) {
  std::vector<bool> plain;
  for (const Head& head : heads_of(schema)) {
    plain.insert(plain.end(), static_cast<std::size_t>(head.size), head.kind != HeadKind::number);
  }
  return plain;
}

}  // namespace vgan
