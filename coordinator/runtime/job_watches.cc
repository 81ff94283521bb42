#include "coordinator/runtime/job_watches.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/find.h"
#include "coordinator/state/words.h"

namespace nepa::coordinator {

void JobWatches::Add(const View& view, const std::string& id_or_name, std::shared_ptr<JobSink> sink,
                     absl::Time now) {
  std::erase_if(watches_, [](const Watch& watch) { return watch.sink->gone(); });
  const state::Job* job = core::FindJob(view.state, id_or_name);
  if (job == nullptr) return sink->Close(core::NoSuchJob(id_or_name));
  if (watches_.size() >= kMaxWatches) {
    return sink->Close(absl::ResourceExhaustedError(absl::StrCat(
        watches_.size(),
        " watches are open, as many as this coordinator serves; end some, or try again later")));
  }
  Watch watch{job->id, std::move(sink)};
  if (Show(view, watch, now)) watches_.push_back(std::move(watch));
}

bool JobWatches::Show(const View& view, Watch& watch, absl::Time now) {
  const auto job = view.state.jobs.find(watch.job);
  if (job == view.state.jobs.end()) {
    watch.sink->Close(absl::NotFoundError(absl::StrCat("job ", watch.job, " was deleted")));
    return false;
  }
  watch.sink->Show(view, job->second);
  watch.shown_at = now;
  watch.stale = false;
  if (!state::IsFinal(job->second.phase)) return true;
  watch.sink->Close(absl::OkStatus());
  return false;
}

void JobWatches::Update(const View& view, const std::set<std::string>& touched, absl::Time now) {
  for (auto watch = watches_.begin(); watch != watches_.end();) {
    watch->stale |= touched.contains(watch->job);
    const bool over =
        watch->sink->gone() ||
        (watch->stale && watch->shown_at + kLeastInterval <= now && !Show(view, *watch, now));
    watch = over ? watches_.erase(watch) : std::next(watch);
  }
}

absl::Time JobWatches::NextDeadline() const {
  absl::Time next = absl::InfiniteFuture();
  for (const Watch& watch : watches_) {
    if (watch.stale) next = std::min(next, watch.shown_at + kLeastInterval);
  }
  return next;
}

void JobWatches::CloseAll(const absl::Status& why) {
  for (Watch& watch : watches_) watch.sink->Close(why);
  watches_.clear();
}

}  // namespace nepa::coordinator
