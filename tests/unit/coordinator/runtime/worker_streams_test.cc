#include "coordinator/runtime/worker_streams.h"

#include <gtest/gtest.h>

namespace nepa::coordinator {
namespace {

struct Stream : OrdersSink {
  void Send(exchange::Orders) override { ++sent; }
  void Close(absl::Status why) override { closed = std::move(why); }
  int sent = 0;
  absl::Status closed;
};

TEST(WorkerStreams, ASecondStreamOfAWorkerReplacesTheFirst) {
  WorkerStreams streams;
  const auto first = std::make_shared<Stream>(), second = std::make_shared<Stream>();
  streams.Attach("w1", 1, first);
  streams.Attach("w1", 1, first);
  EXPECT_TRUE(first->closed.ok());
  streams.Attach("w1", 1, second);
  EXPECT_TRUE(absl::IsCancelled(first->closed));
  EXPECT_EQ(streams.Find("w1"), second.get());
}

TEST(WorkerStreams, TheEndOfAReplacedStreamIsNobodysEnd) {
  WorkerStreams streams;
  const auto first = std::make_shared<Stream>(), second = std::make_shared<Stream>();
  streams.Attach("w1", 1, first);
  streams.Attach("w1", 1, second);
  EXPECT_FALSE(streams.Detach(first.get()).has_value());
  const auto owner = streams.Detach(second.get());
  ASSERT_TRUE(owner.has_value());
  EXPECT_EQ(owner->worker, "w1");
  EXPECT_EQ(owner->incarnation, 1);
  EXPECT_EQ(streams.Find("w1"), nullptr);
}

TEST(WorkerStreams, ANewIncarnationFencesTheOldStream) {
  WorkerStreams streams;
  const auto stream = std::make_shared<Stream>();
  streams.Attach("w1", 1, stream);
  streams.Fence("w1", 1);
  EXPECT_TRUE(stream->closed.ok());
  streams.Fence("w1", 2);
  EXPECT_TRUE(absl::IsAborted(stream->closed));
  EXPECT_EQ(streams.Find("w1"), nullptr);
}

}  // namespace
}  // namespace nepa::coordinator
