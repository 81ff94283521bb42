#include "coordinator/storage/row_text.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/json_text/json_text.h"

namespace nepa::storage {
namespace {

constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E9SZ";

template <typename Value>
std::string Dump(const std::map<std::string, Value>& values) {
  // Text that is not UTF-8 must not stop a commit.
  return nlohmann::json(values).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <typename Value>
absl::StatusOr<std::map<std::string, Value>> Parse(const std::string& text) {
  const auto fault = [&] {
    return absl::DataLossError(absl::StrCat("'", text, "' is no JSON object as it was written"));
  };
  const nlohmann::json json = json_text::Parse(text);
  if (!json.is_object()) return fault();
  std::map<std::string, Value> values;
  for (const auto& [name, value] : json.items()) {
    if constexpr (std::is_same_v<Value, double>) {
      if (!value.is_number()) return fault();
    } else {
      if (!value.is_string()) return fault();
    }
    values[name] = value.template get<Value>();
  }
  return values;
}

}  // namespace

std::string TimeText(absl::Time time) {
  return absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone());
}

std::optional<std::string> TimeText(const std::optional<absl::Time>& time) {
  return time.has_value() ? std::optional<std::string>(TimeText(*time)) : std::nullopt;
}

std::string MapText(const std::map<std::string, double>& values) { return Dump(values); }
std::string MapText(const std::map<std::string, std::string>& values) { return Dump(values); }

absl::StatusOr<absl::Time> TimeOf(const std::string& text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(kTimeFormat, text, absl::UTCTimeZone(), &time, &error)) {
    return absl::DataLossError(absl::StrCat("'", text, "' is no time: ", error));
  }
  return time;
}

absl::StatusOr<std::optional<absl::Time>> TimeOf(const std::optional<std::string>& text) {
  if (!text.has_value()) return std::optional<absl::Time>();
  NEPA_ASSIGN_OR_RETURN(const absl::Time time, TimeOf(*text));
  return std::optional<absl::Time>(time);
}

absl::StatusOr<std::map<std::string, double>> NumbersOf(const std::string& text) {
  return Parse<double>(text);
}

absl::StatusOr<std::map<std::string, std::string>> TextsOf(const std::string& text) {
  return Parse<std::string>(text);
}

}  // namespace nepa::storage
