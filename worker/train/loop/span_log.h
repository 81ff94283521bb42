// How long the parts of a rank's way take: gathered here, sent with its frames (frames::Span).
//
// Any thread.
#ifndef NEPA_WORKER_TRAIN_LOOP_SPAN_LOG_H_
#define NEPA_WORKER_TRAIN_LOOP_SPAN_LOG_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/frames/span.h"

namespace nepa::loop {

class SpanLog {
 public:
  // Of a part that has ended. What a clock that was set makes impossible is left out, and so is
  // what comes when frames::kMaxSpans wait.
  void Add(std::string thread, std::string name, absl::Time begin, absl::Duration duration);

  // What has gathered since the last time.
  std::vector<frames::Span> Take();

 private:
  Mutex mutex_;
  std::vector<frames::Span> spans_ ABSL_GUARDED_BY(mutex_);
};

// Measures from here to the end of the block.
class Timed {
 public:
  // `log` must outlive this.
  Timed(SpanLog& log, std::string thread, std::string name)
      : log_(log), thread_(std::move(thread)), name_(std::move(name)), begin_(SteadyNow()) {}
  ~Timed() { log_.Add(std::move(thread_), std::move(name_), begin_, SteadyNow() - begin_); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  SpanLog& log_;
  std::string thread_;
  std::string name_;
  const absl::Time begin_;
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_SPAN_LOG_H_
