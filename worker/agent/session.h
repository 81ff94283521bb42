// The worker's link with the coordinator: registering, the exchange, and trying again 50 ms to 1 s
// after each loss. Says when a report is due.
//
// Pure. Confined to one thread.
#ifndef NEPA_WORKER_AGENT_SESSION_H_
#define NEPA_WORKER_AGENT_SESSION_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "common/exchange/exchange.h"
#include "worker/agent/effects.h"

namespace nepa::agent {

inline constexpr absl::Duration kFirstRetry = absl::Milliseconds(50);
inline constexpr absl::Duration kLastRetry = absl::Seconds(1);
// Two workers of one name fence each other in turn: after the second refusal within kCalm, the wait
// before registering again doubles from kLastRetry to kLongestPeace.
inline constexpr absl::Duration kCalm = absl::Minutes(2);
inline constexpr absl::Duration kLongestPeace = absl::Seconds(30);
// Reports about progress are at least so far apart.
inline constexpr absl::Duration kReportSpacing = absl::Milliseconds(100);

class Session {
 public:
  // The incarnation in force; none before the first registration and after a fencing.
  const std::optional<exchange::Registered>& registered() const { return registered_; }
  // The exchange is open and the coordinator has answered on it.
  bool heard() const { return link_ == Link::kOpen && heard_; }

  void Registered(const exchange::Registered& registered, absl::Time now);
  // Register failed, or the exchange ended.
  void Lost(absl::Time now);
  // The coordinator refused the incarnation: register again.
  void Fenced(absl::Time now);
  // True if orders with this incarnation and acknowledgement are neither foreign nor late.
  bool Accepts(int64_t incarnation, int64_t acknowledged);
  // Accepted orders arrived.
  void Heard(absl::Time now);
  void ReportWritten() { writing_ = false; }

  // Something urgent is to be reported at once; something that can wait, together with what else
  // comes within kReportSpacing.
  void ReportNow(absl::Time now) { report_at_ = std::min(report_at_, now); }
  void ReportSoon(absl::Time now) {
    report_at_ = std::min(report_at_, std::max(now, last_report_ + kReportSpacing));
  }

  // What the link needs at `now`. A report that is due is not among them: ask ReportDue.
  void Advance(absl::Time now, Effects& effects);
  bool ReportDue(absl::Time now) const;
  // A report is being sent.
  void ReportSent(absl::Time now);

  // When to call Advance again at the latest.
  absl::Time NextWake() const;

 private:
  enum class Link { kDown, kRegistering, kOpen, kClosing };

  void GoDown(absl::Time now);

  std::optional<exchange::Registered> registered_;
  Link link_ = Link::kDown;
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Duration retry_delay_ = kFirstRetry;
  absl::Time last_fenced_ = absl::InfinitePast();
  absl::Duration peace_ = absl::ZeroDuration();  // kept after the next fencing

  // Of the exchange that is open.
  bool writing_ = false;
  bool heard_ = false;
  absl::Time last_heard_;
  int64_t acknowledged_ = 0;
  absl::Time last_report_ = absl::InfinitePast();
  absl::Time report_at_ = absl::InfiniteFuture();
};

}  // namespace nepa::agent

#endif  // NEPA_WORKER_AGENT_SESSION_H_
