#include "coordinator/scheduler/candidate.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nepa::scheduler {
namespace {

constexpr char kCuda[] = "cuda";
constexpr char kCpu[] = "cpu";

}  // namespace

std::vector<std::string> DevicesOf(const Candidate& candidate) {
  if (candidate.device.empty()) return {kCuda, kCpu};
  return {candidate.device};
}

std::string DevicesText(const Candidate& candidate) {
  std::vector<std::string> devices = DevicesOf(candidate);
  std::sort(devices.begin(), devices.end());
  return absl::StrJoin(devices, " or ");
}

std::string SlotsText(int64_t count, const std::string& device) {
  return absl::StrCat(count, " ", device, count == 1 ? " slot" : " slots");
}

std::string NeedsText(const Candidate& candidate, const std::string& device) {
  return absl::StrCat(SlotsText(candidate.min_ranks, device),
                      candidate.min_ranks > 1 ? " on one worker" : "");
}

std::vector<size_t> Order(const std::vector<Candidate>& candidates) {
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return candidates[a].priority > candidates[b].priority;
  });
  return order;
}

}  // namespace nepa::scheduler
