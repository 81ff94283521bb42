// What lies on disk against what a job asks for: data, model folder, checkpoint. The first thing
// that a trainer does, and all that `nepa-trainer --check` does.
//
// Reads headers, labels and lists of files, and the whole of what is small; never the weights.
// Errors: as JobFaults (ending.h), all faults at once.
#ifndef NEPA_WORKER_TRAIN_LOOP_CHECK_H_
#define NEPA_WORKER_TRAIN_LOOP_CHECK_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/config/job_spec.h"
#include "common/frames/trainer_job.h"
#include "worker/train/data/dataset.h"
#include "worker/train/loop/ending.h"
#include "worker/train/loop/step_plan.h"
#include "worker/train/model/model_folder.h"

namespace nepa::loop {

struct Datasets {
  std::shared_ptr<const data::Dataset> train;
  std::shared_ptr<const data::Dataset> eval;  // null where the job file names none
};

// Opens what the job file names, and checks that the two fit each other. Incomplete where there are
// faults.
Datasets OpenDatasets(const config::JobFile& job, data::Extent extent, JobFaults& faults);

// Where a fresh run's weights start.
struct ModelSource {
  std::string folder;   // "": random weights
  bool unseen = false;  // in a registry that only a coordinator knows: not looked at
  model::StartOptions options;
  std::optional<config::ModelConfig> config;  // of the model to be trained; none where unseen
};

struct CheckedJob {
  Datasets datasets;
  StepPlan plan;
  at::Device device = at::kCPU;
  ModelSource source;  // not looked at where the job resumes from a checkpoint
};

// For training.
absl::StatusOr<CheckedJob> CheckJob(const frames::TrainerJob& order, const config::JobFile& job);

// For the check alone: the datasets are outlines, and a model that only a coordinator can find is
// left unseen.
absl::StatusOr<CheckedJob> CheckOutline(const frames::TrainerJob& order,
                                        const config::JobFile& job);

// What there is to say about a job without faults.
std::string Describe(const CheckedJob& checked);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_CHECK_H_
