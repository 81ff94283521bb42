#include "cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace nepa::cli {
namespace {

constexpr absl::string_view kGap = "  ";

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

std::vector<size_t> Table::Widths() const {
  std::vector<size_t> widths;
  for (const Column& column : columns_) widths.push_back(DisplayWidth(column.header));
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(Shown(row[i])));
    }
  }
  return widths;
}

std::string Table::RenderColumns(bool color, const std::vector<size_t>& widths) const {
  std::string text;
  const auto append_line = [&](auto&& cell_text, auto&& cell_color) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) absl::StrAppend(&line, kGap);
      AppendPadded(&line, CutToWidth(cell_text(i), widths[i]), columns_[i], widths[i],
                   cell_color(i), color);
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

std::string Table::Render(bool color) const { return RenderColumns(color, Widths()); }

std::string Table::RenderWithin(bool color, size_t width) const {
  std::vector<size_t> widths = Widths();
  size_t used = 0;
  for (size_t i = 0; i < widths.size(); ++i) {
    const size_t before = i == 0 ? 0 : used + kGap.size();
    if (before + widths[i] <= width) {
      used = before + widths[i];
      continue;
    }
    // Less than its header tells nothing.
    const bool fits = i == 0 || before + DisplayWidth(columns_[i].header) <= width;
    if (fits) widths[i] = width - before;
    widths.resize(fits ? i + 1 : i);
  }
  return RenderColumns(color, widths);
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
