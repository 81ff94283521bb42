// nepactl describe
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/configuration_text.h"
#include "cli/describe_text.h"
#include "cli/failure.h"
#include "cli/job_argument.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> Describe(Context& context, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().GetJob(name));
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::MetricPoint> points,
                        context.client().GetMetrics(job.id(), /*from_step=*/0));
  if (context.json()) {
    context.PrintJson(DescribeJson(job, points));
    return kExitDone;
  }
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Event> events, context.client().ListEvents(job.id()));
  context.Print(DescribeFields(job, points, events, context.now()));
  if (const std::string yaml = ConfigurationYaml(job); !yaml.empty()) {
    context.Print("\n# The configuration in force, every default filled in\n" + yaml);
  }
  return kExitDone;
}

}  // namespace

void AddDescribe(CommandLine& line) {
  const auto job = std::make_shared<std::string>();
  CLI::App* const command = line.Add(
      "describe", "Answer the first questions about a job, and print its effective configuration",
      "  nepactl describe j17\n"
      "  nepactl describe fashion-pretrain -o json | jq .exit",
      [job](Context& context) { return Describe(context, *job); });
  AddJobArgument(command, job.get());
}

}  // namespace nepa::cli
