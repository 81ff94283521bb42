#include "worker/agent/session.h"

namespace nepa::agent {

void Session::GoDown(absl::Time now) {
  link_ = Link::kDown;
  retry_at_ = now + retry_delay_;
  retry_delay_ = std::min(retry_delay_ * 2, kLastRetry);
}

void Session::Registered(const exchange::Registered& registered, absl::Time now) {
  if (link_ != Link::kRegistering) return;
  registered_ = registered;
  link_ = Link::kDown;
  retry_at_ = now;  // the exchange opens at once
}

void Session::Lost(absl::Time now) { GoDown(now); }

void Session::Fenced(absl::Time now) {
  registered_.reset();
  GoDown(now);
  if (now - last_fenced_ > kCalm) peace_ = absl::ZeroDuration();
  last_fenced_ = now;
  retry_at_ = std::max(retry_at_, now + peace_);
  peace_ = std::clamp(peace_ * 2, kLastRetry, kLongestPeace);
}

bool Session::Accepts(int64_t incarnation, int64_t acknowledged) {
  if (link_ != Link::kOpen || incarnation != registered_->incarnation) return false;
  if (acknowledged < acknowledged_) return false;
  acknowledged_ = acknowledged;
  return true;
}

void Session::Heard(absl::Time now) {
  heard_ = true;
  last_heard_ = now;
  retry_delay_ = kFirstRetry;
}

void Session::Advance(absl::Time now, Effects& effects) {
  if (link_ == Link::kDown && now >= retry_at_) {
    if (!registered_.has_value()) {
      link_ = Link::kRegistering;
      effects.emplace_back(Register{});
      return;
    }
    link_ = Link::kOpen;
    writing_ = heard_ = false;
    last_heard_ = now;
    acknowledged_ = 0;
    report_at_ = now;
    effects.emplace_back(OpenExchange{});
    return;
  }
  // An exchange on which nothing comes may be a connection that only one side still believes in.
  if (link_ == Link::kOpen && now - last_heard_ >= registered_->lease) {
    link_ = Link::kClosing;
    effects.emplace_back(CloseExchange{});
  }
}

bool Session::ReportDue(absl::Time now) const {
  return link_ == Link::kOpen && !writing_ && now >= report_at_;
}

void Session::ReportSent(absl::Time now) {
  writing_ = true;
  last_report_ = now;
  report_at_ = now + registered_->report_interval;
}

absl::Time Session::NextWake() const {
  switch (link_) {
    case Link::kDown:
      return retry_at_;
    case Link::kOpen: {
      const absl::Time silent_at = last_heard_ + registered_->lease;
      return writing_ ? silent_at : std::min(silent_at, report_at_);
    }
    case Link::kRegistering:
    case Link::kClosing:
      break;
  }
  return absl::InfiniteFuture();
}

}  // namespace nepa::agent
