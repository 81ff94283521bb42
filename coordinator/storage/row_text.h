// How values that SQLite has no type for stand in its columns: times as RFC 3339 in UTC with nine
// digits, maps as JSON objects.
#ifndef NEPA_COORDINATOR_STORAGE_ROW_TEXT_H_
#define NEPA_COORDINATOR_STORAGE_ROW_TEXT_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nepa::storage {

std::string TimeText(absl::Time time);
std::optional<std::string> TimeText(const std::optional<absl::Time>& time);
std::string MapText(const std::map<std::string, double>& values);
std::string MapText(const std::map<std::string, std::string>& values);

// DATA_LOSS for what the functions above do not write.
absl::StatusOr<absl::Time> TimeOf(const std::string& text);
absl::StatusOr<std::optional<absl::Time>> TimeOf(const std::optional<std::string>& text);
absl::StatusOr<std::map<std::string, double>> NumbersOf(const std::string& text);
absl::StatusOr<std::map<std::string, std::string>> TextsOf(const std::string& text);

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_ROW_TEXT_H_
