#include "common/config/job_spec_json.h"

#include "absl/strings/str_cat.h"
#include "common/config/fault.h"
#include "common/config/job_binding.h"
#include "common/config/json_node.h"
#include "common/json_text/json_text.h"

namespace nepa::config {
namespace {

using Json = nlohmann::ordered_json;

absl::Status Refused(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("reading a job from JSON: ", what));
}

absl::StatusOr<std::map<std::string, Position>> ReadPositions(const Json& json) {
  std::map<std::string, Position> positions;
  for (const auto& [field, value] : json.items()) {
    const auto in_range = [](const Json& number) {
      return number.is_number_unsigned() && number.get<uint64_t>() < (1u << 30);
    };
    if (!value.is_array() || value.size() != 2 || !in_range(value[0]) || !in_range(value[1])) {
      return Refused(absl::StrCat("positions of \"", field, "\" is not [line, column]"));
    }
    positions[field] = {value[0].get<int>(), value[1].get<int>()};
  }
  return positions;
}

absl::StatusOr<JobFile> Decode(absl::string_view text, Rules rules) {
  if (text.size() > kMostJsonBytes) return Refused("longer than 4 MiB");
  const Json json = json_text::Parse<Json>({text.data(), text.size()});
  if (json.is_discarded()) return Refused("not JSON, or nested too deeply");
  if (!json.is_object()) return Refused("not an object");
  for (const auto& [key, value] : json.items()) {
    if (key != "file" && key != "folder" && key != "positions" && key != "spec") {
      return Refused(absl::StrCat("unknown key \"", key, "\""));
    }
  }
  const auto has = [&json](const char* key, Json::value_t type) {
    return json.contains(key) && json[key].type() == type;
  };
  if (!has("file", Json::value_t::string)) return Refused("\"file\" is missing or no text");
  if (!has("folder", Json::value_t::string)) return Refused("\"folder\" is missing or no text");
  if (!has("spec", Json::value_t::object)) return Refused("\"spec\" is missing or no object");
  std::optional<std::map<std::string, Position>> positions;
  if (json.contains("positions")) {
    if (!json["positions"].is_object()) return Refused("\"positions\" is no object");
    auto read = ReadPositions(json["positions"]);
    if (!read.ok()) return read.status();
    positions = *std::move(read);
  }
  BindingSource source;
  source.file = json["file"].get<std::string>();
  source.folder = json["folder"].get<std::string>();
  source.without_position = source.file;
  BindingResult result = Bind(NodeFromJson(json["spec"]), source, rules);
  if (!result.job) return Refused(FormatFault(result.faults[0]));
  // Written by hand, for a trainer that runs alone, it has none.
  if (positions.has_value()) result.job->positions = *std::move(positions);
  return *std::move(result.job);
}

}  // namespace

std::string ToJson(const JobFile& job) {
  Json positions = Json::object();
  for (const auto& [field, position] : job.positions) {
    positions[field] = {position.line, position.column};
  }
  const Json json = {{"file", job.file},
                     {"folder", job.folder},
                     {"positions", positions},
                     {"spec", JsonFromNode(ToNode(job.spec))}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<JobFile> JobFileFromJson(absl::string_view text) {
  return Decode(text, Rules::kApply);
}

absl::StatusOr<JobFile> AcceptedJobFromJson(absl::string_view text) {
  return Decode(text, Rules::kSkip);
}

}  // namespace nepa::config
