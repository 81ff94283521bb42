// nepactl priority
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/job_argument.h"
#include "cli/words.h"
#include "common/base/status.h"
#include "common/config/quantities.h"

namespace nepa::cli {
namespace {

struct PriorityFlags {
  std::string job;
  std::string value;
};

absl::StatusOr<int> SetPriority(Context& context, const PriorityFlags& flags) {
  const std::optional<int64_t> priority = config::ReadPriority(flags.value);
  if (!priority.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("priority '", flags.value,
                     "' is not low (250), normal (500), high (750) or a whole number, 0 to 1000"));
  }
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().SetPriority(flags.job, *priority));
  if (context.json()) {
    context.PrintJson(JobJson(job));
  } else {
    context.Print(absl::StrCat(JobTitle(job), " has priority ", job.priority(), "\n"));
  }
  return kExitDone;
}

}  // namespace

void AddPriority(CommandLine& line) {
  const auto flags = std::make_shared<PriorityFlags>();
  CLI::App* const command =
      line.Add("priority", "Let a job go before others, or behind them, when slots come free",
               "  nepactl priority j17 high\n"
               "  nepactl priority fashion-pretrain 900\n\n"
               "Of the jobs that wait, the highest priority goes first, and of equals the oldest. "
               "A job that\n"
               "runs keeps its slots; its priority counts again when it has to wait.",
               [flags](Context& context) { return SetPriority(context, *flags); });
  AddJobArgument(command, &flags->job);
  command->add_option("VALUE", flags->value, "low, normal, high, or 0 to 1000")
      ->required()
      ->type_name("");
}

}  // namespace nepa::cli
