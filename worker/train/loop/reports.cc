#include "worker/train/loop/reports.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "worker/train/loop/ending.h"

namespace nepa::loop {
namespace {

constexpr absl::Duration kProgressPace = absl::Milliseconds(250);
constexpr absl::Duration kPointPace = absl::Seconds(1);
constexpr absl::Duration kThroughputWindow = absl::Seconds(5);

}  // namespace

Reports::Reports(Session& session, FrameOutput& output, SpanLog& spans)
    : session_(session),
      output_(output),
      spans_(spans),
      throughput_(kThroughputWindow),
      progress_(output, kProgressPace),
      point_pace_(kPointPace) {}

void Reports::Started() {
  output_.Send(frames::Started{.pid = ::getpid(),
                               .step = session_.step,
                               .total_steps = session_.plan.total_steps,
                               .device = session_.device.str(),
                               .micro_batch = session_.micro.micro_batch,
                               .accumulation = session_.micro.accumulation,
                               .spans = spans_.Take()});
  // A resumed job's place and metrics are known before its next step.
  if (session_.step > 0) progress_.SendNow(Progress());
}

void Reports::Step(const StepResult& result, absl::Duration duration, absl::Duration data_wait,
                   absl::Time now) {
  const bool first = images_ == 0;
  const bool last = session_.step == session_.plan.total_steps;
  images_ += result.images;
  // Of every later step the metrics tell enough.
  if (first) AddFirstStep(now - duration, duration, data_wait);
  throughput_.AddStep(result.images, duration);

  std::map<std::string, double> values = {
      {"loss", result.loss},
      {"learning_rate", result.learning_rate},
      {"gradient_norm", result.gradient_norm},
      {"images_per_second", throughput_.images_per_second()},
      {"step_seconds", absl::ToDoubleSeconds(duration)},
      {"data_wait_seconds", absl::ToDoubleSeconds(data_wait)},
  };
  if (session_.spec().kind == config::Kind::kPretrain) {
    values["embedding_std"] = result.embedding_std;
  }
  session_.step_metrics = values;

  if (last) {
    progress_.SendNow(Progress());
  } else {
    progress_.Offer(Progress());
  }
  // The history is the job's, not the rank's.
  if (session_.order.rank != 0) return;
  if (first || last || point_pace_.Due(now)) {
    point_pace_.Done(now);
    output_.Send(frames::Metrics{session_.step, std::move(values), spans_.Take()});
  }
}

void Reports::Evaluated(const std::map<std::string, double>& values) {
  session_.last_evaluation = checkpoint::Measurement{session_.step, values};
  if (session_.order.rank == 0) {
    output_.Send(frames::Metrics{session_.step, values, spans_.Take()});
  }
  progress_.SendNow(Progress());
}

// A step begins by waiting for its images, as long as they take beyond what was loaded before.
void Reports::AddFirstStep(absl::Time begin, absl::Duration duration, absl::Duration data_wait) {
  spans_.Add("train", absl::StrCat("step ", session_.step), begin, duration);
  spans_.Add("train", "wait for images", begin, std::min(data_wait, duration));
}

frames::Progress Reports::Progress() const {
  return {.step = session_.step,
          .epoch = session_.plan.EpochAt(session_.step),
          .images = images_,
          .metrics = session_.LatestMetrics()};
}

}  // namespace nepa::loop
