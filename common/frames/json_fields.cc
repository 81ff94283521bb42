#include "common/frames/json_fields.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/json_text/json_text.h"

namespace nepa::frames {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// What a bad line looks like in a message: its beginning, printable.
std::string Excerpt(std::string_view text) {
  constexpr size_t kShown = 60;
  const std::string shown = absl::CHexEscape(View(text.substr(0, kShown)));
  return absl::StrCat("\"", shown, text.size() > kShown ? "…\"" : "\"");
}

bool IsMetricName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxMetricNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace

const nlohmann::json* JsonFields::Find(const char* key, bool optional) {
  const auto found = object_.find(key);
  if (found != object_.end()) return &*found;
  if (!optional) Fault(key, "is missing");
  return nullptr;
}

void JsonFields::Fault(const char* key, std::string_view problem) {
  if (!status_.ok()) return;
  status_ =
      absl::InvalidArgumentError(absl::StrCat(View(what_), ": \"", key, "\" ", View(problem)));
}

int64_t JsonFields::Count(const char* key, std::optional<int64_t> fallback) {
  const nlohmann::json* field = Find(key, fallback.has_value());
  if (field == nullptr) return fallback.value_or(0);
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  // nlohmann reads every integer >= 0 as unsigned.
  if (!field->is_number_unsigned() || field->get<uint64_t>() > kMax) {
    Fault(key, "must be an integer of at least 0");
    return 0;
  }
  return field->get<int64_t>();
}

double JsonFields::Amount(const char* key, std::optional<double> fallback) {
  const nlohmann::json* field = Find(key, fallback.has_value());
  if (field == nullptr) return fallback.value_or(0);
  // nlohmann reads no number that a double cannot hold.
  if (!field->is_number() || field->get<double>() < 0) {
    Fault(key, "must be a number of at least 0");
    return 0;
  }
  return field->get<double>();
}

bool JsonFields::Flag(const char* key, std::optional<bool> fallback) {
  const nlohmann::json* field = Find(key, fallback.has_value());
  if (field == nullptr) return fallback.value_or(false);
  if (!field->is_boolean()) {
    Fault(key, "must be true or false");
    return false;
  }
  return field->get<bool>();
}

std::string JsonFields::Text(const char* key, std::optional<std::string> fallback) {
  const nlohmann::json* field = Find(key, fallback.has_value());
  if (field == nullptr) return fallback.value_or("");
  if (!field->is_string()) {
    Fault(key, "must be a string");
    return "";
  }
  return field->get<std::string>();
}

std::map<std::string, double> JsonFields::Metrics(const char* key) {
  std::map<std::string, double> metrics;
  const nlohmann::json* field = Find(key, /*optional=*/true);
  if (field == nullptr) return metrics;
  if (!field->is_object() || field->size() > kMaxMetricCount) {
    Fault(key, absl::StrCat("must be an object of at most ", kMaxMetricCount, " numbers"));
    return metrics;
  }
  for (const auto& [name, value] : field->items()) {
    if (!IsMetricName(name)) {
      Fault(key, absl::StrCat("has a metric named ", Excerpt(name), "; allowed are ", "at most ",
                              kMaxMetricNameBytes, " of a-z, 0-9 and _"));
    } else if (!value.is_number()) {
      Fault(key, absl::StrCat("has a value that is no number for ", name));
    } else {
      metrics.emplace(name, value.get<double>());
    }
  }
  return metrics;
}

absl::StatusOr<nlohmann::json> ParseObject(std::string_view text, std::string_view what) {
  nlohmann::json object = json_text::Parse(text);
  if (!object.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(View(what), ": not a JSON object: ", Excerpt(text)));
  }
  return object;
}

std::string Dump(const nlohmann::json& object) {
  return object.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false,
                     nlohmann::json::error_handler_t::replace);
}

nlohmann::json MetricsJson(const std::map<std::string, double>& metrics) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, value] : metrics) {
    if (std::isfinite(value)) object[name] = value;
  }
  return object;
}

}  // namespace nepa::frames
