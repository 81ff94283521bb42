// The file that tells a rank what to train: `nepa-trainer --config job.json`.
// docs/formats/trainer-frames.md describes it.
//
// Pure: no I/O.
#ifndef NEPA_COMMON_FRAMES_TRAINER_JOB_H_
#define NEPA_COMMON_FRAMES_TRAINER_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace nepa::frames {

struct TrainerJob {
  std::string job_id = "j0";
  int64_t attempt = 1;
  int64_t rank = 0;
  int64_t world_size = 1;
  int64_t threads = 0;         // 0: all processors
  std::string device = "cpu";  // "cpu" or "cuda:N"
  std::string folder;          // absolute; the job's folder: checkpoints/, ledger.tsv
  std::string resume_from;     // absolute checkpoint folder; "" to start at step 0
  std::string model_from;      // absolute model folder the weights start from; "" for none
  // Names of the job's checkpoint folders: complete ones of earlier attempts that are not among
  // them are removed. None: not told, and nothing is removed.
  std::optional<std::vector<std::string>> registered_checkpoints;
  // Absolute folders in which the paths of the job file must lie. None: they may lie anywhere.
  std::optional<std::vector<std::string>> allowed_paths;
  std::string store_host;  // where rank 0's store listens; "" when world_size is 1
  int64_t store_port = 0;
  std::string job_file_json;  // config::JobFile; nested as the object "job_file" in the file
};

std::string Encode(const TrainerJob& job);

// INVALID_ARGUMENT names the missing or wrong key.
absl::StatusOr<TrainerJob> DecodeTrainerJob(std::string_view text);

}  // namespace nepa::frames

#endif  // NEPA_COMMON_FRAMES_TRAINER_JOB_H_
