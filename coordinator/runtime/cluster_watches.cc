#include "coordinator/runtime/cluster_watches.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nepa::coordinator {

void ClusterWatches::Add(const View& view, std::shared_ptr<ClusterSink> sink, absl::Time now) {
  std::erase_if(watches_, [](const Watch& watch) { return watch.sink->gone(); });
  if (watches_.size() >= kMaxWatches) {
    return sink->Close(absl::ResourceExhaustedError(absl::StrCat(
        watches_.size(),
        " watches of all jobs are open, as many as this coordinator serves; end some, or watch "
        "single jobs")));
  }
  sink->Show(view);
  watches_.push_back({std::move(sink), now});
}

void ClusterWatches::Update(const View& view, bool changed, absl::Time now) {
  std::erase_if(watches_, [](const Watch& watch) { return watch.sink->gone(); });
  for (Watch& watch : watches_) {
    watch.stale |= changed;
    if (!watch.stale || watch.shown_at + kLeastInterval > now) continue;
    watch.sink->Show(view);
    watch.shown_at = now;
    watch.stale = false;
  }
}

absl::Time ClusterWatches::NextDeadline() const {
  absl::Time next = absl::InfiniteFuture();
  for (const Watch& watch : watches_) {
    if (watch.stale) next = std::min(next, watch.shown_at + kLeastInterval);
  }
  return next;
}

void ClusterWatches::CloseAll(const absl::Status& why) {
  for (Watch& watch : watches_) watch.sink->Close(why);
  watches_.clear();
}

}  // namespace nepa::coordinator
