// Which of the models that a run has evaluated is the best so far.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_LOOP_BEST_SO_FAR_H_
#define NEPA_WORKER_TRAIN_LOOP_BEST_SO_FAR_H_

#include <map>
#include <optional>
#include <string>

#include "common/config/job_spec.h"

namespace nepa::loop {

// Compares as a coordinator does that looks for a job's best checkpoint: ema_top1 in fine-tuning,
// knn_top1 in pretraining, more is better.
class BestSoFar {
 public:
  // `value`: the best one of a run that is resumed.
  explicit BestSoFar(config::Kind kind, std::optional<double> value = std::nullopt)
      : metric_(kind == config::Kind::kFinetune ? "ema_top1" : "knn_top1"), value_(value) {}

  // Takes what an evaluation has measured. True if it is better than all before; never without the
  // metric (a classifier that keeps no average).
  bool Improves(const std::map<std::string, double>& measured) {
    const auto found = measured.find(metric_);
    if (found == measured.end() || (value_.has_value() && found->second <= *value_)) return false;
    value_ = found->second;
    return true;
  }

  std::optional<double> value() const { return value_; }

 private:
  std::string metric_;
  std::optional<double> value_;
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_BEST_SO_FAR_H_
