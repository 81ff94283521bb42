// main() of test programs that call the kernels: where the processor has no AVX-512 with bfloat16,
// ctest lists the program as not run.
#include <gtest/gtest.h>

#include <cstdio>

#include "worker/train/kernels/supported.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!nepa::kernels::Supported()) {
    std::printf("not run: this processor has no AVX-512 with bfloat16, which the %d tests need\n",
                testing::UnitTest::GetInstance()->total_test_count());
    return 77;  // SKIP_RETURN_CODE
  }
  return RUN_ALL_TESTS();
}
