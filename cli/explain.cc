// nepactl explain
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/explain_text.h"
#include "cli/failure.h"
#include "cli/job_argument.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> Explain(Context& context, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::ExplainJobResponse told, context.client().ExplainJob(name));
  if (context.json()) {
    context.PrintJson(ExplanationJson(told));
  } else {
    context.Print(ExplanationFields(told, context.now()));
  }
  return kExitDone;
}

}  // namespace

void AddExplain(CommandLine& line) {
  const auto job = std::make_shared<std::string>();
  CLI::App* const command = line.Add(
      "explain", "Say why a job waits, failed or was restarted, and what to do about it",
      "  nepactl explain j17\n"
      "  nepactl explain fashion-pretrain -o json | jq .waiting\n\n"
      "Of a job that waits: what it needs, whether any worker could ever give it that, who stands\n"
      "before it and when slots come free. Of every attempt that ended: why, and whose fault it "
      "was.",
      [job](Context& context) { return Explain(context, *job); });
  AddJobArgument(command, job.get());
}

}  // namespace nepa::cli
