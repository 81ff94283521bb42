#include "common/base/exception_status.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "common/base/status.h"

namespace nepa {
namespace {

TEST(ExceptionStatusTest, MemoryThatRanOutIsToldApartFromAFullDisk) {
  for (const absl::Status& status :
       {ExceptionStatus(std::bad_alloc(), "loading"),
        ExceptionStatus(std::runtime_error("DefaultCPUAllocator: can't allocate memory: x"), "x"),
        ExceptionStatus(std::runtime_error("CUDA out of memory. Tried"), "x")}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE(IsOutOfMemory(status));
    EXPECT_TRUE(IsOutOfMemory(Annotate(status, "training")));
  }
  EXPECT_FALSE(IsOutOfMemory(absl::ResourceExhaustedError("writing: No space left on device")));
  EXPECT_FALSE(IsOutOfMemory(absl::OkStatus()));
}

TEST(ExceptionStatusTest, AnyOtherExceptionIsInternalWithItsFirstLine) {
  EXPECT_EQ(ExceptionStatus(std::runtime_error("shapes differ\nException raised"), "loading"),
            absl::InternalError("loading: shapes differ"));
}

}  // namespace
}  // namespace nepa
