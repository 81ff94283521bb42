// nepactl workers list | describe
#include "cli/workers.h"

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
               {"USED", Align::kRight},
               {"FREE", Align::kRight},
               {"DEVICE"},
               {"ADDRESS"},
               {"REASON"}});
  for (const v1::Worker& worker : workers) {
    table.AddRow({worker.id(),
                  worker.name(),
                  {StateWord(worker.state()), StateColor(worker.state())},
                  absl::StrCat(worker.slots().total()),
                  absl::StrCat(worker.slots().used()),
                  absl::StrCat(worker.slots().free()),
                  worker.device(),
                  worker.address(),
                  worker.reason()});
  }
  context.Print(table);
  return kExitDone;
}

absl::StatusOr<int> DescribeWorker(Context& context, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::Worker worker, FindWorker(context.client(), name));
  if (context.json()) {
    context.PrintJson(WorkerJson(worker));
    return kExitDone;
  }
  FieldList fields;
  fields.Add("Id", worker.id());
  fields.Add("Name", worker.name());
  fields.Add("State", {StateWord(worker.state()), StateColor(worker.state())});
  fields.Add("Reason", worker.reason());
  fields.Add("Slots", absl::StrCat(worker.slots().total(), ": ", worker.slots().used(), " used, ",
                                   worker.slots().free(), " free"));
  fields.Add("Device", worker.device());
  fields.Add("Address", worker.address());
  fields.Add("Metrics", worker.http_address().empty()
                            ? std::string()
                            : absl::StrCat("http://", worker.http_address(), "/metrics"));
  fields.Add("Incarnation", absl::StrCat(worker.incarnation()));
  fields.Add("Labels", Labels(worker));
  fields.Add("Version", worker.version());
  context.Print(fields);
  return kExitDone;
}

}  // namespace

void AddWorkerArgument(CLI::App* command, std::string* name) {
  command->add_option("WORKER", *name, "Id or name of a worker")->required()->type_name("");
}

absl::StatusOr<v1::Worker> FindWorker(Client& client, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, client.ListWorkers());
  for (const bool by_id : {true, false}) {
    for (const v1::Worker& worker : workers) {
      if ((by_id ? worker.id() : worker.name()) == name) return worker;
    }
  }
  return absl::NotFoundError(
      absl::StrCat("no worker '", name, "'; nepactl workers list shows all of them"));
}

void AddWorkers(CommandLine& line) {
  CLI::App* const group = line.AddGroup("workers", "The machines that train",
                                        "  nepactl workers list\n"
                                        "  nepactl workers drain gpu-07 --wait");
  line.Add(group, "list", "Print all workers", "  nepactl workers list", ListWorkers);
  const auto name = std::make_shared<std::string>();
  CLI::App* const describe = line.Add(
      group, "describe", "Print all that is known of a worker", "  nepactl workers describe gpu-07",
      [name](Context& context) { return DescribeWorker(context, *name); });
  AddWorkerArgument(describe, name.get());
  AddWorkersDraining(line, group);
}

}  // namespace nepa::cli
