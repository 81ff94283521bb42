#include "worker/runtime/event_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <thread>
#include <utility>
#include <vector>

namespace nepa::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

bool IsReadable(int fd, int timeout_milliseconds) {
  pollfd waited{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&waited, 1, timeout_milliseconds) == 1;
}

TEST(EventQueue, IsReadableWhileThereAreEvents) {
  EventQueue<int> queue;
  EXPECT_FALSE(IsReadable(queue.fd(), 0));
  queue.Push(1);
  queue.Push(2);
  EXPECT_TRUE(IsReadable(queue.fd(), 0));
  EXPECT_THAT(queue.Drain(), ElementsAre(1, 2));
  EXPECT_FALSE(IsReadable(queue.fd(), 0));
  EXPECT_THAT(queue.Drain(), IsEmpty());
}

TEST(EventQueue, EveryThreadsEventsArriveOnceAndInItsOrder) {
  constexpr int kThreads = 4, kEvents = 2000;
  EventQueue<std::pair<int, int>> queue;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&queue, thread] {
      for (int i = 0; i < kEvents; ++i) queue.Push({thread, i});
    });
  }
  std::vector<int> next(kThreads, 0);
  for (int seen = 0; seen < kThreads * kEvents;) {
    ASSERT_TRUE(IsReadable(queue.fd(), 60'000)) << "an event got lost";
    for (const auto& [thread, i] : queue.Drain()) {
      EXPECT_EQ(i, next[thread]++);
      ++seen;
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(queue.Drain(), IsEmpty());
}

}  // namespace
}  // namespace nepa::worker
