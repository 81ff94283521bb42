#include "common/frames/trainer_job.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/frames/json_fields.h"
#include "common/json_text/json_text.h"

namespace nepa::frames {
namespace {

using nlohmann::json;

constexpr char kRegistered[] = "registered_checkpoints";
constexpr char kAllowed[] = "allowed_paths";
constexpr std::array<const char*, 14> kKeys = {
    "job_id",      "attempt",    "rank",      "world_size", "threads",    "device",     "folder",
    "resume_from", "model_from", kRegistered, kAllowed,     "store_host", "store_port", "job_file"};

// A misspelt key of a file written by hand would silently train something else.
absl::Status RefuseUnknownKeys(const json& object) {
  for (const auto& [key, value] : object.items()) {
    bool known = false;
    for (const char* name : kKeys) known = known || key == name;
    if (!known) {
      return absl::InvalidArgumentError(absl::StrCat("trainer job: unknown key \"", key,
                                                     "\"; known are ", absl::StrJoin(kKeys, ", ")));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadFolders(const json& object, const char* key,
                         std::optional<std::vector<std::string>>& folders) {
  const auto found = object.find(key);
  if (found == object.end()) return absl::OkStatus();
  folders.emplace();
  for (const json& name : found->is_array() ? *found : json::array({nullptr})) {
    if (!name.is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat("trainer job: \"", key, "\" must be a list of folder names"));
    }
    folders->push_back(name);
  }
  return absl::OkStatus();
}

absl::Status CheckRanks(const TrainerJob& job) {
  if (job.world_size < 1 || job.rank >= job.world_size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "trainer job: \"rank\" ", job.rank, " must be below \"world_size\" ", job.world_size));
  }
  if (job.world_size > 1 && (job.store_host.empty() || job.store_port == 0)) {
    return absl::InvalidArgumentError(
        "trainer job: \"store_host\" and \"store_port\" must say where rank 0's store listens "
        "when \"world_size\" is above 1");
  }
  return absl::OkStatus();
}

}  // namespace

std::string Encode(const TrainerJob& job) {
  json job_file = json_text::Parse(job.job_file_json);
  if (job_file.is_discarded()) job_file = nullptr;  // refused by the reader
  json object = {{"job_id", job.job_id},
                 {"attempt", job.attempt},
                 {"rank", job.rank},
                 {"world_size", job.world_size},
                 {"threads", job.threads},
                 {"device", job.device},
                 {"folder", job.folder},
                 {"resume_from", job.resume_from},
                 {"model_from", job.model_from},
                 {"store_host", job.store_host},
                 {"store_port", job.store_port},
                 {"job_file", std::move(job_file)}};
  if (job.registered_checkpoints.has_value()) object[kRegistered] = *job.registered_checkpoints;
  if (job.allowed_paths.has_value()) object[kAllowed] = *job.allowed_paths;
  return Dump(object);
}

absl::StatusOr<TrainerJob> DecodeTrainerJob(std::string_view text) {
  const absl::StatusOr<json> object = ParseObject(text, "trainer job");
  if (!object.ok()) return object.status();
  if (absl::Status status = RefuseUnknownKeys(*object); !status.ok()) return status;

  const TrainerJob defaults;
  JsonFields fields(*object, "trainer job");
  TrainerJob job;
  job.job_id = fields.Text("job_id", defaults.job_id);
  job.attempt = fields.Count("attempt", defaults.attempt);
  job.rank = fields.Count("rank", defaults.rank);
  job.world_size = fields.Count("world_size", defaults.world_size);
  job.threads = fields.Count("threads", defaults.threads);
  job.device = fields.Text("device", defaults.device);
  job.folder = fields.Text("folder");
  job.resume_from = fields.Text("resume_from", "");
  job.model_from = fields.Text("model_from", "");
  job.store_host = fields.Text("store_host", "");
  job.store_port = fields.Count("store_port", 0);
  if (!fields.status().ok()) return fields.status();
  if (absl::Status status = CheckRanks(job); !status.ok()) return status;
  for (const auto& [key, folders] : {std::pair(kRegistered, &job.registered_checkpoints),
                                     std::pair(kAllowed, &job.allowed_paths)}) {
    if (absl::Status status = ReadFolders(*object, key, *folders); !status.ok()) return status;
  }

  const auto job_file = object->find("job_file");
  if (job_file == object->end() || !job_file->is_object()) {
    return absl::InvalidArgumentError("trainer job: \"job_file\" must be an object");
  }
  job.job_file_json = Dump(*job_file);
  return job;
}

}  // namespace nepa::frames
