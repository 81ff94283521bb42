// nepactl workers list | describe
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

std::string Labels(const v1::Worker& worker) {
  std::vector<std::string> labels;
  for (const auto& [name, value] : worker.labels())
    labels.push_back(absl::StrCat(name, "=", value));
  std::sort(labels.begin(), labels.end());
  return absl::StrJoin(labels, ",");
}

absl::StatusOr<int> ListWorkers(Context& context) {
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, context.client().ListWorkers());
  if (context.json()) {
    Json list = Json::array();
    for (const v1::Worker& worker : workers) list.push_back(WorkerJson(worker));
    context.PrintJson(list);
    return kExitDone;
  }
  if (workers.empty()) {
    context.Note("No workers yet. Start one with nepa-worker --coordinator HOST:PORT --name NAME.");
    return kExitDone;
  }
  Table table({{"ID"},
               {"NAME"},
               {"STATE"},
               {"SLOTS", Align::kRight},
               {"FREE", Align::kRight},
               {"DEVICE"},
               {"ADDRESS"},
               {"REASON"}});
  for (const v1::Worker& worker : workers) {
    table.AddRow({worker.id(),
                  worker.name(),
                  {StateWord(worker.state()), StateColor(worker.state())},
                  absl::StrCat(worker.slots().total()),
                  absl::StrCat(worker.slots().free()),
                  worker.device(),
                  worker.address(),
                  worker.reason()});
  }
  context.Print(table);
  return kExitDone;
}

absl::StatusOr<int> DescribeWorker(Context& context, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, context.client().ListWorkers());
  const auto found = std::find_if(workers.begin(), workers.end(), [&](const v1::Worker& worker) {
    return worker.id() == name || worker.name() == name;
  });
  if (found == workers.end()) {
    return absl::NotFoundError(
        absl::StrCat("no worker '", name, "'; nepactl workers list shows all of them"));
  }
  if (context.json()) {
    context.PrintJson(WorkerJson(*found));
    return kExitDone;
  }
  FieldList fields;
  fields.Add("Id", found->id());
  fields.Add("Name", found->name());
  fields.Add("State", {StateWord(found->state()), StateColor(found->state())});
  fields.Add("Reason", found->reason());
  fields.Add("Slots", absl::StrCat(found->slots().free(), " of ", found->slots().total(), " free"));
  fields.Add("Device", found->device());
  fields.Add("Address", found->address());
  fields.Add("Metrics", found->http_address().empty()
                            ? std::string()
                            : absl::StrCat("http://", found->http_address(), "/metrics"));
  fields.Add("Incarnation", absl::StrCat(found->incarnation()));
  fields.Add("Labels", Labels(*found));
  fields.Add("Version", found->version());
  context.Print(fields);
  return kExitDone;
}

}  // namespace

void AddWorkers(CommandLine& line) {
  CLI::App* const group = line.AddGroup("workers", "The machines that train");
  line.Add(group, "list", "Print all workers", "  nepactl workers list", ListWorkers);
  const auto name = std::make_shared<std::string>();
  CLI::App* const describe = line.Add(
      group, "describe", "Print all that is known of a worker", "  nepactl workers describe gpu-07",
      [name](Context& context) { return DescribeWorker(context, *name); });
  describe->add_option("WORKER", *name, "Id or name of a worker")->required()->type_name("");
}

}  // namespace nepa::cli
