#include "cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace nepa::cli {
namespace {

bool StartsCodePoint(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::string Shown(const Cell& cell) {
  if (cell.text.empty()) return "-";
  return absl::StrReplaceAll(cell.text, {{"\n", " "}, {"\r", " "}, {"\t", " "}});
}

void AppendPadded(std::string* line, absl::string_view text, const Column& column, size_t width,
                  Color color, bool enabled) {
  const std::string padding(width - DisplayWidth(text), ' ');
  if (column.align == Align::kRight) absl::StrAppend(line, padding);
  absl::StrAppend(line, Colored(text, color, enabled));
  if (column.align == Align::kLeft) absl::StrAppend(line, padding);
}

void EndLine(std::string* line) {
  line->erase(line->find_last_not_of(' ') + 1);
  line->push_back('\n');
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCodePoint));
}

std::string CutToWidth(absl::string_view text, size_t columns) {
  if (DisplayWidth(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  size_t seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (StartsCodePoint(text[i]) && ++seen == columns) {
      return absl::StrCat(text.substr(0, i), "…");
    }
  }
  return std::string(text);
}

std::string Table::Render(bool color) const {
  std::vector<size_t> widths;
  for (const Column& column : columns_) widths.push_back(DisplayWidth(column.header));
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(Shown(row[i])));
    }
  }
  std::string text;
  const auto append_line = [&](auto&& cell_text, auto&& cell_color) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) absl::StrAppend(&line, "  ");
      AppendPadded(&line, cell_text(i), columns_[i], widths[i], cell_color(i), color);
    }
    EndLine(&line);
    absl::StrAppend(&text, line);
  };
  append_line([&](size_t i) { return columns_[i].header; }, [](size_t) { return Color::kBold; });
  for (const auto& row : rows_) {
    append_line([&](size_t i) { return Shown(row[i]); }, [&](size_t i) { return row[i].color; });
  }
  return text;
}

std::string FieldList::Render(bool color) const {
  size_t width = 0;
  for (const auto& [name, value] : fields_) width = std::max(width, DisplayWidth(name));
  std::string text;
  for (const auto& [name, value] : fields_) {
    const std::string indent(width + 2, ' ');
    const std::string shown = value.text.empty() ? "-" : value.text;
    std::string line = absl::StrCat(name, std::string(width + 2 - DisplayWidth(name), ' '));
    absl::StrAppend(
        &line, Colored(absl::StrReplaceAll(shown, {{"\n", "\n" + indent}}), value.color, color));
    EndLine(&line);
    absl::StrAppend(&text, line);
  }
  return text;
}

}  // namespace nepa::cli
