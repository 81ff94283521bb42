// nepactl events
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/format.h"
#include "cli/job_argument.h"
#include "cli/words.h"
#include "common/base/status.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> Events(Context& context, const std::string& job) {
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Event> events, context.client().ListEvents(job));
  if (context.json()) {
    Json list = Json::array();
    for (const v1::Event& event : events) list.push_back(EventJson(event));
    context.PrintJson(list);
    return kExitDone;
  }
  Table table({{"TIME"}, {"ATTEMPT", Align::kRight}, {"KIND"}, {"MESSAGE"}});
  for (const v1::Event& event : events) {
    table.AddRow({TimeText(rpc::FromMessage(event.time())),
                  event.attempt() == 0 ? std::string() : absl::StrCat(event.attempt()),
                  event.kind(), event.message()});
  }
  context.Print(table);
  return kExitDone;
}

}  // namespace

void AddEvents(CommandLine& line) {
  const auto job = std::make_shared<std::string>();
  CLI::App* const command =
      line.Add("events", "Print a job's story, the oldest event first",
               "  nepactl events fashion-pretrain\n"
               "  nepactl events j17 -o json | jq -r '.[] | select(.kind == \"restarting\") | "
               ".message'",
               [job](Context& context) { return Events(context, *job); });
  AddJobArgument(command, job.get());
}

}  // namespace nepa::cli
