#include "tests/support/core/change_text.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/state/words.h"

namespace nepa::testing {
namespace {

using state::Name;

// Name and value of each field, in a fixed order.
using Fields = std::vector<std::pair<std::string, std::string>>;

std::string Text(absl::Time time) {
  return time == absl::InfinitePast() ? "" : absl::FormatDuration(time - absl::UnixEpoch());
}
std::string Text(const std::optional<absl::Time>& time) { return time ? Text(*time) : ""; }
std::string Text(const std::optional<state::Exit>& exit) {
  if (!exit) return "";
  return absl::StrCat(std::string(frames::Name(exit->kind)), "@", exit->rank, "(", exit->message,
                      ")");
}
std::string Text(const std::map<std::string, double>& values) {
  return absl::StrJoin(values, ",", absl::PairFormatter("="));
}
std::string Count(int64_t value) { return value == 0 ? "" : absl::StrCat(value); }
std::string Key(const state::AttemptId& id) { return absl::StrCat(id.job_id, "/", id.attempt); }

Fields FieldsOf(const state::Job& job) {
  return {{"name", job.name},
          {"user", job.user},
          {"priority", Count(job.priority)},
          {"phase", std::string(Name(job.phase))},
          {"wish", job.wish == state::Wish::kRun ? "" : std::string(Name(job.wish))},
          {"reason", job.reason},
          {"attempt", Count(job.attempt)},
          {"restarts", Count(job.restarts)},
          {"barren_faults", Count(job.barren_faults)},
          {"from_job", job.from_job},
          {"from_checkpoint", job.from_checkpoint},
          {"step", Count(job.step)},
          {"total_steps", Count(job.total_steps)},
          {"metrics", Text(job.metrics)},
          {"not_before", Text(job.not_before)},
          {"started_at", Text(job.started_at)},
          {"ended_at", Text(job.ended_at)},
          {"exit", Text(job.exit)}};
}

Fields FieldsOf(const state::Attempt& attempt) {
  Fields fields = {{"desired", std::string(Name(attempt.desired))},
                   {"resume_from", attempt.resume_from},
                   {"model_from", attempt.model_from},
                   {"drained", attempt.drained ? "yes" : ""},
                   {"cause", Text(attempt.cause)},
                   {"started_at", Text(attempt.started_at)},
                   {"ended_at", Text(attempt.ended_at)}};
  for (size_t i = 0; i < attempt.gang.size(); ++i) {
    const state::Rank& rank = attempt.gang[i];
    fields.push_back(
        {absl::StrCat("rank", i),
         absl::StrCat(rank.worker, "#", rank.incarnation, rank.started ? " started" : "",
                      rank.exit ? " " : "", Text(rank.exit))});
  }
  return fields;
}

Fields FieldsOf(const state::Worker& worker) {
  return {{"name", worker.name},
          {"state", std::string(Name(worker.state))},
          {"reason", worker.reason},
          {"drained", worker.drained},
          {"incarnation", Count(worker.incarnation)},
          {"slots", Count(worker.slots)},
          {"device", worker.device},
          {"acknowledged", Count(worker.acknowledged)}};
}

Fields FieldsOf(const state::Checkpoint& checkpoint) {
  return {{"job", checkpoint.job},
          {"attempt", Count(checkpoint.attempt)},
          {"step", Count(checkpoint.step)},
          {"path", checkpoint.path},
          {"metrics", Text(checkpoint.metrics)},
          {"state", std::string(Name(checkpoint.state))},
          {"pinned", checkpoint.pinned ? "yes" : ""}};
}

Fields FieldsOf(const state::StoredRequest& request) {
  return {{"method", request.method}, {"subject", request.subject}};
}

Fields FieldsOf(const state::Notification& row) {
  return {{"url", row.url}, {"tries", Count(row.tries)}, {"next_try_at", Text(row.next_try_at)}};
}

Fields FieldsOf(const state::Removal& removal) { return {{"except", removal.except}}; }

std::string Joined(std::vector<std::string> parts, absl::string_view separator) {
  return parts.empty() ? "" : absl::StrCat(": ", absl::StrJoin(parts, separator));
}

template <typename Map, typename Row>
std::string PutText(const Map& map, const typename Map::key_type& key, absl::string_view what,
                    absl::string_view id, const Row& row) {
  const Fields fields = FieldsOf(row);
  const auto old = map.find(key);
  std::vector<std::string> parts;
  if (old == map.end()) {
    for (const auto& [name, value] : fields) {
      if (!value.empty()) parts.push_back(absl::StrCat(name, "=", value));
    }
    return absl::StrCat("+ ", what, " ", id, Joined(std::move(parts), " "));
  }
  const Fields before = FieldsOf(old->second);
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string was = i < before.size() ? before[i].second : "";
    if (fields[i].second == was) continue;
    parts.push_back(absl::StrCat(fields[i].first, " ", was.empty() ? "-" : was, " -> ",
                                 fields[i].second.empty() ? "-" : fields[i].second));
  }
  return absl::StrCat("~ ", what, " ", id, Joined(std::move(parts), ", "));
}

struct Teller {
  const state::ClusterState& state;

  std::string operator()(const state::PutJob& c) {
    return PutText(state.jobs, c.job.id, "job", c.job.id, c.job);
  }
  std::string operator()(const state::DeleteJob& c) { return absl::StrCat("- job ", c.id); }
  std::string operator()(const state::PutAttempt& c) {
    return PutText(state.attempts, c.attempt.id, "attempt", Key(c.attempt.id), c.attempt);
  }
  std::string operator()(const state::DeleteAttempt& c) {
    return absl::StrCat("- attempt ", Key(c.id));
  }
  std::string operator()(const state::PutWorker& c) {
    return PutText(state.workers, c.worker.id, "worker", c.worker.id, c.worker);
  }
  std::string operator()(const state::DeleteWorker& c) { return absl::StrCat("- worker ", c.id); }
  std::string operator()(const state::PutCheckpoint& c) {
    return PutText(state.checkpoints, c.checkpoint.id, "checkpoint", c.checkpoint.id, c.checkpoint);
  }
  std::string operator()(const state::DeleteCheckpoint& c) {
    return absl::StrCat("- checkpoint ", c.id);
  }
  std::string operator()(const state::PutRequest& c) {
    return PutText(state.requests, c.request.id, "request", c.request.id, c.request);
  }
  std::string operator()(const state::DeleteRequest& c) { return absl::StrCat("- request ", c.id); }
  std::string operator()(const state::PutRemoval& c) {
    return PutText(state.removals, c.removal.path, "removal", c.removal.path, c.removal);
  }
  std::string operator()(const state::DeleteRemoval& c) {
    return absl::StrCat("- removal ", c.path);
  }
  std::string operator()(const state::PutNotification& c) {
    return PutText(state.notifications, c.notification.job, "notification", c.notification.job,
                   c.notification);
  }
  std::string operator()(const state::DeleteNotification& c) {
    return absl::StrCat("- notification ", c.job);
  }
  std::string operator()(const state::PutCounters& c) {
    return absl::StrCat("~ counters: jobs ", c.counters.jobs, ", checkpoints ",
                        c.counters.checkpoints, ", workers ", c.counters.workers);
  }
  std::string operator()(const state::AddEvent& c) {
    const std::string about = c.event.job.empty() ? ""
                              : c.event.attempt == 0
                                  ? absl::StrCat(" ", c.event.job)
                                  : absl::StrCat(" ", c.event.job, "/", c.event.attempt);
    return absl::StrCat("! ", c.event.kind, about, ": ", c.event.message);
  }
  std::string operator()(const state::AddMetrics& c) {
    return absl::StrCat("+ metrics ", c.job, " step ", c.point.step, ": ", Text(c.point.values));
  }
  std::string operator()(const state::AddSpans& c) {
    std::string text = absl::StrCat("+ spans ", c.job);
    for (const state::Span& span : c.spans) {
      absl::StrAppend(&text, &span == &c.spans.front() ? ": " : ", ", span.process, " ",
                      span.span.name);
    }
    return text;
  }
  std::string operator()(const state::TrimMetrics& c) {
    return absl::StrCat("- metrics ", c.job, " after step ", c.step);
  }
  std::string operator()(const state::TrimWorkerEvents& c) {
    return absl::StrCat("- events of workers but the newest ", c.keep);
  }
};

}  // namespace

std::string ToText(const state::ClusterState& before, const state::Change& change) {
  return std::visit(Teller{before}, change);
}

}  // namespace nepa::testing
