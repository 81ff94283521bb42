// nepactl describe
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/configuration_text.h"
#include "cli/failure.h"
#include "cli/job_argument.h"
#include "cli/job_text.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> Describe(Context& context, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().GetJob(name));
  if (context.json()) {
    Json json = JobJson(job);
    json["configuration"] = ConfigurationJson(job);
    context.PrintJson(json);
    return kExitDone;
  }
  context.Print(JobFields(job, context.now()));
  if (const std::string yaml = ConfigurationYaml(job); !yaml.empty()) {
    context.Print("\n# The effective configuration, every default filled in\n" + yaml);
  }
  return kExitDone;
}

}  // namespace

void AddDescribe(CommandLine& line) {
  const auto job = std::make_shared<std::string>();
  CLI::App* const command =
      line.Add("describe", "Print all that is known of a job, with its effective configuration",
               "  nepactl describe j17\n"
               "  nepactl describe fashion-pretrain -o json | jq .exit",
               [job](Context& context) { return Describe(context, *job); });
  AddJobArgument(command, job.get());
}

}  // namespace nepa::cli
