// nepactl version
#include "common/base/version.h"

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/failure.h"

namespace nepa::cli {
namespace {

// A coordinator that is away is no failure here: the version of nepactl is known all the same.
absl::StatusOr<int> Version(Context& context) {
  const absl::StatusOr<std::string> coordinator = context.client().GetVersion();
  if (context.json()) {
    context.PrintJson({{"nepactl", kVersion},
                       {"coordinator", coordinator.ok() ? Json(*coordinator) : Json(nullptr)}});
    return kExitDone;
  }
  FieldList fields;
  fields.Add("nepactl", kVersion);
  fields.Add("coordinator", coordinator.ok()
                                ? absl::StrCat(*coordinator, " at ", context.client().address())
                            : absl::IsFailedPrecondition(coordinator.status())
                                ? std::string(coordinator.status().message())
                                : absl::StrCat("not reachable at ", context.client().address()));
  context.Print(fields);
  return kExitDone;
}

}  // namespace

void AddVersion(CommandLine& line) {
  line.Add("version", "Print the versions of nepactl and of the coordinator",
           "  nepactl version\n  nepactl version -o json", Version);
}

}  // namespace nepa::cli
