#include "coordinator/core/notify.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/http_url.h"
#include "coordinator/core/operations.h"

namespace nepa::core {
namespace {

using state::Notification;

std::string Receiver(const std::string& url) {
  const absl::StatusOr<config::HttpUrl> parsed = config::ParseHttpUrl(url);
  return parsed.ok() ? config::OriginOf(*parsed) : "an address of an earlier version";
}

// Before the next try after so many failed ones.
absl::Duration PauseAfter(const Settings& settings, int64_t tries) {
  absl::Duration pause = settings.notify_first_pause;
  for (int64_t i = 1; i < tries; ++i) pause *= settings.notify_pause_growth;
  return pause;
}

bool IsDue(const Notification& row, const Settings& settings, absl::Time now) {
  // One that is further off than any pause was written before the clock was set back.
  return row.next_try_at <= now ||
         row.next_try_at > now + PauseAfter(settings, std::max<int64_t>(1, row.tries));
}

void TryAgainOrGiveUp(Draft& draft, Notification row, const state::Job& job,
                      const std::string& why) {
  const Settings& settings = draft.settings();
  row.tries += 1;
  const absl::Duration pause = PauseAfter(settings, row.tries);
  const std::string what = absl::StrCat(Receiver(row.url), " could not be told (try ", row.tries,
                                        " of at most ", settings.notify_tries, "): ", why);
  if (row.tries >= settings.notify_tries ||
      draft.now() + pause > *job.ended_at + settings.notify_patience) {
    draft.Record(state::DeleteNotification{row.job});
    draft.AddEvent(job.id, job.attempt, "notify_given_up", absl::StrCat(what, "; given up"));
    return;
  }
  row.next_try_at = draft.now() + pause;
  draft.Record(state::PutNotification{std::move(row)});
  draft.AddEvent(job.id, job.attempt, "notify_failed",
                 absl::StrCat(what, "; again in ", absl::FormatDuration(pause)));
}

}  // namespace

std::optional<std::string> WhyNotToldHere(const Settings& settings, const std::string& url) {
  const absl::StatusOr<config::HttpUrl> parsed = config::ParseHttpUrl(url);
  if (!parsed.ok()) return absl::StrCat("the address ", parsed.status().message());
  if (!settings.notify_hosts.has_value()) return std::nullopt;
  const std::vector<std::string>& hosts = *settings.notify_hosts;
  if (absl::c_linear_search(hosts, parsed->host)) return std::nullopt;
  const std::string host = config::HostText(parsed->host);
  return absl::StrCat("this coordinator tells jobs' receivers on ",
                      hosts.empty() ? "no host" : absl::StrJoin(hosts, ", "), ", and not on ", host,
                      "; start nepa-coordinator with --allow-notify ", host);
}

void PromiseNotification(Draft& draft, const state::Job& job) {
  const std::string& own = job.source->file.spec.notify.url;
  const std::string& url = own.empty() ? draft.settings().notify_url : own;
  if (url.empty()) return;
  // It was allowed when the job came, maybe to a coordinator with other settings.
  if (!own.empty()) {
    if (const std::optional<std::string> why = WhyNotToldHere(draft.settings(), own)) {
      draft.AddEvent(job.id, job.attempt, "notify_given_up",
                     absl::StrCat(Receiver(own), " was not told: ", *why));
      return;
    }
  }
  draft.Record(state::PutNotification{{job.id, url, 0, draft.now()}});
}

void DropNotification(Draft& draft, const std::string& job) {
  if (draft.state().notifications.contains(job)) draft.Record(state::DeleteNotification{job});
}

absl::Time NextNotification(const state::ClusterState& state, const state::Live& live,
                            const Settings& settings, absl::Time now) {
  absl::Time next = absl::InfiniteFuture();
  if (live.notifying.size() >= settings.max_notifying) return next;
  for (const auto& [job, row] : state.notifications) {
    if (live.notifying.contains(job)) continue;
    next = std::min(next, IsDue(row, settings, now) ? now : row.next_try_at);
  }
  return next;
}

void NotificationTried(Draft& draft, const std::string& job, const absl::Status& result) {
  const auto under_way = draft.live().notifying.find(job);
  if (under_way != draft.live().notifying.end()) under_way->second = result;
}

void SettleNotifications(Draft& draft) {
  for (const auto& [id, result] : draft.live().notifying) {
    if (!result.has_value()) continue;
    const auto row = draft.state().notifications.find(id);
    if (row == draft.state().notifications.end()) continue;  // deleted with its job
    const state::Job job = draft.state().jobs.at(id);
    if (!result->ok()) {
      TryAgainOrGiveUp(draft, row->second, job, std::string(result->message()));
      continue;
    }
    const std::string receiver = Receiver(row->second.url);
    draft.Record(state::DeleteNotification{id});
    draft.AddEvent(id, job.attempt, "notified", absl::StrCat(receiver, " was told"));
  }
}

void SendNotifications(Draft& draft) {
  for (const auto& [job, row] : draft.state().notifications) {
    if (draft.live().notifying.size() >= draft.settings().max_notifying) return;
    if (!IsDue(row, draft.settings(), draft.now())) continue;
    if (draft.live().notifying.try_emplace(job).second) draft.Emit(Notify{job, row.url});
  }
}

}  // namespace nepa::core
