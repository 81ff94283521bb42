// nepactl list
#include <memory>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/job_rows.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> List(Context& context, int64_t limit) {
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, context.client().ListJobs(limit));
  if (context.json()) {
    Json list = Json::array();
    for (const v1::Job& job : jobs) list.push_back(JobJson(job));
    context.PrintJson(list);
  } else if (jobs.empty()) {
    context.Note("No jobs yet. Submit one with nepactl submit FILE.");
  } else {
    context.Print(JobTable(jobs, context.now()));
  }
  return kExitDone;
}

}  // namespace

void AddList(CommandLine& line) {
  const auto limit = std::make_shared<int64_t>(0);
  CLI::App* const command =
      line.Add("list", "Print all jobs, the newest last",
               "  nepactl list\n"
               "  nepactl list --limit 20\n"
               "  nepactl list -o json | jq '.[] | select(.phase == \"RUNNING\") | .id'",
               [limit](Context& context) { return List(context, *limit); });
  command->add_option("--limit", *limit, "Only the last N jobs")->check(IsCount())->type_name("N");
}

}  // namespace nepa::cli
