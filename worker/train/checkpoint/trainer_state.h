// Where training stood when a checkpoint was taken: trainer.json of a checkpoint folder.
// docs/formats/checkpoint.md describes it.
//
// There is no random state in it: every random choice of a run is a function of (seed, step,
// position in the global batch) or (seed, epoch, sample), so the seed and the step are all of it.
//
// Pure: no I/O.
#ifndef NEPA_WORKER_TRAIN_CHECKPOINT_TRAINER_STATE_H_
#define NEPA_WORKER_TRAIN_CHECKPOINT_TRAINER_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nepa::checkpoint {

// What an evaluation measured of the model of a step.
struct Measurement {
  int64_t step = 0;
  std::map<std::string, double> metrics;
  bool operator==(const Measurement&) const = default;
};

struct TrainerState {
  std::string job_id;
  int64_t attempt = 0;
  int64_t step = 0;         // optimizer steps done
  double epoch = 0;         // epochs done
  int64_t total_steps = 0;  // of the schedule
  uint64_t seed = 0;
  int64_t train_count = 0;  // training samples: with seed and step, the sampler's position
  int64_t global_batch = 0;
  bool keep_last_batch = false;  // an incomplete last batch of an epoch is trained
  int64_t collapse_count = 0;    // steps in a row that looked collapsed
  std::string precision;         // "fp32" or "bf16"
  int64_t world_size = 1;        // for the record: a resume may use another
  int64_t micro_batch = 0;       // for the record
  std::string nepa_version;      // for the record
  std::string libtorch_version;  // for the record
  // Of the step, and of an evaluation only where it measured this very model; by the names of
  // design.
  std::map<std::string, double> metrics;
  std::optional<Measurement> last_evaluation;  // of this step or of an earlier one
  // The model of this step was to be evaluated, and training was stopped first.
  bool evaluation_owed = false;
  std::optional<double> best;  // of what models are compared by, measured so far
  bool operator==(const TrainerState&) const = default;
};

std::string Encode(const TrainerState& state);

// DATA_LOSS names what is missing or of the wrong type.
absl::StatusOr<TrainerState> DecodeTrainerState(absl::string_view text);

}  // namespace nepa::checkpoint

#endif  // NEPA_WORKER_TRAIN_CHECKPOINT_TRAINER_STATE_H_
