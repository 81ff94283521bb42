#include "cli/json_views.h"

#include <gtest/gtest.h>

#include "cli/failure.h"

namespace nepa::cli {
namespace {

TEST(JsonViewsTest, ARefusedFileListsItsFaults) {
  v1::JobFileFault fault;
  fault.set_file("a.yaml");
  fault.set_line(3);
  fault.set_column(7);
  fault.set_field("batch.global");
  fault.set_message("must be positive");
  v1::JobFileFault of_default;
  of_default.set_message("impossible");
  EXPECT_EQ(ErrorJson(RefusedFile({fault, of_default})).dump(),
            R"({"error":{"code":"INVALID_ARGUMENT","message":"the job file has 2 faults",)"
            R"("details":[{"file":"a.yaml","line":3,"column":7,"field":"batch.global",)"
            R"("message":"must be positive"},{"file":null,"line":null,"column":null,)"
            R"("field":null,"message":"impossible"}]}})");
}

}  // namespace
}  // namespace nepa::cli
