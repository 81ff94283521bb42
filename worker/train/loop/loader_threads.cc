#include "worker/train/loop/loader_threads.h"

#include <algorithm>
#include <thread>

namespace nepa::loop {

int LoaderThreads(const Session& session) {
  if (session.spec().data.loader_threads > 0) {
    return static_cast<int>(session.spec().data.loader_threads);
  }
  const int threads = RankThreads(session.order);
  return session.device.is_cpu() ? std::max(1, threads / 4) : threads;
}

int RankThreads(const frames::TrainerJob& order) {
  if (order.threads > 0) return static_cast<int>(order.threads);
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace nepa::loop
