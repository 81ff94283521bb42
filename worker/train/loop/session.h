// Everything that a run of a trainer needs, checked and made ready before its first step: data,
// model, optimizer, and where training stands.
//
// Errors: every fault that the user can set right ends the job as invalid, with its place in the
// job file (ending.h).
#ifndef NEPA_WORKER_TRAIN_LOOP_SESSION_H_
#define NEPA_WORKER_TRAIN_LOOP_SESSION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/job_spec.h"
#include "common/frames/trainer_job.h"
#include "worker/train/checkpoint/trainer_state.h"
#include "worker/train/data/sampler.h"
#include "worker/train/loop/best_so_far.h"
#include "worker/train/loop/check.h"
#include "worker/train/loop/span_log.h"
#include "worker/train/loop/step_plan.h"
#include "worker/train/model/vit_nepa.h"
#include "worker/train/optim/adamw.h"
#include "worker/train/optim/ema.h"
#include "worker/train/optim/parameter_rules.h"
#include "worker/train/optim/schedule.h"

namespace nepa::loop {

// The model that averages the weights, and the rule by which it does.
struct AveragedModel {
  model::VitNepa model;
  optim::Ema rule;
};

// One rank's state of training. Thread rule: the training thread's.
struct Session {
  frames::TrainerJob order;
  config::JobFile job;
  at::Device device = at::kCPU;

  Datasets datasets;
  StepPlan plan;
  MicroPlan micro;

  model::VitNepa model;
  std::optional<AveragedModel> averaged;  // none: the job keeps no EMA
  std::vector<optim::ParameterRule> rules;
  optim::Schedule schedule;
  optim::AdamW optimizer;

  int64_t step = 0;            // optimizer steps done
  int64_t collapse_count = 0;  // see CollapseMonitor

  std::map<std::string, double> step_metrics;              // of the latest step
  std::optional<checkpoint::Measurement> last_evaluation;  // of this step or of an earlier one
  bool evaluation_owed = false;                            // see checkpoint::TrainerState
  BestSoFar best{config::Kind::kPretrain};

  // The latest of each metric, whichever step it is of: what people are shown.
  std::map<std::string, double> LatestMetrics() const;
  // Without what was measured of an earlier model: what a checkpoint of this step is judged by.
  std::map<std::string, double> MetricsOfThisStep() const;

  const config::JobSpec& spec() const { return job.spec; }
  data::Sampler sampler() const {
    return data::Sampler(SamplerOptions(job.spec, datasets.train->count()));
  }
};

// The device that the order names. Its own file, since what a build can train on differs.
absl::StatusOr<at::Device> FindDevice(const frames::TrainerJob& order, const config::JobFile& job);

// Where the job resumes from a checkpoint, the session is as it was when that was taken. `spans`
// gets what took how long.
absl::StatusOr<Session> PrepareSession(const frames::TrainerJob& order, const config::JobFile& job,
                                       SpanLog& spans);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_SESSION_H_
