#include "coordinator/core/trace.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nepa::core {
namespace {

constexpr char kCoordinator[] = "coordinator";

// In whole microseconds, as they are stored; never shorter than nothing, whatever a clock did.
frames::Span Between(absl::string_view thread, absl::string_view name, absl::Time begin,
                     absl::Time end) {
  return {std::string(thread), std::string(name), begin,
          std::max(absl::Trunc(end - begin, absl::Microseconds(1)), absl::ZeroDuration())};
}

}  // namespace

state::Span OwnSpan(int64_t attempt, absl::string_view thread, absl::string_view name,
                    absl::Time begin, absl::Time end) {
  return {attempt, kCoordinator, Between(thread, name, begin, end)};
}

std::vector<state::Span> SubmissionSpans(const SubmitCommand& command, absl::Time turn_began) {
  std::vector<state::Span> spans;
  if (command.client_began_at.has_value() && command.sent_at.has_value()) {
    state::Span submit{0, "nepactl",
                       Between("submit", "submit", *command.client_began_at, *command.sent_at)};
    if (frames::CheckSpan(submit.span).ok()) spans.push_back(std::move(submit));
  }
  if (command.received_at.has_value() && command.checked_at.has_value()) {
    spans.push_back(
        OwnSpan(0, "service", "check job file", *command.received_at, *command.checked_at));
    spans.push_back(OwnSpan(0, "service", "wait for the loop", *command.checked_at, turn_began));
  }
  return spans;
}

std::vector<state::Span> SpansOf(int64_t attempt, const std::string& process,
                                 const std::vector<frames::Span>& spans) {
  std::vector<state::Span> all;
  for (const frames::Span& span : spans) all.push_back({attempt, process, span});
  return all;
}

void WriteSpans(Draft& draft) {
  for (const auto& [job, spans] : draft.live().unwritten_spans) {
    if (draft.state().jobs.contains(job)) draft.AddSpans(job, spans);
  }
}

}  // namespace nepa::core
