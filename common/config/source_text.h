// The text of a job file by lines: positions as editors count them, and what is wrong with it
// before any YAML is read.
#ifndef NEPA_COMMON_CONFIG_SOURCE_TEXT_H_
#define NEPA_COMMON_CONFIG_SOURCE_TEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/config/job_spec.h"

namespace nepa::config {

class SourceText {
 public:
  // Keeps a copy, without a byte order mark.
  explicit SourceText(absl::string_view raw);

  const std::string& text() const { return text_; }

  // Of a place that is counted from 0 and, within the line, in bytes. Columns of the result count
  // characters from 1.
  Position PositionAt(int line, int byte_column) const;

  // '\0' past the end of the line.
  char CharacterAt(int line, int byte_column) const;

  // Line `number`, counted from 1, without its end; "" where there is none.
  absl::string_view Line(int number) const;

  // Of a text in quotes that starts at this place. True where no quote stands there.
  bool QuoteIsClosed(int line, int byte_column) const;

  struct WrongByte {
    Position position;
    std::string message;
  };
  // The first byte that is not UTF-8, or a control character other than tab and line ends.
  std::optional<WrongByte> FirstWrongByte() const;

 private:
  // Of text_[0 … at): how many characters begin there. Fast wherever `at` is: a job file may be one
  // line of a megabyte.
  size_t CharactersBefore(size_t at) const;

  std::string text_;
  std::vector<size_t> starts_;      // of each line
  std::vector<size_t> characters_;  // before each kStride-th byte
};

// What yaml-cpp says about a text that is no YAML, and what it is likely to come from.
std::string BrokenYamlMessage(const SourceText& text, Position position,
                              const std::string& complaint);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_SOURCE_TEXT_H_
