#include "common/config/source_text.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/config/utf8.h"

namespace nepa::config {
namespace {

constexpr size_t kStride = 256;

bool Continues(unsigned char c) { return (c & 0xC0) == 0x80; }

}  // namespace

SourceText::SourceText(absl::string_view raw) {
  absl::ConsumePrefix(&raw, "\xEF\xBB\xBF");
  text_ = std::string(raw);
  starts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') starts_.push_back(i + 1);
  }
  size_t characters = 0;
  for (size_t i = 0; i < text_.size(); ++i) {
    if (i % kStride == 0) characters_.push_back(characters);
    if (!Continues(text_[i])) ++characters;
  }
}

size_t SourceText::CharactersBefore(size_t at) const {
  if (text_.empty()) return 0;
  const size_t stride = std::min(at / kStride, characters_.size() - 1);
  const auto begin = text_.begin() + stride * kStride;
  const auto end = text_.begin() + std::min(at, text_.size());
  return characters_[stride] + std::count_if(begin, end, [](char c) { return !Continues(c); });
}

absl::string_view SourceText::Line(int number) const {
  if (number < 1 || static_cast<size_t>(number) > starts_.size()) return "";
  const size_t start = starts_[number - 1];
  const bool last = static_cast<size_t>(number) == starts_.size();
  const size_t end = last ? text_.size() : starts_[number] - 1;
  absl::string_view line = absl::string_view(text_).substr(start, end - start);
  absl::ConsumeSuffix(&line, "\r");
  return line;
}

Position SourceText::PositionAt(int line, int byte_column) const {
  if (line < 0 || static_cast<size_t>(line) >= starts_.size()) return {line + 1, 1};
  const size_t column = std::min<size_t>(std::max(byte_column, 0), Line(line + 1).size());
  const size_t start = starts_[line];
  const size_t characters = CharactersBefore(start + column) - CharactersBefore(start);
  return {line + 1, static_cast<int>(characters) + 1};
}

char SourceText::CharacterAt(int line, int byte_column) const {
  const absl::string_view text = Line(line + 1);
  const size_t column = static_cast<size_t>(std::max(byte_column, 0));
  return column < text.size() ? text[column] : '\0';
}

bool SourceText::QuoteIsClosed(int line, int byte_column) const {
  const char quote = CharacterAt(line, byte_column);
  if (quote != '"' && quote != '\'') return true;
  for (size_t at = starts_[line] + byte_column + 1; at < text_.size(); ++at) {
    if (quote == '"' && text_[at] == '\\') {
      ++at;
    } else if (text_[at] == quote) {
      // Two single quotes stand for one.
      if (quote == '"' || text_[at + 1] != quote) return true;
      ++at;
    }
  }
  return false;
}

std::optional<SourceText::WrongByte> SourceText::FirstWrongByte() const {
  size_t line = 0;
  const auto wrong = [this, &line](size_t at, std::string message) {
    return WrongByte{PositionAt(static_cast<int>(line), static_cast<int>(at - starts_[line])),
                     std::move(message)};
  };
  for (size_t at = 0; at < text_.size();) {
    const size_t length = CharacterLength(text_, at);
    if (length == 0) return wrong(at, "the file is not UTF-8 text");
    const unsigned char c = text_[at];
    const bool line_end = c == '\n' || (c == '\r' && text_[at + 1] == '\n');
    if (!line_end && c != '\t' && (c < 0x20 || c == 0x7F)) {
      return wrong(at, absl::StrCat("a control character (byte 0x", absl::Hex(c, absl::kZeroPad2),
                                    ") is not allowed"));
    }
    if (c == '\n') ++line;
    at += length;
  }
  return std::nullopt;
}

std::string BrokenYamlMessage(const SourceText& text, Position position,
                              const std::string& complaint) {
  std::string message = absl::StrCat("broken YAML: ", complaint);
  for (int number : {position.line, position.line - 1}) {
    const absl::string_view line = text.Line(number);
    const size_t indent = line.find_first_not_of(" \t");
    if (line.substr(0, indent).find('\t') != absl::string_view::npos) {
      return absl::StrCat(message, "; line ", number, " is indented with a tab, YAML needs spaces");
    }
  }
  return message;
}

}  // namespace nepa::config
