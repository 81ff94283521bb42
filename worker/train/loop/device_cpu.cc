#include "absl/strings/str_cat.h"
#include "worker/train/loop/ending.h"
#include "worker/train/loop/session.h"

namespace nepa::loop {

absl::StatusOr<at::Device> FindDevice(const frames::TrainerJob& order, const config::JobFile& job) {
  if (order.device == "cpu") return at::Device(at::kCPU);
  return JobFault(job, "resources.device",
                  absl::StrCat("the trainer on this machine is built for processors alone and "
                               "cannot use \"",
                               order.device, "\"; allowed is cpu"));
}

}  // namespace nepa::loop
