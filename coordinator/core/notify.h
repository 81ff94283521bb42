// Telling somebody of a job's end, by one HTTP request (docs/notify.md).
//
// The row state::Notification is the promise; it is made in the change that ends the job and goes
// once the receiver has answered, or the tries are over. What is being tried now stands in
// Live::notifying, so a coordinator that was killed tries again: at least once, and once where
// nothing was killed in between.
//
// Pure; confined to the state's owner.
#ifndef NEPA_COORDINATOR_CORE_NOTIFY_H_
#define NEPA_COORDINATOR_CORE_NOTIFY_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/settings.h"
#include "coordinator/state/live.h"
#include "coordinator/state/rows.h"

namespace nepa::core {

// What keeps `url`, which a job names, from being told by this coordinator; nothing: it may be.
std::optional<std::string> WhyNotToldHere(const Settings& settings, const std::string& url);

// `job` ends in this draft: makes the row if somebody is to be told.
void PromiseNotification(Draft& draft, const state::Job& job);

// The job is deleted: nobody is told any more.
void DropNotification(Draft& draft, const std::string& job);

// When the next try is due that is not under way; never where as many are as may be.
absl::Time NextNotification(const state::ClusterState& state, const state::Live& live,
                            const Settings& settings, absl::Time now);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_NOTIFY_H_
