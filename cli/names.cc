// nepactl names, hidden from the help: what shells offer while a line is being typed.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

// A person waits for the tab key: no longer than this.
constexpr absl::Duration kPatience = absl::Seconds(1);

absl::StatusOr<std::set<std::string>> NamesOf(Client& client, const std::string& kind) {
  std::set<std::string> names;
  if (kind == "jobs") {
    NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, client.ListJobs(/*limit=*/1000));
    for (const v1::Job& job : jobs) names.insert({job.id(), job.name()});
  } else if (kind == "checkpoints") {
    NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Checkpoint> checkpoints,
                          client.ListCheckpoints("", /*limit=*/1000));
    for (const v1::Checkpoint& checkpoint : checkpoints) names.insert(checkpoint.id());
  } else {
    NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, client.ListWorkers());
    for (const v1::Worker& worker : workers) names.insert(worker.name());
  }
  return names;
}

// Nothing is printed, and nothing said, where the coordinator cannot be asked.
int Names(Context& context, const std::string& kind) {
  const GlobalOptions& options = context.options();
  Client client(options.coordinator, std::min(kPatience, options.timeout), options.doors);
  const absl::StatusOr<std::set<std::string>> names = NamesOf(client, kind);
  if (!names.ok()) return kExitDone;
  if (context.json()) {
    context.PrintJson(*names);
  } else if (!names->empty()) {
    context.Print(absl::StrCat(absl::StrJoin(*names, "\n"), "\n"));
  }
  return kExitDone;
}

}  // namespace

void AddNames(CommandLine& line) {
  const auto kind = std::make_shared<std::string>();
  CLI::App* const command =
      line.Add("names", "Print names for a shell's completion, one a line", "  nepactl names jobs",
               [kind](Context& context) -> absl::StatusOr<int> { return Names(context, *kind); });
  command->group("");
  command->add_option("KIND", *kind, "jobs, checkpoints or workers")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"jobs", "checkpoints", "workers"}));
}

}  // namespace nepa::cli
