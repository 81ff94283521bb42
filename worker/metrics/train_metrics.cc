#include "worker/metrics/train_metrics.h"

#include <algorithm>
#include <array>

#include "common/metrics/buckets.h"

namespace nepa::worker {
namespace {

struct TrainGauge {
  const char* metric;  // in frames
  const char* name;
  const char* help;
};

constexpr std::array<TrainGauge, 7> kTrainGauges = {{
    {"loss", "nepa_train_loss", "Training loss of the latest step."},
    {"learning_rate", "nepa_train_learning_rate", "Peak learning rate times the schedule."},
    {"gradient_norm", "nepa_train_gradient_norm",
     "Global L2 norm of the gradient, before clipping."},
    {"embedding_std", "nepa_train_embedding_std", "Spread of the embeddings; 0 is a collapse."},
    {"step_seconds", "nepa_train_step_seconds", "Duration of the latest optimizer step."},
    {"data_wait_seconds", "nepa_train_data_wait_seconds",
     "How long the latest step waited for its data."},
    {"effective_rank", "nepa_eval_effective_rank", "RankMe of the frozen features."},
}};

// "top1", "ema_top5", "knn_top1", "knn_top1_block_3", "miou".
bool IsAccuracy(const std::string& metric) {
  return metric == "top1" || metric == "top5" || metric == "ema_top1" || metric == "ema_top5" ||
         metric == "miou" || metric.rfind("knn_top", 0) == 0;
}

}  // namespace

TrainMetrics::TrainMetrics(prometheus::Registry& registry, absl::Duration series_stay)
    : series_stay_(series_stay) {
  for (const TrainGauge& gauge : kTrainGauges) {
    train_[gauge.metric] =
        &prometheus::BuildGauge().Name(gauge.name).Help(gauge.help).Register(registry);
  }
  accuracy_ = &prometheus::BuildGauge()
                   .Name("nepa_eval_accuracy")
                   .Help("Accuracy of the latest evaluation, a fraction of 1.")
                   .Register(registry);
  images_total_ = &prometheus::BuildCounter()
                       .Name("nepa_train_images_total")
                       .Help("Images trained on all ranks.")
                       .Register(registry);
  write_seconds_ = &prometheus::BuildHistogram()
                        .Name("nepa_checkpoint_write_seconds")
                        .Help("How long a checkpoint took to be written, beside training.")
                        .Register(registry);
  stall_seconds_ = &prometheus::BuildHistogram()
                        .Name("nepa_checkpoint_stall_seconds")
                        .Help("How long training stood still for a checkpoint.")
                        .Register(registry);
}

void TrainMetrics::Began(const exchange::AttemptId& attempt, const std::string& job_name) {
  Job& job = jobs_[attempt.job_id];
  if (attempt.attempt < job.attempt) return;
  job.name = job_name;
  job.attempt = attempt.attempt;
  job.images = 0;
  job.expires = absl::InfiniteFuture();
}

void TrainMetrics::Observe(const exchange::AttemptId& attempt, const frames::Frame& frame) {
  const auto found = jobs_.find(attempt.job_id);
  if (found == jobs_.end() || found->second.attempt != attempt.attempt) return;
  auto& [id, job] = *found;
  if (const auto* progress = std::get_if<frames::Progress>(&frame)) {
    SetAll(id, job, progress->metrics);
    CountImages(id, job, progress->images);
  } else if (const auto* metrics = std::get_if<frames::Metrics>(&frame)) {
    SetAll(id, job, metrics->values);
  } else if (const auto* checkpoint = std::get_if<frames::CheckpointWritten>(&frame)) {
    SetAll(id, job, checkpoint->metrics);
    AddCheckpoint(id, job, *checkpoint);
  }
}

void TrainMetrics::Ended(const exchange::AttemptId& attempt, absl::Time now) {
  const auto found = jobs_.find(attempt.job_id);
  if (found == jobs_.end() || found->second.attempt != attempt.attempt) return;
  found->second.expires = now + series_stay_;
}

void TrainMetrics::Expire(absl::Time now) {
  for (auto it = jobs_.begin(); it != jobs_.end();) {
    if (now < it->second.expires) {
      ++it;
      continue;
    }
    Remove(it->second);
    it = jobs_.erase(it);
  }
}

absl::Time TrainMetrics::NextExpiry() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [id, job] : jobs_) next = std::min(next, job.expires);
  return next;
}

prometheus::Labels TrainMetrics::LabelsOf(const std::string& job_id, const Job& job) const {
  return {{"job_id", job_id}, {"job_name", job.name}};
}

prometheus::Family<prometheus::Gauge>* TrainMetrics::FamilyOf(const std::string& metric) {
  if (const auto found = train_.find(metric); found != train_.end()) return found->second;
  return IsAccuracy(metric) ? accuracy_ : nullptr;
}

void TrainMetrics::Set(const std::string& job_id, Job& job, const std::string& metric,
                       double value) {
  Family<prometheus::Gauge>* const family = FamilyOf(metric);
  if (family == nullptr) return;  // of the history only
  prometheus::Gauge*& gauge = job.gauges[family][metric];
  if (gauge == nullptr) {
    prometheus::Labels labels = LabelsOf(job_id, job);
    if (family == accuracy_) labels["metric"] = metric;
    gauge = &family->Add(labels);
  }
  gauge->Set(value);
}

void TrainMetrics::SetAll(const std::string& job_id, Job& job,
                          const std::map<std::string, double>& values) {
  for (const auto& [metric, value] : values) Set(job_id, job, metric, value);
}

void TrainMetrics::CountImages(const std::string& job_id, Job& job, int64_t images) {
  if (job.images_total == nullptr) job.images_total = &images_total_->Add(LabelsOf(job_id, job));
  if (images <= job.images) return;
  job.images_total->Increment(static_cast<double>(images - job.images));
  job.images = images;
}

void TrainMetrics::AddCheckpoint(const std::string& job_id, Job& job,
                                 const frames::CheckpointWritten& frame) {
  if (job.write_seconds == nullptr) {
    job.write_seconds = &write_seconds_->Add(LabelsOf(job_id, job), metrics::LongSeconds());
    job.stall_seconds = &stall_seconds_->Add(LabelsOf(job_id, job), metrics::ShortSeconds());
  }
  job.write_seconds->Observe(frame.write_seconds);
  job.stall_seconds->Observe(frame.stall_seconds);
}

void TrainMetrics::Remove(Job& job) {
  for (auto& [family, gauges] : job.gauges) {
    for (auto& [metric, gauge] : gauges) family->Remove(gauge);
  }
  if (job.images_total != nullptr) images_total_->Remove(job.images_total);
  if (job.write_seconds != nullptr) write_seconds_->Remove(job.write_seconds);
  if (job.stall_seconds != nullptr) stall_seconds_->Remove(job.stall_seconds);
}

}  // namespace nepa::worker
