#include "coordinator/rpc/end_waiter.h"

#include <atomic>
#include <future>
#include <memory>

namespace nepa::coordinator {
namespace {

class Waiter : public JobSink {
 public:
  void Show(const View&, const state::Job&) override {}
  void Close(absl::Status) override { ended_.set_value(); }
  bool gone() const override { return gone_; }

  void Wait(absl::Duration timeout) {
    ended_.get_future().wait_for(absl::ToChronoMilliseconds(timeout));
    gone_ = true;
  }

 private:
  std::promise<void> ended_;
  std::atomic<bool> gone_ = false;
};

}  // namespace

void WaitForEnd(Loop& loop, const std::string& job_id, absl::Duration timeout) {
  const auto waiter = std::make_shared<Waiter>();
  loop.Watch(job_id, waiter);
  waiter->Wait(timeout);
}

}  // namespace nepa::coordinator
