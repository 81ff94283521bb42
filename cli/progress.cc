#include "cli/progress.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/format.h"
#include "cli/job_text.h"
#include "cli/words.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

std::optional<double> Metric(const v1::Job& job, const char* name) {
  const auto found = job.metrics().find(name);
  if (found == job.metrics().end()) return std::nullopt;
  return found->second;
}

std::string PhaseText(const v1::Job& job, bool color) {
  return Colored(PhaseWord(job.phase()), PhaseColor(job.phase()), color);
}

std::string OfTotal(const std::string& done, const std::string& total) {
  return total.empty() ? done : absl::StrCat(done, "/", total);
}

}  // namespace

std::optional<absl::Duration> TimeLeft(const v1::Job& job) {
  const double speed = Metric(job, "images_per_second").value_or(0);
  if (job.total_steps() == 0 || job.global_batch() == 0 || !(speed > 0)) return std::nullopt;
  const auto total = static_cast<double>(job.total_steps());
  const double steps = std::max(0.0, total - static_cast<double>(job.step()));
  return absl::Seconds(steps * static_cast<double>(job.global_batch()) / speed);
}

std::string ProgressLine(const v1::Job& job, bool color) {
  std::vector<std::string> parts = {JobTitle(job), PhaseText(job, color)};
  if (job.phase() != v1::PHASE_RUNNING) {
    if (!job.reason().empty()) parts.push_back(job.reason());
    return absl::StrJoin(parts, "  ");
  }
  parts.push_back(
      absl::StrCat("epoch ", OfTotal(absl::StrFormat("%.1f", job.epoch()),
                                     job.epochs() > 0 ? absl::StrFormat("%g", job.epochs()) : "")));
  parts.push_back(absl::StrCat(
      "step ",
      OfTotal(CountText(job.step()), job.total_steps() > 0 ? CountText(job.total_steps()) : "")));
  if (const auto loss = Metric(job, "loss")) {
    parts.push_back(absl::StrCat("loss ", MetricText("loss", *loss)));
  }
  if (const auto speed = Metric(job, "images_per_second")) {
    parts.push_back(absl::StrCat(MetricText("images_per_second", *speed), " images/s"));
  }
  if (const auto left = TimeLeft(job)) {
    parts.push_back(absl::StrCat(DurationText(*left), " left"));
  }
  return absl::StrJoin(parts, "  ");
}

std::string EndLine(const v1::Job& job, bool color) {
  std::string line = absl::StrCat(JobTitle(job), " ", PhaseText(job, color));
  if (job.has_started_at() && job.has_ended_at()) {
    absl::StrAppend(
        &line, " in ",
        DurationText(rpc::FromMessage(job.ended_at()) - rpc::FromMessage(job.started_at())));
  }
  if (job.phase() == v1::PHASE_FAILED) {
    const std::string why = job.has_exit() ? ExitText(job) : job.reason();
    return absl::StrCat(line, ": ", why.empty() ? "no reason was given" : why);
  }
  std::vector<std::string> parts = {
      absl::StrCat(CountText(job.step()), job.step() == 1 ? " step" : " steps")};
  for (const char* name : {"loss", "knn_top1", "top1", "ema_top1"}) {
    if (const auto value = Metric(job, name)) {
      parts.push_back(absl::StrCat(name, " ", MetricText(name, *value)));
    }
  }
  return absl::StrCat(line, ": ", absl::StrJoin(parts, ", "));
}

}  // namespace nepa::cli
