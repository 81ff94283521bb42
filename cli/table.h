// Tables and lists of fields for people: aligned columns, two spaces apart.
//
// Pure. Any thread.
#ifndef NEPA_CLI_TABLE_H_
#define NEPA_CLI_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/color.h"

namespace nepa::cli {

enum class Align { kLeft, kRight };

struct Column {
  std::string header;
  Align align = Align::kLeft;
};

// What stands where there is nothing is "-".
struct Cell {
  Cell(absl::string_view cell_text, Color cell_color = Color::kNone)
      : text(cell_text), color(cell_color) {}
  Cell(const std::string& cell_text) : text(cell_text) {}
  Cell(const char* cell_text) : text(cell_text) {}
  std::string text;
  Color color = Color::kNone;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void AddRow(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }

  // Header and rows, each line ended; no blanks at the end of a line. Line breaks in a cell become
  // blanks.
  std::string Render(bool color) const;
  // The same in lines of at most `width` columns: columns that have no room are left out from the
  // right, and the last that has is cut.
  std::string RenderWithin(bool color, size_t width) const;

 private:
  // The width of each column: that of its widest cell.
  std::vector<size_t> Widths() const;
  std::string RenderColumns(bool color, const std::vector<size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// "Name    value" lines, the values aligned; further lines of a value are indented to it.
class FieldList {
 public:
  void Add(absl::string_view name, Cell value) { fields_.emplace_back(name, std::move(value)); }
  std::string Render(bool color) const;

 private:
  std::vector<std::pair<std::string, Cell>> fields_;
};

// Columns that `text` takes on a terminal: its code points.
size_t DisplayWidth(absl::string_view text);

// The first `columns` code points of `text`, the last of them "…" where something was cut.
std::string CutToWidth(absl::string_view text, size_t columns);

}  // namespace nepa::cli

#endif  // NEPA_CLI_TABLE_H_
