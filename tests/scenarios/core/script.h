// The language of the transcripts in this folder: one command a line, after "$ ".
//
//   $ worker a slots=2 device=cpu        registers, and reports once so that it takes ranks
//   $ submit pre ranks=2 priority=750 device=cuda from=job/x restarts=3 keep=2 best=1
//   $ cancel pre | pause pre | resume pre | delete pre
//   $ priority pre 900 | pin c1 | unpin c1 | forget c1
//   $ drain a why=fan | undrain a        asked by a person
//   $ started j1 rank=0 step=40          the rank's worker reports it; j1/2 names an attempt
//   $ wrote j1 40 knn_top1=0.7           a checkpoint of step 40
//   $ measured j1 40 loss=-0.5
//   $ exited j1 killed rank=1
//   $ report a leaving                   nothing new, but that it is ending
//   $ disconnect a                       its stream breaks
//   $ wait 10s                           time goes by, and the clock ticks
//   $ coordinator restarts               all that is not durable is forgotten
//
// What a command changed, and what would be told to whom, is its output, as testing::ToText has it
// ("=>" an effect, "?" why a job waits). Counters and stored request ids are left out.
#ifndef NEPA_TESTS_SCENARIOS_CORE_SCRIPT_H_
#define NEPA_TESTS_SCENARIOS_CORE_SCRIPT_H_

#include <map>
#include <string>
#include <vector>

#include "tests/support/core/core_cluster.h"

namespace nepa::testing {

class Script {
 public:
  // Runs one command; its output, line by line.
  std::vector<std::string> Run(const std::string& command);

 private:
  struct Words {
    std::vector<std::string> plain;
    std::map<std::string, std::string> named;
    std::string Named(const std::string& name, const std::string& otherwise) const;
  };
  static Words Split(const std::string& command);

  void AskAsPerson(const Words& words);
  void AskAboutWorkersAndCheckpoints(const Words& words);
  void SpeakAsRank(const Words& words);
  void Submit(const Words& words);
  void Answer(const absl::Status& status);
  std::string WorkerId(const std::string& name) const;

  CoreCluster cluster_;
  std::vector<std::string> output_;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SCENARIOS_CORE_SCRIPT_H_
