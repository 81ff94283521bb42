// The log of a program: a fixed phrase with fields, one line each, to stderr.
//
//   LogInfo("job placed", {{"job", id}, {"attempt", attempt}});
//   2026-11-24T22:21:05.123Z I job placed job=j17 attempt=2
//
// Log an error or return it, not both; nothing per training step (that is a metric). Any thread.
#ifndef NEPA_COMMON_BASE_LOG_H_
#define NEPA_COMMON_BASE_LOG_H_

#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace nepa {

// A name with a value of any type that absl::StrCat takes.
struct LogField {
  template <typename T>
  LogField(absl::string_view field_name, const T& field_value)
      : name(field_name), value(absl::StrCat(field_value)) {}
  absl::string_view name;
  std::string value;
};

void LogInfo(absl::string_view phrase, std::initializer_list<LogField> fields = {});
void LogWarning(absl::string_view phrase, std::initializer_list<LogField> fields = {});
void LogError(absl::string_view phrase, std::initializer_list<LogField> fields = {});

}  // namespace nepa

#endif  // NEPA_COMMON_BASE_LOG_H_
