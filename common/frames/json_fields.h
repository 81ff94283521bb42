// Reading the fields of one JSON object with the first fault kept: the decoders of this folder read
// every field in a row and ask for the status once.
#ifndef NEPA_COMMON_FRAMES_JSON_FIELDS_H_
#define NEPA_COMMON_FRAMES_JSON_FIELDS_H_

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nepa::frames {

// Most metrics in one frame, and the longest name of one.
inline constexpr size_t kMaxMetricCount = 256;
inline constexpr size_t kMaxMetricNameBytes = 64;

class JsonFields {
 public:
  // `what` names the object in messages: "progress frame". `object` and `what` must outlive this.
  JsonFields(const nlohmann::json& object, std::string_view what) : object_(object), what_(what) {}

  // Each returns the field's value. A missing field is a fault, or `fallback` where one is given; a
  // value of the wrong type or out of range is always a fault. After a fault the value is the
  // type's zero.
  int64_t Count(const char* key, std::optional<int64_t> fallback = {});  // an integer >= 0
  double Amount(const char* key, std::optional<double> fallback = {});   // finite and >= 0
  bool Flag(const char* key, std::optional<bool> fallback = {});
  std::string Text(const char* key, std::optional<std::string> fallback = {});
  // Names of [a-z0-9_] with finite values; a missing field is an empty map.
  std::map<std::string, double> Metrics(const char* key);

  // INVALID_ARGUMENT that names the object and the field, or OK.
  const absl::Status& status() const { return status_; }

 private:
  // The field, or null: then a fault was noted, unless `optional`.
  const nlohmann::json* Find(const char* key, bool optional);
  void Fault(const char* key, std::string_view problem);

  const nlohmann::json& object_;
  std::string_view what_;
  absl::Status status_;
};

// `text` as one JSON object. INVALID_ARGUMENT for anything else; `what` as above.
absl::StatusOr<nlohmann::json> ParseObject(std::string_view text, std::string_view what);

// On one line; bytes that are no UTF-8 are replaced, never refused.
std::string Dump(const nlohmann::json& object);

// Leaves out values that are not finite: JSON cannot say them, and no reader could use them.
nlohmann::json MetricsJson(const std::map<std::string, double>& metrics);

}  // namespace nepa::frames

#endif  // NEPA_COMMON_FRAMES_JSON_FIELDS_H_
