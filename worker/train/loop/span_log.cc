#include "worker/train/loop/span_log.h"

namespace nepa::loop {

void SpanLog::Add(std::string thread, std::string name, absl::Time begin, absl::Duration duration) {
  frames::Span span{std::move(thread), std::move(name),
                    absl::FromUnixMicros(absl::ToUnixMicros(begin)),
                    absl::Trunc(duration, absl::Microseconds(1))};
  if (!frames::CheckSpan(span).ok()) return;
  const MutexLock lock(mutex_);
  if (spans_.size() < frames::kMaxSpans) spans_.push_back(std::move(span));
}

std::vector<frames::Span> SpanLog::Take() {
  const MutexLock lock(mutex_);
  return std::exchange(spans_, {});
}

}  // namespace nepa::loop
