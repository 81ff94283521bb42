#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/frames/json_fields.h"
#include "worker/train/data/survey.h"
#include "worker/train/tool/data_command.h"
#include "worker/train/tool/job_file_argument.h"

namespace nepa::tool {
namespace {

// One source of the job file, looked through.
struct Checked {
  std::string field;  // "data.train"
  std::vector<std::string> class_names;
  data::Survey survey;
  std::vector<std::string> faults;
};

Checked CheckSource(const std::string& field, const config::DataSource& source, uint64_t seed,
                    int threads) {
  Checked checked = {.field = field};
  const auto dataset = data::OpenDataset(source, seed);
  if (!dataset.ok()) {
    checked.faults.emplace_back(dataset.status().message());
    return checked;
  }
  checked.class_names = (*dataset)->class_names();
  checked.survey = data::ReadEverySample(**dataset, threads);
  for (const absl::Status& failure : checked.survey.first_failures) {
    checked.faults.emplace_back(failure.message());
  }
  if ((*dataset)->count() == 0) checked.faults.push_back("holds no images");
  return checked;
}

nlohmann::json ToJson(const Checked& checked) {
  const data::Survey& survey = checked.survey;
  const auto size = [](data::Size s) { return nlohmann::json{s.width, s.height}; };
  return {{"field", checked.field},
          {"images", survey.images},
          {"unreadable", survey.failures},
          {"classes", checked.class_names.size()},
          {"smallest", size(survey.smallest)},
          {"largest", size(survey.largest)},
          {"faults", checked.faults}};
}

void Print(const Checked& checked) {
  const data::Survey& survey = checked.survey;
  std::cout << checked.field << ": " << survey.images << " images of " << checked.class_names.size()
            << " classes";
  if (survey.images > 0) {
    std::cout << ", from " << survey.smallest.width << " x " << survey.smallest.height << " to "
              << survey.largest.width << " x " << survey.largest.height << " pixels";
  }
  std::cout << "\n";
  for (const std::string& fault : checked.faults) std::cout << "  " << fault << "\n";
  const auto listed = static_cast<int64_t>(survey.first_failures.size());
  if (survey.failures > listed) {
    std::cout << "  and " << survey.failures - listed << " more\n";
  }
}

}  // namespace

absl::Status CheckData(const DataFlags& flags, const Globals& globals) {
  NEPA_ASSIGN_OR_RETURN(const config::JobFile job,
                        ReadJobFileArgument(flags.file, flags.overrides));
  const config::Data& sources = job.spec.data;
  const int threads = DataThreads(globals);
  std::vector<Checked> all = {CheckSource("data.train", sources.train, job.spec.seed, threads)};
  if (sources.eval.has_value()) {
    all.push_back(CheckSource("data.eval", *sources.eval, job.spec.seed, threads));
    if (all[0].class_names != all[1].class_names && all[0].faults.empty() &&
        all[1].faults.empty()) {
      all[1].faults.push_back("its classes are not those of data.train");
    }
  }
  nlohmann::json out = nlohmann::json::array();
  size_t faults = 0;
  for (const Checked& checked : all) {
    faults += checked.faults.size();
    out.push_back(ToJson(checked));
    if (!globals.json) Print(checked);
  }
  if (globals.json) std::cout << frames::Dump(nlohmann::json{{"sources", out}}) << "\n";
  if (faults == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(flags.file, ": the data has faults; they are listed above"));
}

}  // namespace nepa::tool
