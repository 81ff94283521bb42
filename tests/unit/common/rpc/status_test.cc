#include "common/rpc/status.h"

#include <gtest/gtest.h>

#include <string>

namespace nepa::rpc {
namespace {

TEST(RpcStatus, CodeAndMessageComeBack) {
  EXPECT_TRUE(FromGrpc(ToGrpc(absl::OkStatus())).ok());
  for (const absl::Status& status :
       {absl::NotFoundError("no job \"x\""), absl::AbortedError("old"),
        absl::UnavailableError("later"), absl::FailedPreconditionError("paused")}) {
    EXPECT_EQ(FromGrpc(ToGrpc(status)), status);
  }
}

TEST(RpcStatus, FaultsOfAJobFileTravelWithTheStatus) {
  v1::JobFileFaults faults;
  faults.add_faults()->set_field("schedule.epochs");
  const absl::Status refused = WithFaults(absl::InvalidArgumentError("refused"), faults);
  const auto back = FaultsOf(FromGrpc(ToGrpc(refused)));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->faults(0).field(), "schedule.epochs");
  EXPECT_FALSE(FaultsOf(absl::InvalidArgumentError("refused")).has_value());
}

TEST(RpcStatus, AnEndlessMessageAndEndlessFaultsAreCutToWhatHeadersTake) {
  v1::JobFileFaults faults;
  for (int i = 0; i < 5000; ++i) faults.add_faults()->set_message(std::string(100, 'a'));
  const grpc::Status sent =
      ToGrpc(WithFaults(absl::InvalidArgumentError(std::string(1 << 20, 'b')), faults));
  EXPECT_LE(sent.error_message().size() + sent.error_details().size(), 40u << 10);
  EXPECT_GT(FaultsOf(FromGrpc(sent))->faults_size(), 100);
}

}  // namespace
}  // namespace nepa::rpc
