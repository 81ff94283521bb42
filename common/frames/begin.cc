#include "common/frames/begin.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/frames/json_fields.h"

namespace nepa::frames {

std::string Encode(const Begin& begin) {
  return Dump({{"type", "begin"}, {"config", begin.config}, {"log", begin.log}});
}

absl::StatusOr<Begin> DecodeBegin(std::string_view line) {
  const absl::StatusOr<nlohmann::json> object = ParseObject(line, "control line");
  if (!object.ok()) return object.status();
  JsonFields fields(*object, "control line");
  const std::string type = fields.Text("type");
  Begin begin;
  begin.config = fields.Text("config");
  begin.log = fields.Text("log");
  if (!fields.status().ok()) return fields.status();
  if (type != "begin") {
    return absl::InvalidArgumentError(
        absl::StrCat("control line: a trainer that waits is told to begin, got \"",
                     type.substr(0, kMaxMetricNameBytes), "\""));
  }
  return begin;
}

}  // namespace nepa::frames
